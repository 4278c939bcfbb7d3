"""Edits of records and competencies, and of any column of a row; rows that are gone or invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from django.db import connection

from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, Named, sql
from tests.ledger.verifying.edits.values import another, moved, plain

RECORD = (
    *("worker_id", "course_id", "course_version_id", "session_id", "trainer_id", "result", "score", "completed_on"),
    *("expires_on", "valid_until", "provider", "evidence_id", "evidence_key", "evidence_sha256", "source"),
    *("corrects_id", "remarks", "created_at", "created_by_id", "revoked_at", "revoked_by_id", "revoke_reason", "id"),
)
COMPETENCY = (
    *("worker_id", "course_id", "course_version_id", "session_id", "trainer_id", "completed_on", "score"),
    *("evidence_id", "evidence_key", "evidence_sha256", "method_id", "assessed_on", "assessed_by_id"),
    *("remarks", "assessment_evidence_id", "record_id", "created_at", "revoked_at", "revoked_by_id", "revoke_reason"),
    "id",
)
TEXTS = {"provider", "remarks", "revoke_reason"}
ENTITIES = {"training_record": "records_trainingrecord", "competency_record": "records_competencyrecord"}
NOT_ERASED = "NOT EXISTS (SELECT 1 FROM personnel_worker p WHERE p.id = {0}.worker_id AND p.anonymised_at IS NOT NULL)"


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
        elif column == "extension_id":
            # A place that none has there.
            more = ", position = 31000"
        elif table == "training_trainingsession" and column == "status":
            more = ", finalized_at = NULL"
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


def columns_of(table: str, entity: str, columns: tuple[str, ...]) -> Iterator[Callable[[Random], Edit]]:
    for column in columns:
        # Of somebody who was erased no words can be opened any more: that is promised (docs/threat-model.md).
        where = NOT_ERASED.format(table) if column in TEXTS else "1 = 1"
        if column in {"revoked_at", "revoke_reason"}:
            # An end that is invented, or taken back whole, is an edit of its own.
            where += " AND revoked_at IS NOT NULL"
        yield changed_column(table, entity, column, where)


def end(table: str, entity: str, *, invented: bool) -> Callable[[Random], Edit]:
    """Return the edit that a row was never revoked, or was: with everything that belongs to it."""

    def make(random: Random) -> Edit:
        where = "revoked_at IS NULL" if invented else "revoked_at IS NOT NULL"
        if table == "records_competencyrecord":
            # Only what waits is withdrawn.
            where += " AND status = 'PENDING'"
        found = sql(f"SELECT id, created_at FROM {table} WHERE {where} ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, made = random.choice(found)
        end = (moved(made), 7, "So it is") if invented else (None, None, "")
        sql(f"UPDATE {table} SET revoked_at = %s, revoked_by_id = %s, revoke_reason = %s WHERE id = %s", *end, pk)
        return Edit(f"{table} {pk} {'is' if invented else 'was never'} revoked", {(entity, pk)})

    return make


def decision(status: str) -> Callable[[Random], Edit]:
    """Return the edit that a competency was decided otherwise, or not yet: with everything that belongs to it."""

    def make(random: Random) -> Edit:
        rows = sql(
            "SELECT id, completed_on, remarks FROM records_competencyrecord"
            " WHERE status <> %s AND revoked_at IS NULL ORDER BY id",
            status,
        )
        methods = sql("SELECT id FROM records_assessmentmethod ORDER BY id")
        # A record that no other decision made.
        records = sql(
            "SELECT id FROM records_trainingrecord r WHERE NOT EXISTS"
            " (SELECT 1 FROM records_competencyrecord c WHERE c.record_id = r.id) ORDER BY id"
        )
        pk, day, remarks = random.choice(rows)
        (method,), (record,) = random.choice(methods), random.choice(records)
        new = {
            "PENDING": (None, None, None, "", None),
            "COMPETENT": (method, day, 7, remarks, record),
            "NOT_COMPETENT": (method, day, 7, remarks or "So it is", None),
        }[status]
        sql(
            "UPDATE records_competencyrecord SET status = %s, method_id = %s, assessed_on = %s, assessed_by_id = %s,"
            " remarks = %s, record_id = %s, assessment_evidence_id = NULL WHERE id = %s",
            *(status, *new, pk),
        )
        return Edit(f"competency record {pk} is {status}", {("competency_record", pk)})

    return make


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
        sql(f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(row))})", *map(plain, row.values()))
        return Edit(f"{table} {new} is invented", {(entity, new)})

    return make


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


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *columns_of("records_trainingrecord", "training_record", RECORD),
    *columns_of("records_competencyrecord", "competency_record", COMPETENCY),
    *(decision(status) for status in ("PENDING", "COMPETENT", "NOT_COMPETENT")),
    *(end(table, entity, invented=invented) for entity, table in ENTITIES.items() for invented in (False, True)),
    lost_row("records_trainingrecord", "training_record"),
    lost_row("records_competencyrecord", "competency_record"),
    invented_row("records_trainingrecord", "training_record"),
    invented_row("records_competencyrecord", "competency_record"),
    renamed("catalogue_course", "code"),
    renamed("catalogue_courseversion", "number"),
    renamed("records_assessmentmethod", "code"),
    renamed("personnel_company", "name"),
)
