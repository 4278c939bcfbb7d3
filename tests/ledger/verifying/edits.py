"""What an insider with the database, its guards taken away, and with the folder of evidence can change: one thing each.

An edit says what it did and which thing a verification must then name. The database is put back by its transaction,
files by the edit's own undoing.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from titan.core import guards
from titan.ledger.beside import NAME
from titan.ledger.rules import notes
from titan.ledger.rules.canonical import canonical
from titan.training.verify import Problem

Named = set[tuple[str, int | None]]

RECORD = (
    *("worker_id", "course_id", "course_version_id", "session_id", "trainer_id", "result", "score", "completed_on"),
    *("expires_on", "valid_until", "provider", "evidence_id", "evidence_key", "evidence_sha256", "source"),
    *("corrects_id", "remarks", "created_at", "created_by_id", "revoked_at", "revoked_by_id", "revoke_reason", "id"),
)
COMPETENCY = (
    *("worker_id", "course_id", "course_version_id", "session_id", "trainer_id", "completed_on", "score"),
    *("evidence_id", "evidence_key", "evidence_sha256", "status", "method_id", "assessed_on", "assessed_by_id"),
    *("remarks", "assessment_evidence_id", "record_id", "created_at", "revoked_at", "revoked_by_id", "revoke_reason"),
    "id",
)
EXTENDED = ("extension_id", "record_id", "position", "id")
EXTENSION = (
    *("course_id", "days_of", "first_day", "last_day", "until", "reference", "decided_on", "reason", "evidence_id"),
    *("records", "made_at", "made_by_id", "revoked_at", "revoked_by_id", "revoke_reason", "id"),
)
SESSION = ("code", "status", "course_id", "course_version_id", "trainer_id", "evidence_id", "finalized_at")
SESSION = (*SESSION, "finalized_by_id")
RECEIPT = ("at", "by_id")
OUTCOME = ("training_records", "failed", "competency_pending", "no_show", "evidence_sha256", "session_id")
OUTCOME = (*OUTCOME, "finalized_at", "ledger_entry")
LEAF = ("data", "type", "entity_id", "gone", "twice", "moved", "spaced")
CHECKPOINT = ("origin", "size", "root", "key_id", "note", "unsigned", "forged")
HEAD = ("size", "root", "frontier", "origin", "epoch")
TEXTS = {"provider", "remarks", "revoke_reason"}


@dataclass
class Edit:
    """One edit that was made. named: any of these must be named. leaves: or a span that holds one of these."""

    what: str
    named: Named = field(default_factory=set)
    leaves: tuple[int, ...] = ()
    undo: Callable[[], None] = lambda: None

    def is_named(self, problems: list[Problem]) -> bool:
        """Tell whether what was changed is found, raises an alarm, and is named."""
        alarms = [one for one in problems if one.kind is not None]
        return any((one.entity, one.entity_id) in self.named or self._holds(one) for one in alarms)

    def _holds(self, one: Problem) -> bool:
        if one.entity != "leaf" or one.entity_id is None:
            return False
        span = re.fullmatch(r"leaves (\d+) to (\d+)", one.where)
        first, last = (int(span[1]), int(span[2])) if span else (one.entity_id, one.entity_id)
        return any(first <= leaf <= last for leaf in self.leaves)


class ImpossibleError(Exception):
    """The database itself refuses this edit, or it changes nothing: another one is tried."""


@contextmanager
def without_guards() -> Iterator[None]:
    """Take the guards away, in a transaction that is thrown away afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        guards.remove()
        yield
        transaction.set_rollback(True)


@contextmanager
def edited(kind: Callable[[Random], Edit], random: Random) -> Iterator[Edit]:
    """Make one edit, and take it back."""
    with transaction.atomic():
        try:
            edit = kind(random)
        except DatabaseError as error:
            transaction.set_rollback(True)
            raise ImpossibleError from error
        except ImpossibleError:
            transaction.set_rollback(True)
            raise
        try:
            yield edit
        finally:
            edit.undo()
            transaction.set_rollback(True)


