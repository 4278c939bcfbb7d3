"""The answer: each item of a past day judged twice, by what was known then and by what is known now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from titan.compliance.engine import severity_sql
from titan.compliance.models import Severity
from titan.compliance.queries.as_of.kept import (
    Asked,
    Frame,
    asked_of,
    attempts_of_courses,
    frame_of,
    proofs_of_courses,
    rows_of,
)
from titan.compliance.queries.as_of.knowledge import Attempt, Known, Proof, best_proof, history, waits
from titan.compliance.queries.items import History, Item, words
from titan.compliance.queries.sources import Source
from titan.compliance.queries.summary import course_titles
from titan.compliance.queries.workers import AreaHeld, RoleShort
from titan.core.actor import Actor
from titan.core.permit import need_reader
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.companies import CompanyShort
from titan.records.models import FOREVER, TrainingRecord


@dataclass(frozen=True)
class ItemAsOf(Item):
    """One requirement of a past day, judged by what is known then (or now).

    required_by: who asked, the deciding one first. record: the proof. pending_competency_id: what waited for an
    assessor. The other_ fields say the same by the other knowledge; differs: whether the statuses disagree.
    """

    required_by: list[Source]
    record: TrainingRecord | None
    pending_competency_id: int | None
    differs: bool
    other_status: str
    other_reason: str
    other_record: TrainingRecord | None

    @property
    def other_record_id(self) -> int | None:
        return self.other_record.pk if self.other_record else None


@dataclass(frozen=True)
class AsOf:
    """How a worker stood at the end of the site day `on`, under the rules of that day; items worst first.

    overall_status: None when the worker was not active, so not judged. since: the first day that can be asked about.
    other_overall_status: by the other knowledge. differs: whether the two disagree anywhere.
    """

    on: date
    known: Known
    since: date
    overall_status: str | None
    other_overall_status: str | None
    differs: bool
    worker_status: str
    company: CompanyShort
    role: RoleShort | None
    role_assigned_on: date | None
    areas: list[AreaHeld]
    warning_days: int
    items: list[ItemAsOf]


@dataclass(frozen=True)
class Basis:
    """What one course of a past day is judged by: who asked, and what there was by one knowledge.

    record: the proof. valid_until: its last day. pending: the competency record that waited.
    """

    asked: Asked
    record: TrainingRecord | None
    valid_until: date | None
    pending: int | None
    past: History

    @property
    def due_on(self) -> date | None:
        return self.asked.sources[0].due_on

    @property
    def expires_on(self) -> date | None:
        return None if self.valid_until == FOREVER else self.valid_until


@dataclass(frozen=True)
class Judged(Basis):
    """A basis with its verdict: the severity, and the reason in words."""

    severity: int
    reason: str


def worker_as_of(
    worker_id: int, on: date, *, known: Known = Known.THEN, by: Actor, at: datetime, language: str = "en"
) -> AsOf:
    """Return how a worker stood at the end of the site day `on` (at most 21 statements, whatever they have).

    known: THEN counts what had been entered by the end of that day; NOW counts what is known today about that day.
    Raises Forbidden for trainers, NotFound, and Invalid at `on` for a day to come or before the kept history.
    """
    need_reader(by)
    frame = frame_of(worker_id, on, at=at)
    place, asked = asked_of(worker_id, frame.day, language=language)
    is_active = frame.status == WorkerStatus.ACTIVE
    items = _items(worker_id, asked, frame, known) if is_active else []
    overall = _overall(item.status for item in items) if is_active else None
    other = _overall(item.other_status for item in items) if is_active else None
    return AsOf(
        on=on,
        known=known,
        since=frame.since,
        overall_status=overall,
        other_overall_status=other,
        differs=any(item.differs for item in items),
        worker_status=frame.status,
        company=place.company,
        role=place.role,
        role_assigned_on=place.role_assigned_on,
        areas=place.areas,
        warning_days=frame.warning_days,
        items=items,
    )


def _overall(statuses: Iterable[str]) -> str:
    """Return the worst of `statuses` (domain.md §9.4); who is asked for nothing is compliant."""
    return min((Severity[status] for status in statuses), default=Severity.COMPLIANT).name


def _items(worker_id: int, asked: list[Asked], frame: Frame, known: Known) -> list[ItemAsOf]:
    course_ids, rows = [one.course_id for one in asked], rows_of(worker_id)
    proofs = proofs_of_courses(rows, course_ids, frame.day)
    attempts = attempts_of_courses(rows, course_ids, frame.day)
    judged = {}
    for way in Known:
        made, tries = proofs[way], attempts[way]
        bases = [_basis(one, made.get(one.course_id, []), tries.get(one.course_id, []), frame, way) for one in asked]
        judged[way] = _judged(bases, frame)
    titles = course_titles()
    other = Known.NOW if known is Known.THEN else Known.THEN
    items = [
        _item(mine, theirs, titles.get(mine.asked.course_id, {}))
        for mine, theirs in zip(judged[known], judged[other], strict=True)
    ]
    return sorted(items, key=lambda item: (Severity[item.status], item.course_code))


def _basis(asked: Asked, proofs: list[Proof], attempts: list[Attempt], frame: Frame, known: Known) -> Basis:
    waiting = (attempt.row.pk for attempt in attempts if waits(attempt, frame.day, known))
    record, valid_until = best_proof(proofs, frame.day, known) or (None, None)
    return Basis(
        asked=asked,
        record=record,
        valid_until=valid_until,
        pending=next(waiting, None),
        past=history(proofs, frame.day, known),
    )


def _item(mine: Judged, theirs: Judged, title: dict[str, str]) -> ItemAsOf:
    return ItemAsOf(
        course_id=mine.asked.course_id,
        course_code=mine.asked.course_code,
        title=title,
        requirement_type=mine.asked.sources[0].requirement_type,
        due_on=mine.due_on,
        status=Severity(mine.severity).name,
        expires_on=mine.expires_on,
        reason=mine.reason,
        record_id=mine.record.pk if mine.record else None,
        required_by=mine.asked.sources,
        record=mine.record,
        pending_competency_id=mine.pending,
        differs=mine.severity != theirs.severity,
        other_status=Severity(theirs.severity).name,
        other_reason=theirs.reason,
        other_record=theirs.record,
    )


def _judged(bases: list[Basis], frame: Frame) -> list[Judged]:
    """Return each basis with its verdict, by the engine's own expression (domain.md §9.3): one statement."""
    on = frame.day.on
    rows = [
        {
            "number": number,
            "kind": 0 if basis.due_on is None else 1,
            "due_on": _iso(basis.due_on),
            "valid_until": _iso(basis.valid_until),
            "pending": int(basis.pending is not None),
        }
        for number, basis in enumerate(bases)
    ]
    warn_to = on + timedelta(days=frame.warning_days)
    params = {"rows": json.dumps(rows), "today": on.isoformat(), "warn_to": warn_to.isoformat()}
    with connection.cursor() as cursor:
        cursor.execute(_judging_sql(), params)
        severities = dict(cursor.fetchall())
    return [
        Judged(
            **vars(basis),
            severity=severities[number],
            reason=words(severities[number], on, basis.expires_on, basis.due_on, basis.past),
        )
        for number, basis in enumerate(bases)
    ]


def _judging_sql() -> str:
    severity = severity_sql("given.valid_until", "given.kind", "given.due_on", "given.pending = 1")
    if connection.vendor == "postgresql":
        rows = "jsonb_to_recordset(%(rows)s::jsonb) AS given(number int, kind int, due_on date, valid_until date, "
        return f"SELECT given.number, {severity} FROM {rows} pending int)"
    names = ("number", "kind", "due_on", "valid_until", "pending")
    picked = ", ".join(f"json_extract(value, '$.{name}') AS {name}" for name in names)
    return f"SELECT given.number, {severity} FROM (SELECT {picked} FROM json_each(%(rows)s)) AS given"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
