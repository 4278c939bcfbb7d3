"""Edits of who somebody is, of their key, and of who was merged into whom."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, Named, sql
from tests.ledger.verifying.edits.rows import ENTITIES
from tests.ledger.verifying.edits.values import another, another_row, moved, plain
from titan.ledger.rules.subjects import Identity, Secret, name_of, subject
from titan.personnel.queries.merged import now_of


def person(column: str) -> Callable[[Random], Edit]:
    """Return the edit of who somebody is, of whom records speak."""

    def make(random: Random) -> Edit:
        where = "anonymised_at IS NULL AND EXISTS (SELECT 1 FROM records_trainingrecord r WHERE r.worker_id = w.id)"
        if column == "anonymised_at":
            where = "anonymised_at IS NOT NULL"
        found = sql(f"SELECT id, {column} FROM personnel_worker w WHERE {where} ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, old = random.choice(found)
        new = another(random, "personnel_worker", column, old)
        sql(f"UPDATE personnel_worker SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"worker {pk}: {column}", {("worker", pk), *records_of(pk)})

    return make


def former(way: str) -> Callable[[Random], Edit]:
    """Return the edit of who somebody was when a leaf was written: without it, nobody can tell whom the leaf means."""

    def make(random: Random) -> Edit:
        found = _meant()
        if not found:
            raise ImpossibleError
        pk, told, place = random.choice(found)
        old = told[place]
        if way == "gone":
            told = [one for one in told if one != old]
        elif way == "all gone":
            told = []
        else:
            told[place] = {**old, way: f"{old[way]}x"}
        sql("UPDATE personnel_worker SET former_identities = %s WHERE id = %s", json.dumps(told) if told else None, pk)
        return Edit(f"worker {pk}: former identity {place}, {way}", {("worker", pk), *records_of(now_of(pk))})

    return make


def _meant() -> list[tuple[int, list[dict[str, str]], int]]:
    """Return who people were and are no more, as a leaf says: the worker, all they were, the place among these.

    Who somebody was while no leaf was written proves nothing and is not promised (docs/threat-model.md).
    """
    leaves = [json.loads(bytes(data)) for (data,) in sql("SELECT data FROM ledger_leaf ORDER BY leaf_index")]
    commitments = [(bytes.fromhex(one["nonce"]), one["subject"]) for one in leaves if "subject" in one]
    found = []
    for pk, key, stored, company, badge, first, last in sql(
        "SELECT w.id, k.key, w.former_identities, c.name, w.employee_id, w.first_name, w.last_name"
        " FROM personnel_worker w JOIN personnel_company c ON c.id = w.company_id"
        " JOIN ledger_personkey k ON k.worker_id = w.id WHERE w.former_identities IS NOT NULL ORDER BY w.id"
    ):
        told = json.loads(stored) if isinstance(stored, str) else stored
        secret, now = Secret(bytes(key)), Identity(company, badge, name_of(first, last))
        salted = [(secret.salt(nonce), said) for nonce, said in commitments]
        for place, one in enumerate(told or []):
            was = Identity(**one)
            if was != now and any(subject(salt, was.bytes_for(secret)) == said for salt, said in salted):
                found.append((pk, told, place))
    return found


def records_of(worker: int) -> Named:
    """Return the records of a worker, what extends them, and their competencies, as alarms may name them."""
    records = sql("SELECT id FROM records_trainingrecord WHERE worker_id = %s", worker)
    competencies = sql("SELECT id FROM records_competencyrecord WHERE worker_id = %s", worker)
    extended = sql(
        "SELECT e.id FROM records_extendedrecord e JOIN records_trainingrecord r ON r.id = e.record_id"
        " WHERE r.worker_id = %s",
        worker,
    )
    found = {"training_record": records, "competency_record": competencies, "extended_record": extended}
    return {(entity, pk) for entity, rows in found.items() for (pk,) in rows}


def person_key(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a person key."""

    def make(random: Random) -> Edit:
        found = sql(
            "SELECT k.worker_id FROM ledger_personkey k JOIN personnel_worker w ON w.id = k.worker_id"
            " WHERE w.merged_into_id IS NOT NULL OR EXISTS (SELECT 1 FROM records_trainingrecord r"
            " WHERE r.worker_id = k.worker_id) ORDER BY 1"
        )
        ((pk,),) = [random.choice(found)]
        if way == "gone":
            sql("DELETE FROM ledger_personkey WHERE worker_id = %s", pk)
        elif way == "moved":
            sql("UPDATE ledger_personkey SET worker_id = worker_id + 100000 WHERE worker_id = %s", pk)
        else:
            sql("UPDATE ledger_personkey SET key = %s WHERE worker_id = %s", random.randbytes(32), pk)
        return Edit(f"key of worker {pk}: {way}", {("worker", pk), *records_of(pk)})

    return make


