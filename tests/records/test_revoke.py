"""Revoking: a wrong record stays visible with the reason, and counts no more (domain.md §7)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.guards.raw import run
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, HOUR, act, found, refuses, said, settle
from titan.compliance.models import ComplianceItem
from titan.compliance.queries.items import worker_compliance
from titan.core.actor import Role
from titan.records.commands import revoke_record
from titan.records.models import TrainingRecord

REASON = "Sertifikat saxtadır"


def status(worker: Any, course: Any) -> tuple[str, str]:
    items = worker_compliance(worker.pk, at=AT).items
    return next((item.status, item.reason) for item in items if item.course_id == course.pk)


@pytest.fixture
def record(worker: Any, course: Any) -> TrainingRecord:
    made = cast.make_record(worker, course)
    settle()
    return made


def test_the_verdict_turns_red_again(record: TrainingRecord, worker: Any, course: Any) -> None:
    assert status(worker, course) == ("COMPLIANT", "Valid until 2027-06-01")
    assert act(revoke_record, record.pk, f"  {REASON} ", at=AT) == record.pk
    assert status(worker, course) == ("NON_COMPLIANT", "Record revoked")
    record.refresh_from_db()
    assert (record.revoked_at, record.revoked_by_id, record.revoke_reason) == (AT, ADMIN.user_id, REASON)
    event = said("training_record.revoked", record.pk)[0]
    assert (event.after, event.reason) == ({"revoked": True}, REASON)


def test_another_proof_takes_over(record: TrainingRecord, worker: Any, course: Any) -> None:
    older = cast.make_record(worker, course, expires_on=date(2026, 12, 1))
    settle()
    act(revoke_record, record.pk, REASON)
    item = ComplianceItem.objects.get(worker=worker, course=course)
    assert (item.record_id, status(worker, course)[0]) == (older.pk, "EXPIRING")


def test_a_failed_record_changes_no_verdict(record: TrainingRecord, worker: Any, course: Any) -> None:
    failed = cast.make_record(worker, course, result="FAILED")
    settle()
    act(revoke_record, failed.pk, REASON)
    assert status(worker, course)[0] == "COMPLIANT"


def test_the_reason_is_required(record: TrainingRecord) -> None:
    for reason in ("", "  \n", "\u200b"):
        refusal = refuses("REASON_REQUIRED", revoke_record, record.pk, reason)
        assert (refusal.status, found(refusal.errors)) == (422, [("reason", "REASON_REQUIRED")])
    refuses("CONTROL_CHARACTERS", revoke_record, record.pk, "a\x00b")
    refuses("TOO_LONG", revoke_record, record.pk, "x" * 1001)


def test_it_happens_once(record: TrainingRecord) -> None:
    act(revoke_record, record.pk, REASON)
    refusal = refuses("ALREADY_REVOKED", revoke_record, record.pk, "again", at=AT + HOUR)
    assert refusal.status == 409


@pytest.mark.parametrize("number", [999_999, 0, 2**63])
def test_an_unknown_record(record: TrainingRecord, number: int) -> None:
    refuses("NOT_FOUND", revoke_record, number, "")


@pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
def test_only_admins_revoke(record: TrainingRecord, by: Any) -> None:
    refuses("FORBIDDEN", revoke_record, record.pk, REASON, by=by)
    act(revoke_record, record.pk, REASON, by=cast.actor(Role.SUPER_ADMIN))


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records_trainingrecord SET completed_on = '2026-06-02'",
        "UPDATE records_trainingrecord SET valid_until = '9999-12-31'",
        "UPDATE records_trainingrecord SET remarks = 'x'",
        "UPDATE records_trainingrecord SET revoked_at = NULL, revoke_reason = ''",
        "UPDATE records_trainingrecord SET revoke_reason = 'another'",
        "DELETE FROM records_trainingrecord",
    ],
)
def test_a_record_never_changes(record: TrainingRecord, sql: str) -> None:
    act(revoke_record, record.pk, REASON)
    before = TrainingRecord.objects.values().get()
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)
    assert TrainingRecord.objects.values().get() == before


def test_the_cost_does_not_depend_on_the_history(worker: Any, course: Any) -> None:
    # The first leaf about somebody makes their key in the ledger, once.
    revoke_record(cast.make_record(worker, course).pk, REASON, by=ADMIN, at=AT)
    costs = []
    for _ in range(2):
        records = [cast.make_record(worker, course) for _ in range(10)]
        settle()
        with CaptureQueriesContext(connection) as statements:
            revoke_record(records[0].pk, REASON, by=ADMIN, at=AT)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 20
