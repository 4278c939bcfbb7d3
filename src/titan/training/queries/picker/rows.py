"""What the picker shows of the workers on a page, and why they stand there (one statement)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from django.db import connection

from titan.compliance.models import NAMES, ComplianceItem, Severity
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
_PAST = f"""
    SELECT MAX(CASE WHEN {_PASSED} AND {_HOLDS} AND valid_until < %(today)s THEN valid_until END) AS expired,
           MAX(CASE WHEN {_PASSED} AND {_HOLDS} THEN 1 END) AS passed,
           MAX(CASE WHEN {_PASSED} THEN id END) AS ever,
           MAX(CASE WHEN NOT {_PASSED} AND {_HOLDS} THEN completed_on END) AS failed"""
_RECORDS = TrainingRecord._meta.db_table
# Each keeps its database from reading all records of the course, or of everybody, instead of all of these workers'.
_PAST_OF_EACH = {
    "sqlite": f"""LEFT JOIN ({_PAST}, worker_id FROM {_RECORDS}
        WHERE +course_id = %(course)s AND worker_id IN ({{red}})
        GROUP BY worker_id) AS past ON past.worker_id = w.id""",
    "postgresql": f"""LEFT JOIN LATERAL ({_PAST} FROM {_RECORDS} r
        WHERE i.severity = {Severity.NON_COMPLIANT} AND r.worker_id = w.id AND +r.course_id = %(course)s
        ) AS past ON TRUE""",
}
_ROWS = f"""
    SELECT w.id, w.employee_id, w.first_name, w.last_name, w.company_id, c.code, c.name, p.title,
           i.severity, i.expires_on, i.due_on, {{past}}
    FROM ({{given}}) AS given
    JOIN {Worker._meta.db_table} w ON w.id = given.id
    JOIN {Company._meta.db_table} c ON c.id = w.company_id
    LEFT JOIN {Role._meta.db_table} p ON p.id = w.role_id
    LEFT JOIN {ComplianceItem._meta.db_table} i ON i.worker_id = w.id AND i.course_id = %(course)s """


def rows_of(places: Sequence[Place], course_id: int, today: date) -> list[Suggestion]:
    """Return what is shown of the workers at `places`, in their order."""
    if not places:
        return []
    red = [place.worker_id for place in places if place.part == 0]
    params: dict[str, str | int] = {
        "ids": ids_param(place.worker_id for place in places),
        "red": ids_param(red),
        "course": course_id,
        "today": today.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_asked(with_past=bool(red)), params)
        found = {row[0]: row for row in cursor.fetchall()}
    spoken = _Spoken(today)
    return [_suggestion(place, found[place.worker_id], spoken) for place in places]


def _asked(*, with_past: bool) -> str:
    """Return the statement. with_past: somebody is Red, of whom alone the reason lies in what came before."""
    given, red = (ids_sql().replace("%s", f"%({name})s") for name in ("ids", "red"))
    if not with_past:
        return _ROWS.format(given=given, past="NULL, NULL, NULL, NULL")
    past = "past.expired, past.passed, past.ever IS NOT NULL, past.failed"
    return f"{_ROWS}{_PAST_OF_EACH[connection.vendor]}".format(given=given, red=red, past=past)


class _Spoken:
    """What was said already on this page: many stand alike, and looking a word up takes longer than all else."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.reasons: dict[tuple[Any, ...], tuple[str, date | None, date | None]] = {}
        self.titles: dict[Any, dict[str, str]] = {None: {}}

    def reason(self, row: tuple[Any, ...]) -> tuple[str, date | None, date | None]:
        """Return why somebody stands as they do, the last day of their proof, and the end of their grace."""
        if row not in self.reasons:
            self.reasons[row] = self._reason(row)
        return self.reasons[row]

    def title(self, stored: str | None) -> dict[str, str]:
        """Return a role's title by language."""
        if stored not in self.titles:
            self.titles[stored] = orjson.loads(stored or "{}")
        return self.titles[stored]

    def _reason(self, row: tuple[Any, ...]) -> tuple[str, date | None, date | None]:
        severity, ends, due, expired, passed, ever, failed = row
        expires_on, due_on = _day(ends), _day(due)
        if severity is None:
            return _("Not required"), expires_on, due_on
        history = History(_day(expired), bool(ever), None if passed else _day(failed))
        return words(severity, self.today, expires_on, due_on, history), expires_on, due_on


def _suggestion(place: Place, row: tuple[Any, ...], spoken: _Spoken) -> Suggestion:
    worker_id, employee_id, first_name, last_name, company_id, code, name, title, severity, *_past = row
    reason, expires_on, due_on = spoken.reason(row[_SEVERITY:])
    return Suggestion(
        worker_id=worker_id,
        employee_id=employee_id,
        first_name=first_name,
        last_name=last_name,
        company_id=company_id,
        company_code=code,
        company_name=name,
        group=GROUPS[place.part],
        status=None if severity is None else NAMES[severity],
        reason=reason,
        expires_on=expires_on,
        due_on=due_on,
        role_title=spoken.title(title),
    )


# From the severity on, a row says how somebody stands.
_SEVERITY = 8


def _day(value: Any) -> date | None:
    # SQLite keeps days as text, and gives them back as such where they were computed.
    return date.fromisoformat(value) if isinstance(value, str) else value
