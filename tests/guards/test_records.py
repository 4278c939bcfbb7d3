"""Proof stays as it was written: every way to change it, tried by raw SQL (domain.md §7, §8)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.guards.raw import refused, refuses, refuses_emptying, run, state
from titan.core.bulk import insert_rows
from titan.records.models import AssessmentMethod, CompetencyRecord, TrainingRecord

pytestmark = pytest.mark.django_db

RECORD = "UPDATE records_trainingrecord SET "
REVOKE = f"{RECORD} revoked_at = %s, revoked_by_id = 7, revoke_reason = 'wrong person'"


@pytest.fixture
def record() -> TrainingRecord:
    return cast.make_record(cast.make_worker(), cast.make_course())


@pytest.mark.parametrize(
    "change",
    [
        "completed_on = '2026-06-02'",
        "expires_on = '2099-01-01'",
        "expires_on = NULL",
        "valid_until = '9999-12-31'",
        "result = 'FAILED', expires_on = NULL",
        "score = 100",
        "worker_id = worker_id + 1",
        "evidence_sha256 = 'other'",
        "evidence_key = 'other'",
        "source = 'SESSION'",
        "session_id = 5",
        "created_by_id = 1",
        "remarks = 'x'",
        "id = id + 1000",
        "revoked_by_id = 3",
        "completed_on = completed_on",
    ],
)
def test_no_column_of_a_record_changes(record: TrainingRecord, change: str) -> None:
    before = state(TrainingRecord)
    assert refuses("RECORD_IMMUTABLE", RECORD + change).status == 409
    assert state(TrainingRecord) == before


def test_a_record_is_revoked_once(record: TrainingRecord) -> None:
    assert run(REVOKE, cast.AT) == 1
    before = state(TrainingRecord)
    for again in (
        f"{RECORD} revoked_at = NULL, revoke_reason = '', revoked_by_id = NULL",
        f"{RECORD} revoke_reason = 'another reason'",
        f"{RECORD} revoked_at = '2026-11-23 00:00:00+00'",
        f"{RECORD} revoked_by_id = 8",
    ):
        refuses("RECORD_IMMUTABLE", again)
    assert state(TrainingRecord) == before


def test_revoking_changes_nothing_else_on_the_way(record: TrainingRecord) -> None:
    refuses("RECORD_IMMUTABLE", f"{REVOKE}, result = 'FAILED', expires_on = NULL", cast.AT)


def test_revoking_needs_a_reason(record: TrainingRecord) -> None:
    refuses("REQUIRED", f"{RECORD} revoked_at = %s", cast.AT)


def test_records_are_never_deleted(record: TrainingRecord) -> None:
    refuses("RECORD_IMMUTABLE", "DELETE FROM records_trainingrecord")
    refuses("RECORD_IMMUTABLE", "DELETE FROM records_trainingrecord WHERE id = %s", record.pk)
    run(REVOKE, cast.AT)
    refuses("RECORD_IMMUTABLE", "DELETE FROM records_trainingrecord")
    with refused("RECORD_IMMUTABLE"):
        TrainingRecord.objects.all().delete()


def test_replacing_or_emptying_is_deleting(record: TrainingRecord) -> None:
    refuses_emptying("RECORD_IMMUTABLE", TrainingRecord, remarks="'x'")


def test_an_upsert_is_a_change(record: TrainingRecord) -> None:
    names = ", ".join(str(field.column) for field in TrainingRecord._meta.concrete_fields)
    refuses(
        "RECORD_IMMUTABLE",
        f"INSERT INTO records_trainingrecord ({names}) SELECT {names} FROM records_trainingrecord WHERE TRUE"
        " ON CONFLICT (id) DO UPDATE SET remarks = 'x'",
    )


def test_one_record_per_session_and_worker(record: TrainingRecord) -> None:
    course, worker = record.course, record.worker
    cast.make_record(worker, course, session_id=12, source="SESSION")
    with refused("ALREADY_FINALIZED"):
        cast.make_record(worker, course, session_id=12, source="SESSION")
    correction = cast.make_record(worker, course, session_id=12, source="CORRECTION", corrects=record)
    with refused("ALREADY_CORRECTED"):
        cast.make_record(worker, course, source="CORRECTION", corrects=record)
    assert correction.pk


def test_records_enter_many_at_once() -> None:
    course, workers = cast.make_course(), [cast.make_worker() for _ in range(3)]
    one = cast.make_record(workers[0], course)
    row = TrainingRecord.objects.filter(pk=one.pk).values().get()
    del row["id"]
    rows = insert_rows(TrainingRecord, [{**row, "worker_id": worker.pk, "session_id": 1} for worker in workers])
    assert len(rows) == 3


def pending(**values: Any) -> CompetencyRecord:
    course = cast.make_course(requires_verification=True)
    evidence = cast.make_evidence()
    return CompetencyRecord.objects.create(
        **{
            "worker": cast.make_worker(),
            "course": course,
            "course_version": cast.published(course),
            "session_id": 4,
            "completed_on": date(2026, 11, 20),
            "evidence": evidence,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "created_at": cast.AT,
            **values,
        }
    )


COMPETENCY = "UPDATE records_competencyrecord SET "
NOT_COMPETENT = f"{COMPETENCY} status = 'NOT_COMPETENT', method_id = %s, assessed_on = '2026-11-21', remarks = 'no'"


def test_a_competency_is_decided_once() -> None:
    pending()
    method = cast.make_method()
    assert run(NOT_COMPETENT, method.pk) == 1
    before = state(CompetencyRecord)
    for again in (
        f"{COMPETENCY} remarks = 'changed my mind'",
        f"{COMPETENCY} status = 'PENDING', method_id = NULL, assessed_on = NULL",
        f"{COMPETENCY} assessed_by_id = 3",
        f"{COMPETENCY} assessed_on = '2026-11-22'",
        f"{COMPETENCY} revoked_at = '2026-11-22 00:00:00+00', revoke_reason = 'x'",
        "DELETE FROM records_competencyrecord",
    ):
        refuses("COMPETENCY_IMMUTABLE", again)
    assert state(CompetencyRecord) == before


def test_a_competent_decision_enters_decided_and_stays() -> None:
    worker, course = cast.make_worker(), cast.make_course(requires_verification=True)
    record = cast.make_record(worker, course, completed_on=date(2026, 11, 21))
    made = pending(
        worker=worker, status="COMPETENT", method=cast.make_method(), assessed_on=date(2026, 11, 21), record=record
    )
    refuses("COMPETENCY_IMMUTABLE", f"{COMPETENCY} record_id = NULL WHERE id = %s", made.pk)


def test_a_withdrawn_competency_is_never_decided() -> None:
    pending()
    method = cast.make_method()
    assert run(f"{COMPETENCY} revoked_at = %s, revoke_reason = 'wrong person'", cast.AT) == 1
    refuses("COMPETENCY_IMMUTABLE", NOT_COMPETENT, method.pk)
    refuses("COMPETENCY_IMMUTABLE", f"{COMPETENCY} revoked_at = NULL, revoke_reason = ''")


@pytest.mark.parametrize(
    "change",
    [
        "worker_id = worker_id + 1",
        "session_id = 9",
        "completed_on = '2026-11-01'",
        "evidence_sha256 = 'x'",
        "score = 90",
        "created_at = '2020-01-01 00:00:00+00'",
    ],
)
def test_what_a_pending_competency_is_about_stays(change: str) -> None:
    pending()
    refuses("COMPETENCY_IMMUTABLE", COMPETENCY + change)


def test_half_a_decision_is_refused() -> None:
    pending()
    method = cast.make_method()
    refuses("DECISION_INCOMPLETE", f"{COMPETENCY} status = 'COMPETENT', method_id = %s", method.pk)
    too_early = NOT_COMPETENT.replace("2026-11-21", "2026-11-19")
    refuses("OUT_OF_ORDER", too_early, method.pk)


def test_a_competency_is_never_deleted_nor_replaced() -> None:
    pending()
    refuses("COMPETENCY_IMMUTABLE", "DELETE FROM records_competencyrecord")
    refuses_emptying("COMPETENCY_IMMUTABLE", CompetencyRecord, remarks="'x'")


def test_method_codes_are_unique() -> None:
    cast.make_method(code="M")
    with refused("NOT_UNIQUE") as refusals:
        cast.make_method(code="M")
    assert [error.field for error in refusals[0].errors] == ["code"]
    assert AssessmentMethod.objects.filter(code="M").count() == 1
