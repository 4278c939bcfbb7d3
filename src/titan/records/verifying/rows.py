"""Leaves against the rows that they are about: every column, and whom they commit to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from operator import itemgetter
from typing import Any

import orjson
from django.db import connection
from django.db.models import DateField, Exists, F, Model, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from titan.core.bulk import id_set
from titan.ledger.models import Leaf, LeafType
from titan.ledger.rules.subjects import INTO, note
from titan.ledger.sql import rows
from titan.ledger.verifying.passing import Read, say_of
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.writing import OPEN, Builder, Form, Moments, Values, marks
from titan.records.verifying.people import Known, People

OF_THE_LEAF = {"adopted", "type", "v"}
FIRST_ADOPTED = 2
"""Leaves 0 and 1 open the ledger; what was recorded before it follows them."""


@dataclass(frozen=True)
class Kind:
    """One type of leaf: the rows that it may be about, their columns, and how a leaf is built from a row.

    says: the key under which the leaf itself says what it is about, if it does. found_by: the column that holds that.
    optional: a column that, when empty, leaves out others of the leaf. tied: the column of the worker whose pseudonym
    is among the texts. once: whether a row has one such leaf at most. needed: whether each row has one. A leaf may be
    about nobody: then nothing is asked about people.
    """

    type: LeafType
    entity: str
    rows: Callable[[], QuerySet[Any]]
    columns: tuple[str, ...]
    leaf: Builder
    says: str = ""
    found_by: str = "id"
    optional: str = ""
    tied: str = ""
    once: bool = True
    needed: bool = True

    def form(self, *, adopted: bool, lacks: bool) -> Form:
        """Return the form of its leaves. lacks: whether the optional column is empty."""
        row = marks(self.columns)
        if lacks and self.optional:
            row[self.optional] = None
        return Form(self.leaf(row, adopted), self.columns)

    @cached_property
    def forms(self) -> dict[tuple[bool, bool], Form]:
        return {
            (adopted, lacks): self.form(adopted=adopted, lacks=lacks)
            for adopted in (False, True)
            for lacks in {False, bool(self.optional)}
        }

    @property
    def is_of_row(self) -> bool:
        """Whether it is about one row of a worker, not about what goes with the person when rows are merged."""
        return self.entity == "worker"

    @property
    def name(self) -> str:
        """What people call a row of it."""
        return self.entity.replace("_", " ")


class Rows:
    """Compares leaves with rows. adopted: how many leaves about earlier records follow the first two."""

    def __init__(self, adopted: int, people: People) -> None:
        self.adopted = range(FIRST_ADOPTED, FIRST_ADOPTED + adopted)
        self.people = people
        self.strangers: dict[int, int] = {}
        self._values, self._moments = Values(), Moments()

    def compare(self, kind: Kind, leaves: Sequence[Read]) -> Iterator[Problem]:
        """Yield what is wrong with these leaves or their rows; at most four statements.

        What seems wrong is looked at once more: between two statements somebody may have been renamed or erased.
        """
        doubtful = {index for index, _problem in self._compare(kind, leaves)}
        if doubtful:
            self.people.forget()
            for _index, problem in self._compare(kind, [one for one in leaves if one[0] in doubtful]):
                yield problem
        self._values.forget()

    def fits(self, worker: int, index: int, data: bytes) -> bool:
        """Tell whether leaf `index` commits to this worker, or to somebody who was erased."""
        known = self.people.of([worker]).get(worker)
        said = say_of(LeafType.RECORD, (index, None, data))
        if known is None or isinstance(said, Problem):
            return False
        return known.is_sealed(index) or bool(known.salt(index, str(said.get("nonce")), str(said.get("subject"))))

    def _compare(self, kind: Kind, leaves: Sequence[Read]) -> Iterator[tuple[int, Problem]]:
        stored, places = _stored(kind, leaves)
        fillings = {key: _Filling(form, places, self._values, self._moments) for key, form in kind.forms.items()}
        optional, tied_at = places.get(kind.optional, -1), places.get(kind.tied, -1)
        adopted, worker_at = self.adopted, fillings[False, False].worker
        named_at = [place for place in (worker_at, tied_at) if place >= 0]
        people = self.people.of({row[place] for row in stored.values() for place in named_at})
        for leaf in leaves:
            index, entity_id, data = leaf
            row = stored.get(entity_id)
            if row is None:
                yield index, _no_row(kind, leaf)
                continue
            filling = fillings[index in adopted, optional >= 0 and row[optional] is None]
            parts = filling.of(row)
            open_ = filling.read(parts, data)
            if open_ is None:
                yield index, _difference(kind, leaf, parts, filling.form.gaps)
                continue
            if worker_at < 0:
                continue
            known = people.get(row[worker_at])
            nonce, subject = open_[filling.nonce][1:-1], open_[filling.subject][1:-1]
            salt = known.salt(index, nonce, subject, own=kind.is_of_row) if known is not None else None
            if salt is None:
                wrong = self._stranger(kind, leaf, row[worker_at], known)
            else:
                tied = people.get(row[tied_at]) if kind.tied else None
                wrong = filling.other_words(kind, leaf, row, open_, salt=salt, tied=tied)
            if wrong is not None:
                yield index, wrong

    def _stranger(self, kind: Kind, leaf: Read, worker: int, known: Known | None) -> Problem | None:
        """Return what is wrong with whom the leaf commits to; None for somebody whom nobody can name any more."""
        index, entity_id, _data = leaf
        if known is None:
            return alarm("WORKER_MISSING", kind.entity, entity_id, f"its worker {worker} does not exist")
        if known.is_sealed(index):
            return None
        if not known.has_key and known.erased is None:
            words = f"its person key is gone: leaf {index} cannot be opened"
            return alarm("PERSON_KEY_MISSING", "worker", worker, words)
        self.strangers.setdefault(worker, index)
        words = f"leaf {index} commits to somebody else than worker {worker} is or was"
        return alarm("SUBJECT_DIFFERS", kind.entity, entity_id, words)


class _Filling:
    """One form, filled in from rows whose columns stand at `places`."""

    def __init__(self, form: Form, places: Mapping[str, int], values: Values, moments: Moments) -> None:
        self.form = form
        self.nonce, self.subject = (_place(form.gaps, name) for name in ("nonce", "subject"))
        self.worker = places.get(form.worker, -1)
        self._pattern = form.pattern
        self._picked = _picker([places[name] for name in form.names])
        self._moment = _place(form.names, form.at)
        self._note = _place(form.gaps, "note")
        self._keys = list(form.texts)
        self._words = _picker([places[column] for column in form.texts.values()])
        self._values, self._moments = values.__getitem__, moments

    def of(self, row: Sequence[Any]) -> list[str]:
        """Return the leaf that this row must have, split at what no column says."""
        picked = self._picked(row)
        cells = [*map(self._values, picked)]
        if self._moment >= 0:
            cells[self._moment] = self._moments[picked[self._moment]]
        return (self._pattern % tuple(cells)).split(OPEN)

    def read(self, parts: Sequence[str], data: bytes) -> list[str] | None:
        """Return what a leaf holds where no column says it; None when it is not the one that the row must have."""
        try:
            return self.form.read(parts, data.decode())
        except UnicodeDecodeError:
            return None

    def other_words(
        self, kind: Kind, leaf: Read, row: Sequence[Any], open_: list[str], *, salt: bytes, tied: Known | None
    ) -> Problem | None:
        """Return that people's words in the row are not those that the leaf commits to; None when they are.

        tied: the worker whose pseudonym is among the words.
        """
        if self._note < 0:
            return None
        said, texts = open_[self._note], dict(zip(self._keys, self._words(row), strict=True))
        if tied is not None:
            texts[INTO] = tied.person
        if said == "null":
            if not any(texts.values()):
                return None
        elif note(salt, texts) == said[1:-1]:
            return None
        return alarm("ROW_DIFFERS", kind.entity, leaf[1], f"its words are not what leaf {leaf[0]} commits to")


def _place(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1


def _picker(places: list[int]) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return what picks the values at `places` out of a row."""
    if len(places) < 2:
        return lambda row: tuple(row[place] for place in places)
    return itemgetter(*places)


