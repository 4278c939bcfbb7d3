"""Verdicts before, after, and as they would be: what a batch of records changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection
from django.db.models import Count

from titan.compliance.engine import severity_sql
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.queries.summary import course_titles
from titan.compliance.tallies import ITEM_CHANGES
from titan.core.bulk import id_set, ids_param, ids_sql

GREENISH = (Severity.EXPIRING, Severity.COMPLIANT)


@dataclass(frozen=True)
class Standing:
    """How workers stand: the severity of their item for one course (absent: not required) and overall."""

    items: Mapping[int, int]
    overall: Mapping[int, int]


def standing(worker_ids: Iterable[int], course_id: int) -> Standing:
    """Return how these workers stand for this course and overall (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT given.id, i.severity, v.severity FROM ({ids_sql()}) AS given
            LEFT JOIN {ComplianceItem._meta.db_table} i ON i.worker_id = given.id AND i.course_id = %s
            LEFT JOIN {WorkerVerdict._meta.db_table} v ON v.worker_id = given.id""",
            [ids_param(worker_ids), course_id],
        )
        found = cursor.fetchall()
    return Standing(
        {worker_id: severity for worker_id, severity, _overall in found if severity is not None},
        {worker_id: overall for worker_id, _severity, overall in found if overall is not None},
    )


def turned_green(before: Standing, after: Standing) -> list[int]:
    """Return the workers whose item became compliant or expiring, and was neither before."""
    return [
        worker_id
        for worker_id, severity in after.items.items()
        if severity in GREENISH and before.items.get(worker_id) not in GREENISH
    ]


def fully_green(before: Standing, after: Standing) -> list[int]:
    """Return those who turned green for the course and now are compliant in everything."""
    return [
        worker_id for worker_id in turned_green(before, after) if after.overall.get(worker_id) == Severity.COMPLIANT
    ]


@dataclass(frozen=True)
class TurnedGreen:
    """How many workers a run of the engine turned green for a course, and how many of them are so in everything now."""

    course: int
    fully: int


def turned_green_just_now(course_id: int) -> TurnedGreen:
    """Return how many the engine's last run in this transaction turned green, from what it noted as changed.

    As turned_green and fully_green tell of a standing before and one after; one statement, of the changes alone.
    """
    greenish = f"({', '.join(str(int(severity)) for severity in GREENISH)})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT COUNT(*), COUNT(CASE WHEN v.severity = {Severity.COMPLIANT} THEN 1 END)
            FROM {ITEM_CHANGES} i LEFT JOIN {WorkerVerdict._meta.db_table} v ON v.worker_id = i.worker_id
            WHERE i.course_id = %s AND i.severity IN {greenish}
              AND (i.was_severity IS NULL OR i.was_severity NOT IN {greenish})""",
            [course_id],
        )
        return TurnedGreen(*cursor.fetchone())


@dataclass(frozen=True)
class OtherGap:
    """A course that is not green for `workers` of the workers asked about."""

    course_id: int
    code: str
    title: dict[str, str]
    workers: int


def other_gaps(worker_ids: Iterable[int], course_id: int) -> list[OtherGap]:
    """Return the other courses that keep these workers from being green overall, most workers first."""
    items = ComplianceItem.objects.filter(worker_id__in=id_set(worker_ids), severity__lt=Severity.COMPLIANT)
    counts = (
        items.exclude(course_id=course_id)
        .order_by()
        .values("course_id", "course__code")
        .annotate(n=Count("worker_id"))
        .values_list("course_id", "course__code", "n")
    )
    titles = course_titles()
    gaps = [OtherGap(pk, code, titles.get(pk, {}), n) for pk, code, n in counts]
    return sorted(gaps, key=lambda gap: (-gap.workers, gap.code))


@dataclass(frozen=True)
class Expected:
    """What a worker is about to get for a course: a proof valid until a day (None: none), or a sign-off to wait for."""

    worker_id: int
    valid_until: date | None
    pending: bool


def standing_with(expected: Iterable[Expected], course_id: int, *, today: date, warning_days: int) -> Standing:
    """Return how workers would stand for the course, and overall, once `expected` is written (one statement).

    Judges with the engine's own expression, so that a preview cannot differ from the outcome.
    """
    rows = [
        {
            "worker_id": item.worker_id,
            "valid_until": item.valid_until.isoformat() if item.valid_until else None,
            "pending": int(item.pending),
        }
        for item in expected
    ]
    params: dict[str, str | int] = {
        "rows": json.dumps(rows),
        "course": course_id,
        "today": today.isoformat(),
        "warn_to": (today + timedelta(days=warning_days)).isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_expected_sql(), params)
        found = cursor.fetchall()
    return Standing(
        {worker_id: severity for worker_id, severity, _ in found if severity is not None},
        {
            worker_id: min(part for part in (severity, others, Severity.COMPLIANT) if part is not None)
            for worker_id, severity, others in found
        },
    )


def _expected_sql() -> str:
    severity = severity_sql("e.valid_until", "e.kind", "e.due_on", "e.pending = 1")
    return f"""
    WITH given AS ({_given_sql()}),
    proved AS (
        SELECT g.worker_id, g.pending, g.valid_until AS new_until, i.id AS item_id,
               CASE i.requirement_type WHEN 'PRE_MOB' THEN 0 ELSE 1 END AS kind, i.due_on,
               CASE WHEN i.severity >= {Severity.EXPIRING} THEN r.valid_until END AS old_until,
               CASE WHEN i.severity = {Severity.AWAITING_VERIFICATION} THEN 1 ELSE 0 END AS waits
        FROM given g
        LEFT JOIN compliance_complianceitem i ON i.worker_id = g.worker_id AND i.course_id = %(course)s
        LEFT JOIN records_trainingrecord r ON r.id = i.record_id
    ),
    e AS (
        SELECT worker_id, item_id, kind, due_on,
               CASE WHEN new_until >= {_day("today")} AND (old_until IS NULL OR new_until > old_until)
                    THEN new_until ELSE old_until END AS valid_until,
               CASE WHEN pending = 1 OR waits = 1 THEN 1 ELSE 0 END AS pending
        FROM proved
    )
    SELECT e.worker_id, CASE WHEN e.item_id IS NOT NULL THEN {severity} END,
           (SELECT MIN(o.severity) FROM compliance_complianceitem o
            WHERE o.worker_id = e.worker_id AND o.course_id <> %(course)s)
    FROM e JOIN personnel_worker w ON w.id = e.worker_id AND w.status = 'ACTIVE'"""


def _given_sql() -> str:
    if connection.vendor == "postgresql":
        return (
            "SELECT * FROM jsonb_to_recordset(%(rows)s::jsonb)"
            " AS given(worker_id bigint, valid_until date, pending int)"
        )
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in ("worker_id", "valid_until", "pending"))
    return f"SELECT {picked} FROM json_each(%(rows)s)"


def _day(name: str) -> str:
    return f"%({name})s::date" if connection.vendor == "postgresql" else f"%({name})s"