def kept_key(random: Random) -> Edit:
    """The key of somebody who was erased is still there."""
    found = sql("SELECT id, anonymised_at FROM personnel_worker WHERE anonymised_at IS NOT NULL ORDER BY id")
    pk, at = random.choice(found)
    sql(
        "INSERT INTO ledger_personkey (worker_id, key, made_at) VALUES (%s, %s, %s)",
        pk,
        random.randbytes(32),
        plain(at),
    )
    return Edit(f"kept key of worker {pk}", {("worker", pk)})


def merged_row(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a row that was merged: into whom, when, why, who it was; or of whose merge nothing says."""

    def make(random: Random) -> Edit:
        found = sql(
            "SELECT g.id, s.id FROM personnel_worker g JOIN personnel_worker s ON s.id = g.merged_into_id"
            " WHERE g.anonymised_at IS NULL ORDER BY g.id"
        )
        if not found:
            raise ImpossibleError
        gone, stays = random.choice(found)
        if way == "undone":
            changes = "merged_into_id = NULL, merged_at = NULL, merge_reason = ''"
            sql(f"UPDATE personnel_worker SET {changes} WHERE id = %s", gone)
        elif way == "circle":
            changes = "merged_into_id = %s, merged_at = %s, merge_reason = 'One', status = 'INACTIVE'"
            sql(f"UPDATE personnel_worker SET {changes} WHERE id = %s", gone, "2026-11-20 08:00:00+00:00", stays)
            return Edit(f"worker {stays}, into whom {gone} was merged, is merged into {gone}", {("worker", stays)})
        else:
            ((old,),) = sql(f"SELECT {way} FROM personnel_worker WHERE id = %s", gone)
            new = another_row(random, way, old) if way == "merged_into_id" else moved(old) if way == "merged_at" else ""
            if new == gone:
                raise ImpossibleError
            sql(f"UPDATE personnel_worker SET {way} = %s WHERE id = %s", new if new != "" else f"{old}x", gone)
        return Edit(f"merged worker {gone}: {way}", {("worker", gone)})

    return make


def unsaid_merge(random: Random) -> Edit:
    """Somebody's records are given to another one, as if they had been merged."""
    people = sql(
        "SELECT id FROM personnel_worker w WHERE merged_into_id IS NULL AND anonymised_at IS NULL"
        " AND EXISTS (SELECT 1 FROM records_trainingrecord r WHERE r.worker_id = w.id) ORDER BY id"
    )
    (gone,), (stays,) = random.sample(people, 2)
    changes = "merged_into_id = %s, merged_at = %s, merge_reason = 'One', status = 'INACTIVE'"
    sql(f"UPDATE personnel_worker SET {changes} WHERE id = %s", stays, "2026-11-20 08:00:00+00:00", gone)
    for table in ENTITIES.values():
        sql(f"UPDATE {table} SET worker_id = %s WHERE worker_id = %s", stays, gone)
    return Edit(f"worker {gone} is merged into {stays}, unsaid", {("worker", gone)})


def handed_back(random: Random) -> Edit:
    """A record that went with a merge is given back to the row that was merged."""
    pk, gone = random.choice(
        sql(
            "SELECT r.id, g.id FROM records_trainingrecord r JOIN personnel_worker g ON g.merged_into_id = r.worker_id"
            " WHERE r.revoked_at IS NULL AND g.anonymised_at IS NULL ORDER BY 1, 2"
        )
        or [(None, None)]
    )
    if pk is None:
        raise ImpossibleError
    sql("UPDATE records_trainingrecord SET worker_id = %s WHERE id = %s", gone, pk)
    return Edit(f"record {pk} is given to merged worker {gone}", {("training_record", pk)})


MERGES: tuple[Callable[[Random], Edit], ...] = (
    *(merged_row(way) for way in ("merged_into_id", "merged_at", "merge_reason", "undone", "circle")),
    *(merged_row(way) for way in ("first_name", "employee_id")),
    unsaid_merge,
    handed_back,
)
"""Every kind of edit of who was merged into whom."""

EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(person(column) for column in ("first_name", "last_name", "employee_id", "company_id")),
    person("anonymised_at"),
    *(former(way) for way in ("gone", "all gone", "name", "employee_id", "company")),
    *MERGES,
    *(person_key(way) for way in ("key", "gone", "moved")),
    kept_key,
)
