"""Finalizing happens once and whole, whatever fails on the way (domain.md §7, ledger.md §2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg.errors
import pytest
from django.db import DatabaseError, OperationalError, connection

from tests import cast
from tests.guards.raw import run
from tests.training.acting import (
    ABSENT,
    ADMIN,
    AT,
    FAILED,
    HOUR,
    PASSED,
    act,
    everything,
    held,
    refuses,
    said,
    settle,
    sheet,
)
from tests.training.finalizing import workers
from titan.audit.models import AuditEvent
from titan.core.errors import Conflict
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import (
    MarkChange,
    Plan,
    attach_evidence,
    cancel_session,
    delete_draft,
    finalize_session,
    invite_workers,
    mark_attendance,
    remove_attendee,
    schedule_session,
    update_session,
)
from titan.training.models import Finalization, TrainingSession
from titan.training.queries.gate import outcome_from, preview_finalize
from titan.training.queries.sessions import session_view


class TestOnce:
    def test_the_second_answer_holds_the_first_outcome(self, course: Any) -> None:
        session = held(course, {workers(1)[0]: PASSED})
        outcome = act(finalize_session, session.pk)
        for work in (finalize_session, preview_finalize):
            refusal = refuses("ALREADY_FINALIZED", work, session.pk, at=AT + HOUR)
            assert refusal.extra == {"outcome": outcome.plain()}
            assert outcome_from(refusal.extra["outcome"]) == outcome
        receipt = Finalization.objects.get()
        assert (receipt.session_id, receipt.at, receipt.by_id) == (session.pk, AT, ADMIN.user_id)
        view = session_view(session.pk, by=ADMIN, at=AT)
        assert (view.status, view.finalized_at, view.finalized_by) == ("COMPLETED", AT, ADMIN.user_id)

    def test_everything_is_said_to_the_audit_log(self, verified_course: Any, method: Any) -> None:
        waits, quick, failed = workers(3)
        verified = {**PASSED, "verified": True, "method": method}
        session = held(verified_course, {waits: PASSED, quick: verified, failed: FAILED})
        before = AuditEvent.objects.count()
        outcome = act(finalize_session, session.pk)
        events = AuditEvent.objects.order_by("pk")[before:]
        assert {(event.at, event.actor_id, event.actor_role) for event in events} == {(AT, ADMIN.user_id, "HSE_ADMIN")}
        assert sorted((event.action, event.entity_id) for event in events) == sorted(
            [
                ("session.finalized", session.pk),
                *(("training_record.created", row.pk) for row in TrainingRecord.objects.all()),
                *(("competency_record.created", row.pk) for row in CompetencyRecord.objects.all()),
            ]
        )
        assert (said("session.finalized")[0].after or {})["training_records"] == outcome.training_records
        record = TrainingRecord.objects.get(worker=quick)
        assert said("training_record.created", record.pk)[0].after == {
            "worker_id": quick.pk,
            "course_id": verified_course.pk,
            "session_id": session.pk,
            "result": "PASSED",
            "completed_on": "2026-11-22",
            "expires_on": "2027-05-22",
            "source": "SESSION",
            "evidence_sha256": sheet().whole.sha256,
        }

    def test_a_completed_session_never_changes(self, course: Any, trainer: Any) -> None:
        worker, other = workers(2)
        session = held(course, {worker: PASSED}, trainer=trainer)
        act(finalize_session, session.pk)
        for code, work, *args in (
            ("SESSION_CLOSED", update_session, Plan(title="x")),
            ("SESSION_CLOSED", schedule_session, Plan()),
            ("SESSION_CLOSED", cancel_session, "why"),
            ("SESSION_CLOSED", invite_workers, [other.pk]),
            ("SESSION_CLOSED", remove_attendee, worker.pk),
            ("SESSION_CLOSED", mark_attendance, [MarkChange(worker.pk, remarks="x")]),
            ("SESSION_CLOSED", attach_evidence, sheet()),
            ("NOT_DRAFT", delete_draft),
        ):
            refuses(code, work, session.pk, *args)
        before = everything()
        for sql in (
            "UPDATE training_trainingsession SET title = 'x'",
            "UPDATE training_trainingsession SET status = 'SCHEDULED', finalized_at = NULL",
            "DELETE FROM training_trainingsession",
            "UPDATE training_attendee SET remarks = 'x'",
            "DELETE FROM training_attendee",
            "UPDATE training_slot SET ends_at = starts_at",
            "DELETE FROM training_slot",
            "DELETE FROM training_finalization",
            "UPDATE records_trainingrecord SET score = 1",
            "DELETE FROM records_trainingrecord",
        ):
            with pytest.raises(DatabaseError), _savepoint():
                run(sql)
        assert everything() == before


@contextmanager
def _savepoint() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield


class Fault:
    """Lets the `number`-th statement fail, once; counts them all."""

    def __init__(self, number: int, error: Callable[[], Exception]) -> None:
        self.number, self.error, self.seen = number, error, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen += 1
        if self.seen == self.number:
            raise self.error()
        return execute(sql, params, many, context)


def a_class(course: Any, method: Any) -> TrainingSession:
    """A held class with one of each result, and somebody who turns green."""
    role = cast.make_role()
    cast.require(role, course)
    waits, quick, failed, absent = (cast.make_worker(role=role) for _ in range(4))
    settle()
    verified = {**PASSED, "verified": True, "method": method}
    return held(course, {waits: PASSED, quick: verified, failed: FAILED, absent: ABSENT})


def test_a_failure_at_any_statement_leaves_nothing(verified_course: Any, method: Any) -> None:
    """All or nothing, wherever it breaks; and whoever tries again gets one set of records."""
    session = a_class(verified_course, method)
    before, events = everything(), AuditEvent.objects.count()
    number = failures = 0
    while True:
        number += 1
        fault = Fault(number, lambda: OperationalError("disk I/O error"))
        try:
            with connection.execute_wrapper(fault):
                outcome = finalize_session(session.pk, by=ADMIN, at=AT)
        except OperationalError:
            failures += 1
            assert everything() == before, f"statement {number} left something behind"
            assert AuditEvent.objects.count() == events
            continue
        break
    assert failures == number - 1 == fault.seen == 35
    assert (outcome.training_records, outcome.competency_pending, outcome.turned_green) == (2, 1, 1)
    assert TrainingRecord.objects.count() == 2
    assert CompetencyRecord.objects.count() == 2
    refuses("ALREADY_FINALIZED", finalize_session, session.pk)


def busy() -> OperationalError:
    """Return the error that passes when one tries again: a deadlock, or a database that is locked."""
    error = OperationalError("database is locked")
    if connection.vendor == "postgresql":
        error.__cause__ = psycopg.errors.DeadlockDetected("deadlock detected")
    return error


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again_and_finalizes_once() -> None:
    cast.make_site()
    course = cast.make_course(requires_verification=True)
    session = a_class(course, cast.make_method())
    fault = Fault(20, busy)
    with connection.execute_wrapper(fault):
        outcome = finalize_session(session.pk, by=ADMIN, at=AT)
    assert fault.seen > 40
    assert outcome.training_records == TrainingRecord.objects.count() == 2
    assert len(said("session.finalized")) == 1
    with pytest.raises(Conflict, match="finalized already"):
        finalize_session(session.pk, by=ADMIN, at=AT)


@pytest.mark.django_db(transaction=True)
def test_who_comes_too_late_for_the_receipt_is_told_so() -> None:
    """The database's own last word on two that finalize at once: one receipt, and the other a refusal."""
    cast.make_site()
    session = a_class(cast.make_course(), cast.make_method())
    Finalization.objects.create(session=session, outcome={}, at=AT)
    with pytest.raises(Conflict) as refusal:
        finalize_session(session.pk, by=ADMIN, at=AT)
    assert refusal.value.code == "ALREADY_FINALIZED"
    assert not TrainingRecord.objects.exists()
