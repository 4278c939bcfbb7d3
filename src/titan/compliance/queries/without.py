"""How workers would stand if some of their proof did not count, or for longer: the same verdicts, nothing written."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from titan.compliance.engine import severity_sql
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.bulk import ids_param, ids_sql
from titan.records.models import CompetencyRecord, TrainingRecord

ITEMS, VERDICTS = ComplianceItem._meta.db_table, WorkerVerdict._meta.db_table
RECORDS, COMPETENCIES = TrainingRecord._meta.db_table, CompetencyRecord._meta.db_table


@dataclass(frozen=True)
class Stands:
    """The severity of a worker's item for a course, and of the worker overall (compliance.models.Severity)."""

    worker_id: int
    course_id: int
    item: int
    overall: int


@dataclass(frozen=True)
class Red:
    """An item that became, or would become, Red. was: its severity before. turned: the worker was not Red before."""

    worker_id: int
    course_id: int
    was: int
    turned: bool


def standing_behind(record_ids: Collection[int], competency_ids: Collection[int]) -> list[Stands]:
    """Return how those stand of whom these records and competencies are, for their courses (one statement)."""
    return _asked(
        f"WITH {_touched()} SELECT worker_id, course_id, severity, overall FROM touched", record_ids, competency_ids
    )


def standing_without(
    record_ids: Collection[int], competency_ids: Collection[int], *, today: date, warning_days: int
) -> list[Stands]:
    """Return how they would stand on `today` if these records and competencies did not count (one statement).

    warning_days: how many days before its end a record counts as expiring. Judges with the engine's own expression
    (domain.md §9.3), so that a preview cannot differ from the outcome.
    """
    return _asked(
        _standing(_others(), but="AND c.id NOT IN (SELECT id FROM competencies)"),
        record_ids,
        competency_ids,
        **_days(today, warning_days),
    )


def standing_if(valid_until: Mapping[int, date], *, today: date, warning_days: int) -> list[Stands]:
    """Return how those stand on `today` of whom these records are, were they valid through these days (one statement).

    valid_until: a record's last day by its number. warning_days: how many days before its end a record counts as
    expiring. Judges as `standing_without` does.
    """
    # What is given has no index: SQLite goes through it first, and once (CROSS JOIN keeps the order).
    proved = f"""SELECT worker_id, course_id, due_on, kind, MAX(valid_until) AS valid_until FROM (
            {_others()}
            UNION ALL
            SELECT i.worker_id, i.course_id, i.due_on, {_kind("i")}, g.until
            FROM given g CROSS JOIN {RECORDS} r CROSS JOIN {ITEMS} i
            WHERE r.id = g.id AND r.result = 'PASSED' AND r.revoked_at IS NULL AND g.until >= {_day("today")}
            AND i.worker_id = r.worker_id AND i.course_id = r.course_id
        ) o GROUP BY worker_id, course_id, due_on, kind"""
    given = json.dumps([{"id": pk, "until": until.isoformat()} for pk, until in valid_until.items()])
    return _asked(
        _standing(proved, also=f", given AS MATERIALIZED ({_given_days()})"),
        valid_until,
        (),
        given=given,
        **_days(today, warning_days),
    )


def _others() -> str:
    """Return the SELECT of the touched items, each with the last day of the proof that is not among `records`."""
    return f"""SELECT t.worker_id, t.course_id, t.due_on, {_kind("t")} AS kind,
            (SELECT MAX(r.valid_until) FROM {RECORDS} r WHERE r.worker_id = t.worker_id
             AND r.course_id = t.course_id AND r.result = 'PASSED' AND r.revoked_at IS NULL
             AND r.valid_until >= {_day("today")} AND r.id NOT IN (SELECT id FROM records)) AS valid_until
            FROM touched t"""


def _kind(item: str) -> str:
    return f"CASE {item}.requirement_type WHEN 'PRE_MOB' THEN 0 ELSE 1 END"