def _stored(kind: Kind, leaves: Sequence[Read]) -> tuple[dict[int | None, Any], dict[str, int]]:
    """Return the rows that these leaves are about, as the database gives them, and where each column stands.

    Days and moments come as text: as they lie there, and even where they are none.
    """
    names = tuple(dict.fromkeys((kind.found_by, *kind.columns)))
    wanted = [entity_id for _index, entity_id, _data in leaves if entity_id is not None]
    found = kind.rows().filter(**{f"{kind.found_by}__in": id_set(wanted)}).order_by()
    columns = {f"as_text_{name}": Cast(name, TextField()) for name in names if _is_day(found.model, name)}
    picked = [f"as_text_{name}" if f"as_text_{name}" in columns else name for name in names]
    sql, given = found.annotate(**columns).values_list(*picked).query.get_compiler(connection=connection).as_sql()
    return {row[0]: row for row in rows(sql, given)}, {name: at for at, name in enumerate(names)}


def _is_day(model: type[Model], name: str) -> bool:
    return "__" not in name and name in _days_of(model)


@cache
def _days_of(model: type[Model]) -> frozenset[str]:
    return frozenset(field.name for field in model._meta.concrete_fields if isinstance(field, DateField))


def _no_row(kind: Kind, leaf: Read) -> Problem:
    index, entity_id, _data = leaf
    said = say_of(kind.type, leaf)
    if isinstance(said, Problem):
        return said
    if kind.says and said.get(kind.says) != entity_id:
        words = f"it is about {kind.name} {said.get(kind.says)}, and {entity_id} stands beside it"
        return alarm("LEAF_MISLABELLED", "leaf", index, words)
    words = f"leaf {index} ({kind.type}) is about it, and there is no such {kind.name}"
    return alarm("ROW_MISSING", kind.entity, entity_id, words)


