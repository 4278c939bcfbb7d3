"""Doing what people do, the way faces do it, and checking each time what every command promises.

Both `act` and `refuses` catch up on the calendar first, as every face does. `act` runs a command and compares the
verdicts with a full rebuild afterwards; `refuses` expects a refusal by its code, and that nothing at all was written:
the verdicts and counts are what they were.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import pytest
from django.db import connection, transaction

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.files import pdf_bytes
from titan.audit.models import AuditEvent
from titan.catalogue.models import Course
from titan.compliance.commands import catch_up, rebuild
from titan.compliance.models import ComplianceItem, SweptDay, Tally, WorkerVerdict
from titan.core.actor import Actor, Role, system_actor
from titan.core.errors import FieldError, Refusal
from titan.evidence.commands import StagedEvidence, Upload, record_evidence, stage
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, ExtendedRecord, TrainingRecord, ValidityExtension
from titan.training.commands import attach_evidence
from titan.training.models import (
    Attendee,
    Finalization,
    Override,
    SessionEvidence,
    SessionStatus,
    Slot,
    TrainingSession,
)
from titan.training.rules import SlotTime

AT = cast.AT
TODAY = AT.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADMIN = cast.actor(user_id=101)
ASSESSOR = cast.actor(Role.ASSESSOR, user_id=102)
AUDITOR = cast.actor(Role.AUDITOR, user_id=103)
FACTS = (
    TrainingSession,
    Slot,
    Attendee,
    Override,
    SessionEvidence,
    Finalization,
    EvidenceFile,
    TrainingRecord,
    CompetencyRecord,
    ValidityExtension,
    ExtendedRecord,
    ComplianceItem,
    WorkerVerdict,
    Tally,
    SweptDay,
)


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return every row that sessions, records and verdicts consist of, by table."""
    rows = {}
    with connection.cursor() as cursor:
        for model in FACTS:
            cursor.execute(f"SELECT * FROM {model._meta.db_table} ORDER BY 1")
            rows[model.__name__] = cursor.fetchall()
    return rows


def settle(at: datetime = AT) -> None:
    """Judge everybody once, after rows were written straight into the tables."""
    rebuild(by=system_actor(), at=at)


def act(work: Callable[..., Any], *args: Any, by: Actor = ADMIN, at: datetime = AT, **given: Any) -> Any:
    """Run a command; afterwards the verdicts are those of a rebuild."""
    catch_up(at=at)
    result = work(*args, by=by, at=at, **given)
    verdict_equals_rebuild(at)
    return result


def refuses(
    code: str, work: Callable[..., Any], *args: Any, by: Actor = ADMIN, at: datetime = AT, **given: Any
) -> Refusal:
    """Run a command that is refused with `code`; nothing was written, not even to the audit log."""
    catch_up(at=at)
    before, said = everything(), AuditEvent.objects.count()
    with pytest.raises(Refusal) as caught:
        work(*args, by=by, at=at, **given)
    assert caught.value.code == code, caught.value.errors
    assert everything() == before
    assert AuditEvent.objects.count() == said
    return caught.value


def found(errors: Iterable[FieldError]) -> list[tuple[str, str]]:
    """Return errors as (field, code), in their order."""
    return [(error.field, error.code) for error in errors]


def said(action: str, entity_id: int | None = None) -> list[AuditEvent]:
    """Return the audit events of `action`, oldest first."""
    events = AuditEvent.objects.filter(action=action).order_by("pk")
    return list(events if entity_id is None else events.filter(entity_id=entity_id))


def time_of(hours: float, length: float = 2, *, on: datetime = AT + DAY) -> SlotTime:
    """Return a slot that begins `hours` after `on` (tomorrow 09:00 on the site) and takes `length` hours."""
    return SlotTime(on + hours * HOUR, on + (hours + length) * HOUR)


def pair(slot: SlotTime) -> tuple[datetime, datetime]:
    """Return a slot as the cast takes it."""
    return slot.starts_at, slot.ends_at


def scheduled(course: Course, *slots: SlotTime, **values: Any) -> TrainingSession:
    """Make a scheduled session of `course`, tomorrow 09:00 to 11:00 unless `slots` say otherwise."""
    times = [pair(slot) for slot in slots or (time_of(0),)]
    return cast.make_session(course, slots=times, status=SessionStatus.SCHEDULED, **values)


@lru_cache
def sheet(text: str = "signed sheet") -> StagedEvidence:
    """Return a signed sheet whose bytes lie in the store."""
    return stage([Upload(f"{text}.pdf", io.BytesIO(pdf_bytes(text)))])


def held(
    course: Course,
    marks: Mapping[Worker, Mapping[str, Any]],
    *slots: SlotTime,
    staged: StagedEvidence | None = None,
    **values: Any,
) -> TrainingSession:
    """Make a session that took place (this morning, 06:00 to 08:00) with these marks and its signed sheet."""
    session = scheduled(course, *(slots or (time_of(-3, 2, on=AT),)), workers=marks, **values)
    for worker, mark in marks.items():
        Attendee.objects.filter(session=session, worker=worker).update(**mark)
    ends_at = max(slot.ends_at for slot in session.slots.all())
    attach_evidence(session.pk, staged or sheet(), by=ADMIN, at=ends_at)
    session.refresh_from_db()
    return session


def pending(worker: Worker, course: Course, *, completed_on: date = TODAY, **values: Any) -> CompetencyRecord:
    """Make a pass that waits for an assessor, on the signed sheet."""
    evidence = record_evidence(sheet(), by=ADMIN, at=AT)
    return CompetencyRecord.objects.create(
        **{
            "worker": worker,
            "course": course,
            "course_version": cast.published(course),
            "completed_on": completed_on,
            "evidence_id": evidence.id,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "created_at": AT,
            **values,
        }
    )


PASSED = {"status": "ATTENDED", "result": "PASSED"}
FAILED = {"status": "ATTENDED", "result": "FAILED"}
ABSENT = {"status": "NO_SHOW"}


@contextmanager
def rolled_back() -> Iterator[None]:
    """Take back whatever happens inside: each example of a property begins with the same database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def of_engine(sqlite: int, postgres: int) -> int:
    """Return the number for the database at hand: PostgreSQL takes locks by statements of their own."""
    return postgres if connection.vendor == "postgresql" else sqlite