def sql(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """Run a statement; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
        return list(cursor.fetchall()) if cursor.description else []


def changed_column(table: str, entity: str, column: str, where: str = "1 = 1") -> Callable[[Random], Edit]:
    """Return the edit of one column of a random row of `table`."""

    def make(random: Random) -> Edit:
        key = "session_id" if table == "training_finalization" else "id"
        rows = sql(f"SELECT {key}, {column} FROM {table} WHERE {where} ORDER BY {key}")
        if not rows:
            raise ImpossibleError
        pk, old = random.choice(rows)
        new = another(random, table, column, old)
        more = ""
        if column == "result":
            more = ", expires_on = NULL, valid_until = '9999-12-31'"
        sql(f"UPDATE {table} SET {column} = %s{more} WHERE {key} = %s", new, pk)
        if sql(f"SELECT {column} FROM {table} WHERE {key} = %s", new if column == key else pk) == [(old,)]:
            raise ImpossibleError
        named: Named = {(entity, pk)}
        if column == "position":
            # No leaf says it: the extension no longer has the places that it had.
            ((extension_id,),) = sql("SELECT extension_id FROM records_extendedrecord WHERE id = %s", pk)
            named.add(("validity_extension", extension_id))
        if column == "session_id":
            # The row is no longer that session's: the session's batch lacks it as well.
            named.add(("session", old))
        return Edit(f"{table}.{column} of {pk}: {old!r} to {new!r}", named)

    return make


REFERS = {
    "worker_id": "personnel_worker",
    "course_id": "catalogue_course",
    "course_version_id": "catalogue_courseversion",
    "trainer_id": "resources_trainer",
    "evidence_id": "evidence_evidencefile",
    "assessment_evidence_id": "evidence_evidencefile",
    "method_id": "records_assessmentmethod",
    "record_id": "records_trainingrecord",
    "extension_id": "records_validityextension",
    "corrects_id": "records_trainingrecord",
    "company_id": "personnel_company",
    "merged_into_id": "personnel_worker",
}
CHOICES = {
    "result": ("PASSED", "FAILED"),
    "source": ("SESSION", "COMPETENCY", "EXTERNAL", "MIGRATED", "CORRECTION"),
    "status": ("PENDING", "COMPETENT", "NOT_COMPETENT"),
    "days_of": ("EXPIRES_ON", "COMPLETED_ON"),
}


DAYS = {"completed_on", "expires_on", "valid_until", "assessed_on", "first_day", "last_day", "until", "decided_on"}
MOMENTS = {"created_at", "revoked_at", "finalized_at", "at", "attached_at", "superseded_at", "anonymised_at", "made_at"}
NUMBERS = {"score", "session_id", "by_id", "number", "size", "position", "records"}


def another(random: Random, table: str, column: str, old: Any) -> Any:
    """Return a value for a column that is not the one it has, and that could stand there."""
    if column in REFERS:
        return _another_row(random, column, old)
    if column in CHOICES:
        choices = CHOICES[column] if table != "training_trainingsession" else ("CANCELLED",)
        return random.choice([choice for choice in choices if choice != old])
    if column in DAYS:
        return "2027-05-01" if old is None else old + timedelta(days=random.choice([-1, 1, 365]))
    if column in MOMENTS:
        return None if column == "revoked_at" and random.random() < 0.5 else moved(old)
    if column in NUMBERS or column.endswith("_by_id"):
        return 61 if old is None else old + 1 if old != 100 else 3
    return old + 100_000 if column == "id" else (old or "") + "x"


def _another_row(random: Random, column: str, old: Any) -> int:
    others = [pk for (pk,) in sql(f"SELECT id FROM {REFERS[column]} ORDER BY id") if pk != old]
    if column.endswith("evidence_id") and old is not None:
        ((key,),) = sql("SELECT key FROM evidence_evidencefile WHERE id = %s", old)
        others = [pk for (pk,) in sql("SELECT id FROM evidence_evidencefile WHERE key <> %s ORDER BY id", key)]
    if not others:
        raise ImpossibleError
    return int(random.choice(others))


def moved(old: Any) -> Any:
    """Return the next moment, a microsecond later."""
    if old is None:
        raise ImpossibleError
    value = datetime.fromisoformat(old) if isinstance(old, str) else old
    return _plain(value + timedelta(microseconds=1))


def outcome(name: str) -> Callable[[Random], Edit]:
    """Return the edit of one value of a receipt."""

    def make(random: Random) -> Edit:
        pk, stored = random.choice(sql("SELECT session_id, outcome FROM training_finalization ORDER BY 1"))
        told = json.loads(stored) if isinstance(stored, str) else stored
        old = told[name]
        if name == "finalized_at":
            told[name] = "2026-11-22T09:00:00+04:00"
        else:
            told[name] = old + 1 if isinstance(old, int) else f"{old}x"
        sql("UPDATE training_finalization SET outcome = %s WHERE session_id = %s", json.dumps(told), pk)
        return Edit(f"receipt of {pk}: {name} {old!r} to {told[name]!r}", {("session", pk)})

    return make


def marks(random: Random) -> Edit:
    """Somebody's attendance at a finalized class is changed."""
    pk, session, status = random.choice(
        sql(
            "SELECT a.id, a.session_id, a.status FROM training_attendee a JOIN training_finalization f"
            " ON f.session_id = a.session_id ORDER BY a.id"
        )
    )
    if status == "NO_SHOW":
        sql("UPDATE training_attendee SET status = 'ATTENDED', result = 'PASSED' WHERE id = %s", pk)
    else:
        sql(
            "UPDATE training_attendee SET status = 'NO_SHOW', result = '', score = NULL, verified = %s,"
            " method_id = NULL WHERE id = %s",
            False,
            pk,
        )
    return Edit(f"attendee {pk} of {session}", {("session", session)})


def lost_row(table: str, entity: str) -> Callable[[Random], Edit]:
    """Return the edit that a random row is gone."""

    def make(random: Random) -> Edit:
        key = "session_id" if table == "training_finalization" else "id"
        ((pk,),) = [random.choice(sql(f"SELECT {key} FROM {table} ORDER BY {key}"))]
        sql(f"DELETE FROM {table} WHERE {key} = %s", pk)
        return Edit(f"{table} {pk} is gone", {(entity, pk)})

    return make


def invented_row(table: str, entity: str) -> Callable[[Random], Edit]:
    """Return the edit that a row is made that no command wrote: a copy of another one for somebody else."""

    def make(random: Random) -> Edit:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} ORDER BY id")
            names = [column[0] for column in cursor.description]
            row = dict(zip(names, random.choice(cursor.fetchall()), strict=True))
        new = 500_000 + random.randint(1, 999)
        row |= {"id": new, "session_id": None}
        for once in ("corrects_id", "record_id"):
            if once in row:
                if row[once] is not None:
                    raise ImpossibleError
                row[once] = None
        columns = ", ".join(row)
        sql(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(row))})", *map(_plain, row.values()))
        return Edit(f"{table} {new} is invented", {(entity, new)})

    return make