def _difference(kind: Kind, leaf: Read, parts: Sequence[str], gaps: Sequence[str]) -> Problem:
    """Return in what a leaf is not the one that its row asks for. parts: that one, split at its `gaps`."""
    index, entity_id, _data = leaf
    said = say_of(kind.type, leaf)
    if isinstance(said, Problem):
        return said
    # What is open is of no matter here: any value makes it JSON.
    wanted = orjson.loads("null".join(parts))
    names = sorted(name for name, value in wanted.items() if name not in gaps and value != said.get(name, ...))
    if not names or wanted.keys() != said.keys():
        return alarm("LEAF_UNREADABLE", "leaf", index, "it does not say what a leaf of its kind says")
    if set(names) & (OF_THE_LEAF | {kind.says}):
        words = f"it does not say what it must of {kind.name} {entity_id}: {', '.join(names)}"
        return alarm("LEAF_MISLABELLED", "leaf", index, words)
    words = f"its {', '.join(names)} {'is' if len(names) == 1 else 'are'} not what leaf {index} ({kind.type}) says"
    return alarm("ROW_DIFFERS", kind.entity, entity_id, words)


def absent_leaves(kind: Kind) -> Iterator[Problem]:
    """Yield rows that no leaf is about, and those about which leaves say the same twice; two statements."""
    if kind.needed:
        about = Leaf.objects.filter(type=kind.type, entity_id=OuterRef("_about"))
        lacking = kind.rows().annotate(_about=F(kind.found_by)).filter(~Exists(about)).order_by("pk")
        # All at once: a statement that stays open would keep whoever hears of it from writing it down.
        for pk in list(lacking.values_list(kind.found_by, flat=True)):
            yield alarm("NOT_IN_LEDGER", kind.entity, pk, f"no leaf ({kind.type}) is about it")
    if kind.once:
        for (pk,) in rows(
            f"SELECT entity_id FROM {Leaf._meta.db_table} WHERE type = %s GROUP BY entity_id HAVING COUNT(*) > 1"
            " ORDER BY entity_id",
            [kind.type],
        ):
            yield alarm("TWICE_IN_LEDGER", kind.entity, pk, f"more than one leaf ({kind.type}) is about it")
