"""Leaves against the rows that they are about: every column, and whom they commit to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from titan.core.bulk import id_set
from titan.ledger.models import Leaf, LeafType
from titan.ledger.rules.canonical import canonical
from titan.ledger.sql import rows
from titan.ledger.verifying.passing import Read
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.writing import Builder, Form, Moments, Values, marks
from titan.records.verifying.people import Known, People, is_note

FIRST_ADOPTED = 2
"""Leaves 0 and 1 open the ledger; what was recorded before it follows them."""


@dataclass(frozen=True)
class Kind:
    """One type of leaf: the rows that it may be about, their columns, and how a leaf is built from a row.

    found_by: the column that holds what the leaf is about. optional: a column that, when empty, leaves out others of
    the leaf. once: whether a row has one such leaf at most. needed: whether each row has one.
    """

    type: LeafType
    entity: str
    rows: Callable[[], QuerySet[Any]]
    columns: tuple[str, ...]
    leaf: Builder
    found_by: str = "id"
    optional: str = ""
    once: bool = True
    needed: bool = True

    def form(self, *, adopted: bool, lacks: bool) -> Form:
        """Return the form of its leaves. lacks: whether the optional column is empty."""
        row = marks(self.columns)
        if lacks and self.optional:
            row[self.optional] = None
        return Form(self.leaf(row, adopted))

    @cached_property
    def forms(self) -> dict[tuple[bool, bool], Form]:
        return {
            (adopted, lacks): self.form(adopted=adopted, lacks=lacks)
            for adopted in (False, True)
            for lacks in ({False, bool(self.optional)})
        }

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

    def _compare(self, kind: Kind, leaves: Sequence[Read]) -> Iterator[tuple[int, Problem]]:
        stored, places = self._stored(kind, leaves)
        forms = {
            key: (form, [places[name] for name in form.names if name in places], _taken(form, places))
            for key, form in kind.forms.items()
        }
        optional = places.get(kind.optional, -1)
        values, moments, adopted = self._values, self._moments, self.adopted
        people = self._people(kind, stored, places)
        for index, entity_id, data, said in leaves:
            row = stored.get(entity_id)
            if row is None:
                yield index, _no_row(kind, index, entity_id)
                continue
            form, picked, taken = forms[index in adopted, optional >= 0 and row[optional] is None]
            expected = _filled(form, picked, taken, row, said, values, moments, places)
            if expected.encode() != data:
                yield index, _difference(kind, index, entity_id, data, said, expected)
                continue
            if form.worker:
                worker = row[places[form.worker]]
                wrong = self._stranger(kind, form, index, entity_id, said, worker, people.get(worker), row, places)
                if wrong is not None:
                    yield index, wrong

    def _stored(self, kind: Kind, leaves: Sequence[Read]) -> tuple[dict[int | None, Any], dict[str, int]]:
        """Return the rows that these leaves are about, as the database gives them, and where each column stands."""
        names = tuple(dict.fromkeys((kind.found_by, *kind.columns)))
        wanted = [entity_id for _index, entity_id, _data, _said in leaves if entity_id is not None]
        found = kind.rows().filter(**{f"{kind.found_by}__in": id_set(wanted)}).order_by().values_list(*names)
        sql, given = found.query.get_compiler(connection=connection).as_sql()
        return {row[0]: row for row in rows(sql, given)}, {name: at for at, name in enumerate(names)}

    def _people(self, kind: Kind, stored: dict[int | None, Any], places: dict[str, int]) -> dict[int, Known]:
        column = next(iter(kind.forms.values())).worker
        return self.people.of({row[places[column]] for row in stored.values()}) if column else {}

    def _stranger(
        self,
        kind: Kind,
        form: Form,
        index: int,
        entity_id: int | None,
        said: dict[str, Any],
        worker: int,
        known: Known | None,
        row: Any,
        places: dict[str, int],
    ) -> Problem | None:
        """Return what is wrong with whom the leaf commits to, and with the texts that it commits to."""
        if known is None:
            return alarm("WORKER_MISSING", kind.entity, entity_id, f"its worker {worker} does not exist")
        if known.is_sealed(index):
            return None
        if not known.has_key:
            return alarm("PERSON_KEY_MISSING", "worker", worker, f"its person key is gone: leaf {index} cannot be opened")
        try:
            salt = known.salt(bytes.fromhex(said["nonce"]))
        except (ValueError, TypeError):
            return alarm("LEAF_UNREADABLE", "leaf", index, "its nonce is none")
        if not known.is_meant(salt, said["subject"]):
            self.strangers.setdefault(worker, index)
            words = f"leaf {index} commits to somebody else than worker {worker} is or was"
            return alarm("SUBJECT_DIFFERS", kind.entity, entity_id, words)
        if form.texts:
            texts = {key: row[places[column]] for key, column in form.texts.items()}
            if not is_note(salt, said["note"], texts):
                words = f"{' or '.join(sorted(texts))} is not what leaf {index} commits to"
                return alarm("ROW_DIFFERS", kind.entity, entity_id, words)
        return None


def _taken(form: Form, places: dict[str, int]) -> tuple[str, ...]:
    return tuple(name for name in form.names if name not in places)


def _filled(
    form: Form,
    picked: Sequence[int],
    taken: Sequence[str],
    row: Any,
    said: dict[str, Any],
    values: Values,
    moments: Moments,
    places: dict[str, int],
) -> str:
    """Return the leaf that this row must have, with what no column says taken from the leaf there is."""
    filled = {}
    for name in form.names:
        if name in places:
            value = row[places[name]]
            filled[name] = moments[value] if name == form.at else values[value]
        else:
            filled[name] = canonical(said.get(name)).decode()
    return form.pattern % tuple(filled[name] for name in form.names)


def _no_row(kind: Kind, index: int, entity_id: int | None) -> Problem:
    what = f"leaf {index} ({kind.type}) is about it, and there is no such {kind.name}"
    return alarm("ROW_MISSING", kind.entity, entity_id, what)


def _difference(
    kind: Kind, index: int, entity_id: int | None, data: bytes, said: dict[str, Any], expected: str
) -> Problem:
    wanted = orjson.loads(expected)
    if canonical(said) != data:
        return alarm("LEAF_UNREADABLE", "leaf", index, "its bytes are not in canonical form")
    names = sorted(name for name in wanted.keys() | said.keys() if wanted.get(name, ...) != said.get(name, ...))
    if set(names) & {"v", "type", "adopted", "record", "competency"} and kind.found_by != "corrects_id":
        return alarm("LEAF_MISLABELLED", "leaf", index, f"it does not say what it must of {kind.name} {entity_id}: {names}")
    words = f"its {', '.join(names)} {'is' if len(names) == 1 else 'are'} not what leaf {index} ({kind.type}) says"
    return alarm("ROW_DIFFERS", kind.entity, entity_id, words)


def absent_leaves(kind: Kind) -> Iterator[Problem]:
    """Yield rows that no leaf is about, and those about which leaves say the same twice; two statements."""
    if kind.needed:
        about = Leaf.objects.filter(type=kind.type, entity_id=OuterRef("_about"))
        lacking = kind.rows().annotate(_about=F(kind.found_by)).filter(~Exists(about)).order_by("pk")
        for pk in lacking.values_list(kind.found_by, flat=True).iterator():
            yield alarm("NOT_IN_LEDGER", kind.entity, pk, f"no leaf ({kind.type}) is about it")
    if kind.once:
        for (pk,) in rows(
            f"SELECT entity_id FROM {Leaf._meta.db_table} WHERE type = %s GROUP BY entity_id HAVING COUNT(*) > 1"
            " ORDER BY entity_id",
            [kind.type],
        ):
            yield alarm("TWICE_IN_LEDGER", kind.entity, pk, f"more than one leaf ({kind.type}) is about it")