def _plain(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if hasattr(value, "tzinfo") and value.tzinfo else value


def sheets(column: str) -> Callable[[Random], Edit]:
    """Return the edit of a sheet that was replaced, or of the one that replaced it."""

    def make(random: Random) -> Edit:
        found = sql("SELECT id, session_id FROM training_sessionevidence WHERE superseded_at IS NOT NULL ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, session = random.choice(found)
        if column == "gone":
            sql("DELETE FROM training_sessionevidence WHERE id = %s", pk)
        else:
            ((old,),) = sql(f"SELECT {column} FROM training_sessionevidence WHERE id = %s", pk)
            new = another(random, "training_sessionevidence", column, old)
            sql(f"UPDATE training_sessionevidence SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"sheet {pk} of session {session}: {column}", {("session", session)})

    return make


def person(column: str) -> Callable[[Random], Edit]:
    """Return the edit of who somebody is, of whom records speak."""

    def make(random: Random) -> Edit:
        where = "anonymised_at IS NULL AND EXISTS (SELECT 1 FROM records_trainingrecord r WHERE r.worker_id = w.id)"
        if column == "former_identities":
            # Of whom a leaf speaks as they were before; a merge restates whoever stays, changed or not.
            where += (
                " AND former_identities IS NOT NULL"
                " AND NOT EXISTS (SELECT 1 FROM personnel_worker g WHERE g.merged_into_id = w.id)"
                " AND EXISTS (SELECT 1 FROM ledger_leaf n JOIN records_trainingrecord r ON r.worker_id = w.id"
                " JOIN ledger_leaf l ON l.type = 'training.record' AND l.entity_id = r.id"
                " WHERE n.type = 'subject.restated' AND n.entity_id = w.id AND l.leaf_index < n.leaf_index)"
            )
        if column == "anonymised_at":
            where = "anonymised_at IS NOT NULL"
        found = sql(f"SELECT id, {column} FROM personnel_worker w WHERE {where} ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, old = random.choice(found)
        new = None if column == "former_identities" else another(random, "personnel_worker", column, old)
        sql(f"UPDATE personnel_worker SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"worker {pk}: {column}", {("worker", pk), *_records_of(pk)})

    return make


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
            new = (
                _another_row(random, way, old) if way == "merged_into_id" else moved(old) if way == "merged_at" else ""
            )
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


def extension(column: str) -> Callable[[Random], Edit]:
    """Return the edit of an extension's own row: it, or what its records' leaves say, is named."""

    def make(random: Random) -> Edit:
        where = "1 = 1"
        if column in {"revoked_at", "revoke_reason", "revoked_by_id"}:
            where = "revoked_at IS NOT NULL"
        rows = sql(f"SELECT id, {column} FROM records_validityextension WHERE {where} ORDER BY id")
        if not rows:
            raise ImpossibleError
        pk, old = random.choice(rows)
        named = _about(pk)
        if column == "revoked_at" and random.random() < 0.5:
            # In force again, as if it had never been taken back.
            sql(
                "UPDATE records_validityextension SET revoked_at = NULL, revoked_by_id = NULL, revoke_reason = ''"
                " WHERE id = %s",
                pk,
            )
        else:
            new = another(random, "records_validityextension", column, old)
            sql(f"UPDATE records_validityextension SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"extension {pk}: {column} was {old!r}", named)

    return make


def _about(extension: int) -> Named:
    """Return an extension, its places in the ledger and its records, as alarms may name them."""
    rows = sql("SELECT id, record_id FROM records_extendedrecord WHERE extension_id = %s", extension)
    named: Named = {("extended_record", pk) for pk, _record in rows}
    return {("validity_extension", extension), *named, *(("training_record", record) for _pk, record in rows)}


def lost_extension(random: Random) -> Edit:
    """An extension is gone, and each of its records as short as it was: as if it had never been."""
    pk = random.choice(sql("SELECT id FROM records_validityextension ORDER BY id"))[0]
    named = _about(pk)
    sql("DELETE FROM records_extendedrecord WHERE extension_id = %s", pk)
    sql("DELETE FROM records_validityextension WHERE id = %s", pk)
    for entity, record in named:
        if entity == "training_record":
            sql("UPDATE records_trainingrecord SET valid_until = expires_on WHERE id = %s", record)
    return Edit(f"extension {pk} is gone", named)


def lost_extended(random: Random) -> Edit:
    """One record is taken out of an extension."""
    pk, extension = random.choice(sql("SELECT id, extension_id FROM records_extendedrecord ORDER BY id"))
    sql("DELETE FROM records_extendedrecord WHERE id = %s", pk)
    return Edit(f"extended record {pk} of {extension} is gone", {("extended_record", pk)})


def forged_extension(random: Random) -> Edit:
    """A record is valid longer by an extension that nobody decided, with everything that belongs to one."""
    pk, course = random.choice(
        sql("SELECT id, course_id FROM records_trainingrecord WHERE expires_on IS NOT NULL ORDER BY id")
    )
    new = 700_000 + random.randint(1, 999)
    sql(
        "INSERT INTO records_validityextension (id, course_id, days_of, first_day, last_day, until, reference,"
        " decided_on, reason, evidence_id, records, made_at, made_by_id, revoked_at, revoked_by_id, revoke_reason)"
        " VALUES (%s, %s, 'EXPIRES_ON', '2020-01-01', '2035-01-01', '2036-05-05', 'Order 9', '2026-11-01', 'So it is',"
        " NULL, 1, %s, 7, NULL, NULL, '')",
        *(new, course, "2026-11-20 08:00:00+00:00"),
    )
    sql(
        "INSERT INTO records_extendedrecord (id, extension_id, record_id, position) VALUES (%s, %s, %s, 1)",
        new,
        new,
        pk,
    )
    sql("UPDATE records_trainingrecord SET valid_until = '2036-05-05' WHERE id = %s", pk)
    return Edit(f"extension {new} of record {pk} is forged", {("extended_record", new)})


def _records_of(worker: int) -> Named:
    records = sql("SELECT id FROM records_trainingrecord WHERE worker_id = %s", worker)
    competencies = sql("SELECT id FROM records_competencyrecord WHERE worker_id = %s", worker)
    return {("training_record", pk) for (pk,) in records} | {("competency_record", pk) for (pk,) in competencies}


def person_key(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a person key."""

    def make(random: Random) -> Edit:
        found = sql(
            "SELECT k.worker_id FROM ledger_personkey k WHERE EXISTS (SELECT 1 FROM records_trainingrecord r"
            " WHERE r.worker_id = k.worker_id) ORDER BY 1"
        )
        ((pk,),) = [random.choice(found)]
        if way == "gone":
            sql("DELETE FROM ledger_personkey WHERE worker_id = %s", pk)
        elif way == "moved":
            sql("UPDATE ledger_personkey SET worker_id = worker_id + 100000 WHERE worker_id = %s", pk)
        else:
            sql("UPDATE ledger_personkey SET key = %s WHERE worker_id = %s", random.randbytes(32), pk)
        return Edit(f"key of worker {pk}: {way}", {("worker", pk), *_records_of(pk)})

    return make


def kept_key(random: Random) -> Edit:
    """The key of somebody who was erased is still there."""
    found = sql("SELECT id, anonymised_at FROM personnel_worker WHERE anonymised_at IS NOT NULL ORDER BY id")
    pk, at = random.choice(found)
    sql(
        "INSERT INTO ledger_personkey (worker_id, key, made_at) VALUES (%s, %s, %s)",
        pk,
        random.randbytes(32),
        _plain(at),
    )
    return Edit(f"kept key of worker {pk}", {("worker", pk)})


def renamed(table: str, column: str) -> Callable[[Random], Edit]:
    """Return the edit of what records point to: a course, its version, a method, a company."""
    about = {
        "catalogue_course": "SELECT DISTINCT course_id FROM records_trainingrecord",
        "catalogue_courseversion": "SELECT DISTINCT course_version_id FROM records_trainingrecord",
        "records_assessmentmethod": "SELECT DISTINCT method_id FROM records_competencyrecord"
        " WHERE method_id IS NOT NULL",
        "personnel_company": "SELECT DISTINCT w.company_id FROM personnel_worker w JOIN records_trainingrecord r"
        " ON r.worker_id = w.id WHERE w.anonymised_at IS NULL",
    }

    def make(random: Random) -> Edit:
        ((pk,),) = [random.choice(sorted(sql(about[table])))]
        ((old,),) = sql(f"SELECT {column} FROM {table} WHERE id = %s", pk)
        sql(f"UPDATE {table} SET {column} = %s WHERE id = %s", another(random, table, column, old), pk)
        named: Named = {("training_record", one) for (one,) in sql("SELECT id FROM records_trainingrecord")}
        named |= {("competency_record", one) for (one,) in sql("SELECT id FROM records_competencyrecord")}
        return Edit(f"{table} {pk}: {column}", named)

    return make


def evidence_row(column: str) -> Callable[[Random], Edit]:
    """Return the edit of what the database says of a file."""

    def make(random: Random) -> Edit:
        found = sql(
            f"SELECT id, {column} FROM evidence_evidencefile e WHERE EXISTS (SELECT 1 FROM records_trainingrecord r"
            " WHERE r.evidence_id = e.id) ORDER BY id"
        )
        pk, old = random.choice(found)
        if column == "size":
            new: Any = old + 1
        else:
            new = old[:-1] + ("0" if old[-1] != "0" else "1")
        sql(f"UPDATE evidence_evidencefile SET {column} = %s WHERE id = %s", new, pk)
        named: Named = {("evidence", pk)}
        for entity, table in ENTITIES.items():
            named |= {(entity, one) for (one,) in sql(f"SELECT id FROM {table} WHERE evidence_id = %s", pk)}
        return Edit(f"evidence {pk}: {column}", named)

    return make


def leaf(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a leaf: its bytes, what stands beside them, its place."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT leaf_index, type, entity_id, data FROM ledger_leaf ORDER BY leaf_index")
        index, kind, entity_id, data = random.choice(rows)
        edit = Edit(f"leaf {index} ({kind}): {way}", {("leaf", index)}, leaves=(index,))
        if way == "data":
            told = json.loads(bytes(data))
            name = random.choice(sorted(told))
            told[name] = other_value(random, told[name])
            edit.what += f" {name}"
            _write_leaf(index, canonical(told))
        elif way == "spaced":
            _write_leaf(index, bytes(data).replace(b",", b", ", 1))
        elif way == "type":
            new = random.choice(sorted({row[1] for row in rows} - {kind}))
            sql("UPDATE ledger_leaf SET type = %s WHERE leaf_index = %s", new, index)
        elif way == "entity_id":
            if kind in {"subject.restated", "subject.erased"}:
                raise ImpossibleError
            # Of these no leaf says what it is about: what lies beside them does, and is named.
            beside = {"subject.merged": "worker", "validity.extended": "extended_record"}
            beside["validity.withdrawn"] = "extended_record"
            if kind in beside:
                edit.named.add((beside[kind], entity_id))
            sql("UPDATE ledger_leaf SET entity_id = COALESCE(entity_id, 0) + 100000 WHERE leaf_index = %s", index)
        elif way == "gone":
            sql("DELETE FROM ledger_leaf WHERE leaf_index = %s", index)
        elif way == "moved":
            other = random.choice([row for row in rows if row[0] != index])
            edit.leaves = (index, other[0])
            _write_leaf(index, bytes(other[3]), other[1], other[2])
            _write_leaf(other[0], bytes(data), kind, entity_id)
        else:
            edit.named, edit.leaves = {("leaf", len(rows) + 7)}, ()
            sql(
                "INSERT INTO ledger_leaf (leaf_index, type, entity_id, data) VALUES (%s, %s, %s, %s)",
                len(rows) + 7,
                kind,
                entity_id,
                data,
            )
        return edit

    return make


def _write_leaf(index: int, data: bytes, kind: str | None = None, entity_id: int | None = None) -> None:
    sql("UPDATE ledger_leaf SET data = %s WHERE leaf_index = %s", data, index)
    if kind is not None:
        sql("UPDATE ledger_leaf SET type = %s, entity_id = %s WHERE leaf_index = %s", kind, entity_id, index)


def other_value(random: Random, old: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(old, bool):
        return not old
    if isinstance(old, int):
        return old + 1
    if isinstance(old, str):
        place = random.randrange(len(old))
        return old[:place] + ("0" if old[place] != "0" else "1") + old[place + 1 :]
    if isinstance(old, dict):
        name = random.choice(sorted(old))
        return {**old, name: other_value(random, old[name])}
    return 7


def node(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a stored node."""

    def make(random: Random) -> Edit:
        found = sql("SELECT id, position FROM ledger_node ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, position = random.choice(found)
        if way == "gone":
            sql("DELETE FROM ledger_node WHERE id = %s", pk)
        elif way == "invented":
            position = len(found) + 3
            sql("INSERT INTO ledger_node (level, position, hash) VALUES (1, %s, %s)", position, random.randbytes(32))
        else:
            sql("UPDATE ledger_node SET hash = %s WHERE id = %s", random.randbytes(32), pk)
        return Edit(f"node {position}: {way}", {("ledger_node", position)})

    return make


def head(column: str) -> Callable[[Random], Edit]:
    """Return the edit of the head."""

    def make(random: Random) -> Edit:
        ((size, epoch, frontier),) = sql("SELECT size, epoch, frontier FROM ledger_head")
        new = {
            "size": size + random.choice([-3, -1, 1, 4]),
            "root": random.randbytes(32),
            "frontier": bytes(frontier)[:-1] + b"x",
            "origin": "titan-0123456789ab/1",
            "epoch": epoch + 1,
        }[column]
        sql(f"UPDATE ledger_head SET {column} = %s", new)
        named: Named = {("ledger", 1), *(("leaf", size - back) for back in range(4))}
        return Edit(f"head: {column}", named)

    return make


def checkpoint(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a stored checkpoint."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT id, origin, size, root, key_id, note FROM ledger_checkpoint ORDER BY id")
        pk, origin, size, _root, _key_id, note = random.choice(rows)
        column, new = way, None
        if way == "note":
            place = random.randrange(len(note) - 2)
            column, new = "note", note[:place] + ("A" if note[place] != "A" else "B") + note[place + 1 :]
        elif way == "unsigned":
            column, new = "note", note.partition("\n\n")[0] + "\n\n"
        elif way == "forged":
            return _forged(pk, origin, size)
        else:
            new = {
                "origin": "titan-0123456789ab/1",
                "size": size + 1_000,
                "root": random.randbytes(32),
                "key_id": "0a0b0c0d",
            }[way]
        sql(f"UPDATE ledger_checkpoint SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"checkpoint {pk}: {way}", {("checkpoint", pk)})

    return make


def _forged(pk: int, origin: str, size: int) -> Edit:
    """A checkpoint of another tree, well signed by a key that the ledger never announced."""
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(32))
    root = os.urandom(32)
    note = notes.sign(notes.Checkpoint(origin, size, root), key)
    key_id = base64.b64decode(note.rsplit(" ", 1)[1])[:4].hex()
    sql("UPDATE ledger_checkpoint SET note = %s, root = %s, key_id = %s WHERE id = %s", note, root, key_id, pk)
    return Edit(f"checkpoint {pk}: forged", {("checkpoint", pk)})


def evidence_file(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a file of evidence."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT key, MIN(id) FROM evidence_evidencefile GROUP BY key ORDER BY key")
        key, pk = random.choice(rows)
        path = Path(settings.TITAN_EVIDENCE_DIR) / key
        kept, mode = path.read_bytes(), path.stat().st_mode
        path.chmod(0o640)
        if way == "gone":
            path.unlink()
        elif way == "short":
            path.write_bytes(kept[: len(kept) // 2])
        elif way == "swapped":
            other = random.choice([one for one, _pk in rows if one != key])
            path.write_bytes((path.parents[3] / other).read_bytes())
        else:
            place = random.randrange(len(kept))
            path.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        return Edit(f"file {key}: {way}", {("evidence", pk)}, undo=lambda: _put_back(path, kept, mode))

    return make


def beside(way: str) -> Callable[[Random], Edit]:
    """Return the edit of the checkpoint kept beside the evidence."""

    def make(random: Random) -> Edit:
        path = Path(settings.TITAN_EVIDENCE_DIR) / NAME
        kept, mode = path.read_bytes(), path.stat().st_mode
        path.chmod(0o640)
        if way == "gone":
            path.unlink()
        elif way == "older":
            rows = sql("SELECT note FROM ledger_checkpoint ORDER BY id")
            path.write_bytes(random.choice(rows[:-1])[0].encode())
        else:
            place = random.randrange(len(kept) - 2)
            path.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        return Edit(f"beside: {way}", {("ledger", 1)}, undo=lambda: _put_back(path, kept, mode))

    return make


def _put_back(path: Path, content: bytes, mode: int) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


ENTITIES = {"training_record": "records_trainingrecord", "competency_record": "records_competencyrecord"}
NOT_ERASED = "NOT EXISTS (SELECT 1 FROM personnel_worker p WHERE p.id = {0}.worker_id AND p.anonymised_at IS NOT NULL)"


def _columns(table: str, entity: str, columns: tuple[str, ...]) -> Iterator[Callable[[Random], Edit]]:
    for column in columns:
        where = NOT_ERASED.format(table) if column in TEXTS | {"worker_id"} else "1 = 1"
        if column in {"revoked_at", "revoke_reason"}:
            # An end that is invented, or taken back whole, would break the table's own constraint.
            where += " AND revoked_at IS NOT NULL"
        yield changed_column(table, entity, column, where)


MERGES: tuple[Callable[[Random], Edit], ...] = (
    *(merged_row(way) for way in ("merged_into_id", "merged_at", "merge_reason", "undone", "circle")),
    *(merged_row(way) for way in ("first_name", "employee_id")),
    unsaid_merge,
    handed_back,
)
"""Every kind of edit of who was merged into whom."""

KINDS: tuple[Callable[[Random], Edit], ...] = (
    *_columns("records_trainingrecord", "training_record", RECORD),
    *_columns("records_competencyrecord", "competency_record", COMPETENCY),
    *(changed_column("training_trainingsession", "session", column, "status = 'COMPLETED'") for column in SESSION),
    *(changed_column("training_finalization", "session", column) for column in RECEIPT),
    *(outcome(name) for name in OUTCOME),
    marks,
    *(extension(column) for column in EXTENSION),
    *(changed_column("records_extendedrecord", "extended_record", column) for column in EXTENDED),
    lost_extension,
    lost_extended,
    forged_extension,
    lost_row("records_trainingrecord", "training_record"),
    lost_row("records_competencyrecord", "competency_record"),
    lost_row("training_finalization", "session"),
    invented_row("records_trainingrecord", "training_record"),
    invented_row("records_competencyrecord", "competency_record"),
    *(sheets(column) for column in ("evidence_id", "superseded_at", "gone")),
    *(person(column) for column in ("first_name", "last_name", "employee_id", "company_id", "former_identities")),
    person("anonymised_at"),
    *MERGES,
    *(person_key(way) for way in ("key", "gone", "moved")),
    kept_key,
    renamed("catalogue_course", "code"),
    renamed("catalogue_courseversion", "number"),
    renamed("records_assessmentmethod", "code"),
    renamed("personnel_company", "name"),
    *(evidence_row(column) for column in ("key", "sha256", "size")),
    *(leaf(way) for way in LEAF),
    *(node(way) for way in ("hash", "gone", "invented")),
    *(head(column) for column in HEAD),
    *(checkpoint(way) for way in CHECKPOINT),
    *(evidence_file(way) for way in ("byte", "short", "gone", "swapped")),
    *(beside(way) for way in ("byte", "gone", "older")),
)
"""Every kind of edit: of each column that the ledger speaks of, and of the ledger, its signatures and files."""
