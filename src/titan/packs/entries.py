"""The entries of a pack: each leaf with its proof and its opening, a line each (docs/ledger-format.md §7)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from titan.core.bulk import id_set
from titan.ledger.models import Leaf, LeafType
from titan.ledger.queries.tree import Tiles
from titan.ledger.rules import subjects
from titan.ledger.rules.canonical import canonical, readable
from titan.packs.scope import COMPETENCIES, EXTENSIONS, PEOPLE, RECORDS
from titan.personnel.models import Worker
from titan.personnel.queries.identities import subjects_of
from titan.personnel.queries.merged import merged_into
from titan.records.models import CompetencyRecord, ExtendedRecord, TrainingRecord

BATCH = 500
TEXTS_OF_RECORD = {name: name for name in ("worker_id", "provider", "remarks", "revoke_reason")}
TEXTS_OF_COMPETENCY = {name: name for name in ("worker_id", "remarks", "revoke_reason")}
TEXTS_OF_EXTENSION = {
    "worker_id": "record__worker_id",
    "reason": "extension__reason",
    "reference": "extension__reference",
    "revoke_reason": "extension__revoke_reason",
}


@dataclass
class Told:
    """What was written so far, for the files that follow. hashes: of the evidence that leaves name, in their order."""

    entries: int = 0
    hashes: dict[str, None] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """Somebody whom leaves are about: their secret, and who they are or were, newest first.

    into: of a row that was merged, the pseudonym of whoever they are. reason: why.
    """

    worker_id: int
    secret: subjects.Secret
    identities: tuple[dict[str, str], ...]
    into: str = ""
    reason: str = ""


def lines(indexes: Sequence[int], *, size: int, told: Told) -> Iterator[bytes]:
    """Yield the lines of `entries.jsonl` for these leaves, proved at `size`; eleven statements a BATCH."""
    tiles = Tiles(size)
    restated = Restated(indexes)
    remaining = iter(indexes)
    while batch := list(islice(remaining, BATCH)):
        tiles.forget()
        tiles.prepare(batch)
        yield from _batch(batch, tiles, restated, told)


def _batch(batch: list[int], tiles: Tiles, restated: Restated, told: Told) -> Iterator[bytes]:
    rows = Leaf.objects.filter(pk__in=id_set(batch)).order_by("pk").values_list("pk", "type", "entity_id", "data")
    leaves = [(index, kind, entity, bytes(data)) for index, kind, entity, data in rows]
    about = _about(leaves)
    people = _people({worker for worker, _texts in about.values() if worker is not None})
    newest = restated.of(one for rows in people.values() for one in rows)
    for index, kind, _entity, data in leaves:
        worker, texts = about.get(index, (None, {}))
        said = readable(data)
        person, opening = _opened(said, people.get(worker or 0, ()), texts)
        line = {
            "identity": None,
            "leaf": base64.b64encode(data).decode(),
            "salt": None,
            "texts": None,
            **opening,
            "index": index,
            "proof": [base64.b64encode(one).decode() for one in tiles.path(index)],
            "restated": newest.get(person.worker_id) if person else None,
        }
        told.entries += 1
        told.types[kind] = told.types.get(kind, 0) + 1
        told.hashes.update(dict.fromkeys(_hashes(said)))
        yield json.dumps(line, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def _about(leaves: Iterable[tuple[int, str, int | None, bytes]]) -> dict[int, tuple[int | None, dict[str, str]]]:
    """Return whom each leaf is about and the texts it may hold, by index; three statements."""
    rows = list(leaves)
    about = (
        (RECORDS, TrainingRecord, TEXTS_OF_RECORD),
        (COMPETENCIES, CompetencyRecord, TEXTS_OF_COMPETENCY),
        (EXTENSIONS, ExtendedRecord, TEXTS_OF_EXTENSION),
    )
    stored: dict[str, dict[int, dict[str, Any]]] = {
        kind: found
        for kinds, model, columns in about
        for found in [_rows(model, columns, [row[2] for row in rows if row[1] in kinds])]
        for kind in kinds
    }
    found: dict[int, tuple[int | None, dict[str, str]]] = {}
    for index, kind, entity, _data in rows:
        if kind in PEOPLE:
            found[index] = (entity, {})
        elif kind in stored:
            row = stored[kind].get(entity or 0)
            found[index] = (row["worker_id"], _texts(kind, row)) if row else (None, {})
    return found


def _texts(kind: str, row: dict[str, Any]) -> dict[str, str]:
    if kind == LeafType.RECORD:
        return {"provider": row["provider"], "remarks": row["remarks"]}
    if kind in (LeafType.REVOKED, LeafType.COMPETENCY_WITHDRAWN, LeafType.EXTENSION_WITHDRAWN):
        return {"reason": row["revoke_reason"]}
    if kind == LeafType.EXTENDED:
        return {"reason": row["reason"], "reference": row["reference"]}
    return {"remarks": row["remarks"]} if kind == LeafType.COMPETENCY_DECIDED else {}


def _rows(model: Any, columns: Mapping[str, str], ids: Iterable[int | None]) -> dict[int, dict[str, Any]]:
    """Return these rows by number, each with the `columns` under the names they have there."""
    wanted = {one for one in ids if one is not None}
    found = model.objects.filter(pk__in=id_set(wanted)).values_list("pk", *columns.values())
    return {pk: dict(zip(columns, values, strict=True)) for pk, *values in found}


def _people(worker_ids: set[int]) -> dict[int, list[Person]]:
    """Return the rows of each of these people whose key is still there, theirs first; by worker; three statements.

    A row that was merged into theirs is they: leaves from before may commit to who they were under the old number.
    """
    merged = merged_into(worker_ids)
    whole = worker_ids.union(*merged.values())
    columns = ("pk", "former_identities", "merged_into_id", "merge_reason")
    rows = list(Worker.objects.filter(pk__in=id_set(whole)).values_list(*columns))
    known = subjects_of(whole.union(into for _pk, _former, into, _reason in rows if into))
    secrets = {pk: subjects.Secret(one.key) for pk, one in known.items() if one.key is not None}
    found = {}
    for pk, former, into, reason in rows:
        if pk in secrets:
            tied = secrets[into].person if into in secrets else ""
            identities = _identities(secrets[pk], known[pk].identity, former or [])
            found[pk] = Person(pk, secrets[pk], identities, tied, reason)
    return {
        worker: [found[pk] for pk in (worker, *merged.get(worker, ())) if pk in found]
        for worker in worker_ids
        # Who was erased is nobody's row any more, whatever is left of them.
        if worker in found
    }


def _identities(
    secret: subjects.Secret, now: subjects.Identity, former: list[dict[str, str]]
) -> tuple[dict[str, str], ...]:
    who = secret.person
    present = {"company": now.company, "employee_id": now.employee_id, "name": now.name}
    return tuple({**identity, "person": who} for identity in (present, *reversed(former)))


def _opened(
    said: dict[str, Any], rows: Iterable[Person], texts: dict[str, str]
) -> tuple[Person | None, dict[str, Any]]:
    """Return which of a person's rows a leaf commits to, with its salt, identity and texts; or nothing."""
    for person in rows:
        opening = _opening(said, person, texts)
        if opening:
            return person, opening
    return None, {}


