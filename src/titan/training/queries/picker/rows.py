"""What the picker shows of the workers on a page, and why they stand there (one statement)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import connection

from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.items import History, words
from titan.core.bulk import ids_param, ids_sql
from titan.core.language import _
from titan.personnel.models import Company, Role, Worker
from titan.records.models import Result, TrainingRecord
from titan.training.queries.picker.order import GROUPS, Place


@dataclass(frozen=True)
class Suggestion:
    """A worker to invite, and why. status None: the course is not required of them. role_title: by language."""

    worker_id: int
    employee_id: str
    first_name: str
    last_name: str
    company_id: int
    company_code: str
    company_name: str
    group: str
    status: str | None
    reason: str
    expires_on: date | None
    due_on: date | None
    role_title: dict[str, str]


_PASSED, _HOLDS = f"result = '{Result.PASSED.value}'", "revoked_at IS NULL"
_ROWS = f"""
    SELECT w.id, w.employee_id, w.first_name, w.last_name, w.company_id, c.code, c.name, p.title,
           i.severity, i.expires_on, i.due_on, past.expired, past.passed, past.ever, past.failed
    FROM ({{given}}) AS given
    JOIN {Worker._meta.db_table} w ON w.id = given.id
    JOIN {Company._meta.db_table} c ON c.id = w.company_id
    LEFT JOIN {Role._meta.db_table} p ON p.id = w.role_id
    LEFT JOIN {ComplianceItem._meta.db_table} i ON i.worker_id = w.id AND i.course_id = %(course)s
    LEFT JOIN (
        SELECT worker_id,
               MAX(CASE WHEN {_PASSED} AND {_HOLDS} AND valid_until < %(today)s THEN valid_until END) AS expired,
               MAX(CASE WHEN {_PASSED} AND {_HOLDS} THEN completed_on END) AS passed,
               MAX(CASE WHEN {_PASSED} THEN id END) AS ever,
               MAX(CASE WHEN NOT {_PASSED} AND {_HOLDS} THEN completed_on END) AS failed
        FROM {TrainingRecord._meta.db_table}
        -- The plus keeps SQLite from reading all records of the course instead of all of these workers.
        WHERE +course_id = %(course)s AND worker_id IN ({{given}}) GROUP BY worker_id
    ) AS past ON past.worker_id = w.id"""


def rows_of(places: Sequence[Place], course_id: int, today: date) -> list[Suggestion]:
    """Return what is shown of the workers at `places`, in their order."""
    if not places:
        return []
    params: dict[str, str | int] = {
        "ids": ids_param(place.worker_id for place in places),
        "course": course_id,
        "today": today.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.format(given=ids_sql().replace("%s", "%(ids)s")), params)
        found = {row[0]: row for row in cursor.fetchall()}
    return [_suggestion(place, found[place.worker_id], today) for place in places]


def _suggestion(place: Place, row: tuple[Any, ...], today: date) -> Suggestion:
    worker_id, employee_id, first_name, last_name, company_id, code, name, title, severity, ends, due, *past = row
    expired, passed, ever, failed = past
    expires_on, due_on = _day(ends), _day(due)
    history = History(_day(expired), ever is not None, None if passed else _day(failed))
    return Suggestion(
        worker_id=worker_id,
        employee_id=employee_id,
        first_name=first_name,
        last_name=last_name,
        company_id=company_id,
        company_code=code,
        company_name=name,
        group=GROUPS[place.part],
        status=None if severity is None else Severity(severity).name,
        reason=_("Not required") if severity is None else words(severity, today, expires_on, due_on, history),
        expires_on=expires_on,
        due_on=due_on,
        role_title=orjson.loads(title) if title else {},
    )


def _day(value: Any) -> date | None:
    # SQLite keeps days as text, and gives them back as such where they were computed.
    return date.fromisoformat(value) if isinstance(value, str) else value