def _standing(proved: str, *, also: str = "", but: str = "") -> str:
    """Return the statement that judges the `touched` anew.

    proved: the SELECT of them with the last day of their proof. also: further tables. but: a condition on the
    competency records `c` that wait.
    """
    pending = f"""EXISTS (SELECT 1 FROM {COMPETENCIES} c WHERE c.worker_id = p.worker_id
        AND c.course_id = p.course_id AND c.status = 'PENDING' AND c.revoked_at IS NULL {but})"""
    return f"""WITH {_touched()}{also},
    proved AS (
        {proved}
    ),
    judged AS MATERIALIZED (
        SELECT p.worker_id, p.course_id, {severity_sql("p.valid_until", "p.kind", "p.due_on", pending)} AS severity
        FROM proved p
    ),
    whole AS (
        SELECT s.*, MIN(s.severity) OVER (PARTITION BY s.worker_id) AS overall FROM (
            SELECT worker_id, course_id, severity, 1 AS own FROM judged
            UNION ALL
            SELECT i.worker_id, i.course_id, i.severity, 0 FROM {ITEMS} i
            LEFT JOIN judged j ON j.worker_id = i.worker_id AND j.course_id = i.course_id
            WHERE i.worker_id IN (SELECT worker_id FROM judged) AND j.worker_id IS NULL
        ) s
    )
    SELECT worker_id, course_id, severity, overall FROM whole WHERE own = 1"""


def _days(today: date, warning_days: int) -> dict[str, str]:
    return {"today": today.isoformat(), "warn_to": (today + timedelta(days=warning_days)).isoformat()}


def _given_days() -> str:
    if connection.vendor == "postgresql":
        return "SELECT id, until FROM jsonb_to_recordset(%(given)s::jsonb) AS g(id bigint, until date)"
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in ("id", "until"))
    return f"SELECT {picked} FROM json_each(%(given)s)"


def turned_red(before: Collection[Stands], after: Collection[Stands]) -> list[Red]:
    """Return the items that became Red, and whether with them their worker did."""
    stood = {(one.worker_id, one.course_id): one for one in before}
    found = []
    for one in after:
        was = stood.get((one.worker_id, one.course_id))
        if one.item == Severity.NON_COMPLIANT and was is not None and was.item != Severity.NON_COMPLIANT:
            turned = was.overall != Severity.NON_COMPLIANT and one.overall == Severity.NON_COMPLIANT
            found.append(Red(one.worker_id, one.course_id, was.item, turned))
    return found


def _touched() -> str:
    """Return what `touched` is: the items of whom the given records and competencies are, with their verdicts."""
    ids = ids_sql()
    return f"""records AS MATERIALIZED ({ids.replace("%s", "%(records)s")}),
    competencies AS MATERIALIZED ({ids.replace("%s", "%(competencies)s")}),
    pairs AS MATERIALIZED (
        SELECT worker_id, course_id FROM {RECORDS} WHERE id IN (SELECT id FROM records)
        UNION
        SELECT worker_id, course_id FROM {COMPETENCIES} WHERE id IN (SELECT id FROM competencies)
    ),
    touched AS MATERIALIZED (
        SELECT i.worker_id, i.course_id, i.severity, i.due_on, i.requirement_type, v.severity AS overall
        FROM pairs p JOIN {ITEMS} i ON i.worker_id = p.worker_id AND i.course_id = p.course_id
        JOIN {VERDICTS} v ON v.worker_id = i.worker_id
    )"""


def _asked(sql: str, records: Collection[int], competencies: Collection[int], **given: str) -> list[Stands]:
    params = {"records": ids_param(records), "competencies": ids_param(competencies), **given}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [Stands(*row) for row in cursor.fetchall()]


def _day(name: str) -> str:
    return f"%({name})s::date" if connection.vendor == "postgresql" else f"%({name})s"