def _opening(said: dict[str, Any], person: Person, texts: dict[str, str]) -> dict[str, Any]:
    """Return salt, identity and texts of a leaf; nothing when it does not commit to this row."""
    if "nonce" not in said:
        return {}
    salt = person.secret.salt(bytes.fromhex(said["nonce"]))
    if said["type"] == LeafType.MERGED:
        texts = {"reason": person.reason, subjects.INTO: person.into}
    for identity in person.identities:
        if subjects.subject(salt, canonical(dict(identity))) == said["subject"]:
            return {"salt": salt.hex(), "identity": identity, "texts": texts if said.get("note") else None}
    return {}


class Restated:
    """Which of the entries of a pack says last who somebody is."""

    def __init__(self, indexes: Sequence[int]) -> None:
        self._inside = set(indexes)

    def of(self, rows: Iterable[Person]) -> dict[int, int]:
        """Return the index of each row's newest restatement in the pack if it says who they are now; one statement."""
        people = {one.worker_id: one for one in rows}
        leaves = Leaf.objects.filter(type=LeafType.RESTATED, entity_id__in=id_set(people)).order_by("pk")
        found = leaves.values_list("pk", "entity_id", "data")
        newest = {entity: (pk, bytes(data)) for pk, entity, data in found if entity is not None}
        return {
            worker: pk
            for worker, (pk, data) in newest.items()
            if pk in self._inside
            and _opening(readable(data), people[worker], {}).get("identity") == people[worker].identities[0]
        }


def _hashes(said: dict[str, Any]) -> Iterator[str]:
    for name in ("evidence", "old", "new"):
        if said.get(name):
            yield said[name]["sha256"]
