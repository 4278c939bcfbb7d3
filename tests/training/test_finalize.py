"""Finalizing: the records of each result, and the verdicts that follow (domain.md §7, ledger.md §2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import (
    ABSENT,
    ADMIN,
    AT,
    FAILED,
    HOUR,
    PASSED,
    act,
    held,
    settle,
    sheet,
    time_of,
)
from tests.training.finalizing import workers
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.queries.items import worker_compliance
from titan.ledger.models import Leaf, LeafType
from titan.personnel.models import WorkerStatus
from titan.records.models import FOREVER, CompetencyRecord, TrainingRecord
from titan.training.commands import (
    finalize_session,
)
from titan.training.queries.gate import Outcome, preview_finalize
from titan.training.rules import SlotTime


class TestRecords:
    def test_passed_and_failed(self, course: Any, trainer: Any) -> None:
        passed, failed, absent = workers(3)
        session = held(
            course,
            {passed: {**PASSED, "score": 93, "remarks": "əla"}, failed: {**FAILED, "score": 12}, absent: ABSENT},
            trainer=trainer,
        )
        outcome = act(finalize_session, session.pk)
        good, bad = TrainingRecord.objects.order_by("result").reverse()
        for record in (good, bad):
            assert (record.session_id, record.course_id, record.trainer_id) == (session.pk, course.pk, trainer.pk)
            assert record.course_version_id == session.course_version_id
            assert (record.evidence_id, record.evidence_sha256) == (session.evidence_id, sheet().whole.sha256)
            assert (record.evidence_key, record.source, record.corrects_id) == (sheet().whole.key, "SESSION", None)
            assert (record.created_at, record.created_by_id, record.revoked_at) == (AT, ADMIN.user_id, None)
            assert record.completed_on == date(2026, 11, 22)
        assert (good.worker_id, good.result, good.score, good.remarks) == (passed.pk, "PASSED", 93, "əla")
        assert (good.expires_on, good.valid_until) == (date(2027, 11, 22), date(2027, 11, 22))
        assert (bad.worker_id, bad.result, bad.score, bad.expires_on) == (failed.pk, "FAILED", 12, None)
        assert not CompetencyRecord.objects.exists()
        assert outcome == Outcome(
            session_id=session.pk,
            finalized_at=AT,
            training_records=2,
            failed=1,
            competency_pending=0,
            no_show=1,
            turned_green=0,
            fully_green=0,
            evidence_sha256=sheet().whole.sha256,
            ledger_entry=Leaf.objects.get(type=LeafType.FINALIZED).pk,
        )

    def test_a_course_that_requires_verification(self, verified_course: Any, trainer: Any, method: Any) -> None:
        waits, quick, failed = workers(3)
        quick_mark = {**PASSED, "verified": True, "verified_by_id": 55, "method": method, "remarks": "seen"}
        session = held(verified_course, {waits: {**PASSED, "score": 70}, quick: quick_mark, failed: FAILED})
        outcome = act(finalize_session, session.pk)
        assert (outcome.training_records, outcome.failed, outcome.competency_pending) == (2, 1, 1)
        results = dict(TrainingRecord.objects.values_list("worker_id", "result"))
        assert results == {quick.pk: "PASSED", failed.pk: "FAILED"}
        pending, competent = CompetencyRecord.objects.get(worker=waits), CompetencyRecord.objects.get(worker=quick)
        for row in (pending, competent):
            assert (row.session_id, row.course_id, row.trainer_id) == (
                session.pk,
                verified_course.pk,
                session.trainer_id,
            )
            assert row.course_version_id == session.course_version_id
            assert (row.evidence_id, row.evidence_sha256) == (session.evidence_id, sheet().whole.sha256)
            assert (row.completed_on, row.evidence_key) == (date(2026, 11, 22), sheet().whole.key)
        assert (pending.status, pending.score, pending.method_id, pending.record_id) == ("PENDING", 70, None, None)
        assert (pending.assessed_on, pending.assessed_by_id) == (None, None)
        assert (competent.status, competent.method_id, competent.remarks) == ("COMPETENT", method.pk, "seen")
        assert (competent.assessed_on, competent.assessed_by_id) == (date(2026, 11, 22), 55)
        record = TrainingRecord.objects.get(worker=quick)
        assert (competent.record_id, record.source, record.expires_on) == (
            record.pk,
            "SESSION",
            date(2027, 5, 22),
        )

    def test_a_tick_where_nothing_is_to_be_verified_makes_a_record_alone(self, course: Any, method: Any) -> None:
        (worker,) = workers(1)
        session = held(course, {worker: {**PASSED, "verified": True, "method": method}})
        assert act(finalize_session, session.pk).training_records == 1
        assert not CompetencyRecord.objects.exists()

    def test_the_version_of_the_session_counts(self, course: Any) -> None:
        (worker,) = workers(1)
        session = held(course, {worker: PASSED})
        cast.make_version(course, validity_months=1, requires_verification=True)
        act(finalize_session, session.pk)
        record = TrainingRecord.objects.get()
        assert (record.course_version_id, record.expires_on) == (session.course_version_id, date(2027, 11, 22))

    def test_validity_0_never_expires(self, site: Any) -> None:
        course = cast.make_course(validity_months=0)
        passed, failed = workers(2)
        act(finalize_session, held(course, {passed: PASSED, failed: FAILED}).pk)
        assert set(TrainingRecord.objects.values_list("expires_on", "valid_until")) == {(None, FOREVER)}

    def test_nobody_is_left_out_for_being_blocked_since(self, course: Any) -> None:
        role = cast.make_role()
        cast.require(role, course)
        banned, gone, active = workers(3, role=role)
        session = held(course, {banned: PASSED, gone: PASSED, active: PASSED})
        type(banned).objects.filter(pk=banned.pk).update(status=WorkerStatus.BLACKLISTED)
        type(gone).objects.filter(pk=gone.pk).update(status=WorkerStatus.INACTIVE)
        settle()
        outcome = act(finalize_session, session.pk)
        assert (outcome.training_records, outcome.turned_green, outcome.fully_green) == (3, 1, 1)
        assert not ComplianceItem.objects.filter(worker__in=[banned, gone]).exists()

    def test_an_early_renewal_counts_from_its_own_day(self, course: Any) -> None:
        (worker,) = workers(1)
        cast.make_record(worker, course, expires_on=date(2027, 3, 1))
        settle()
        act(finalize_session, held(course, {worker: PASSED}).pk)
        assert TrainingRecord.objects.latest("pk").expires_on == date(2027, 11, 22)

    def test_a_failed_result_takes_nothing_away(self, course: Any) -> None:
        role = cast.make_role()
        cast.require(role, course)
        (worker,) = workers(1, role=role)
        kept = cast.make_record(worker, course, expires_on=date(2027, 3, 1))
        settle()
        outcome = act(finalize_session, held(course, {worker: FAILED}).pk)
        item = ComplianceItem.objects.get()
        assert (item.severity, item.record_id, outcome.turned_green) == (Severity.COMPLIANT, kept.pk, 0)

    @pytest.mark.parametrize(
        ("zone", "ends_at", "day"),
        [
            ("Asia/Baku", "2026-11-20T19:59:59+00:00", date(2026, 11, 20)),
            ("Asia/Baku", "2026-11-20T20:00:00+00:00", date(2026, 11, 21)),
            ("Asia/Baku", "2026-11-20T21:30:00+00:00", date(2026, 11, 21)),
            ("Pacific/Kiritimati", "2026-11-20T10:00:00+00:00", date(2026, 11, 21)),
            ("America/Los_Angeles", "2026-11-21T07:59:00+00:00", date(2026, 11, 20)),
            ("America/New_York", "2026-11-02T04:59:00+00:00", date(2026, 11, 1)),
            ("America/New_York", "2026-11-01T03:59:00+00:00", date(2026, 10, 31)),
            ("UTC", "2024-02-29T23:59:00+00:00", date(2024, 2, 29)),
        ],
    )
    def test_the_day_is_the_sites_day_of_the_end(self, db: None, zone: str, ends_at: str, day: date) -> None:
        cast.make_site(timezone=zone)
        course = cast.make_course(validity_months=12)
        (worker,) = workers(1)
        end = datetime.fromisoformat(ends_at)
        slots = [SlotTime(end - 30 * HOUR, end - 28 * HOUR), SlotTime(end - 3 * HOUR, end)]
        session = held(course, {worker: PASSED}, *slots)
        act(finalize_session, session.pk)
        record = TrainingRecord.objects.get()
        assert record.completed_on == day
        next_year = day.replace(year=day.year + 1) if day != date(2024, 2, 29) else date(2025, 2, 28)
        assert record.expires_on == next_year

    def test_the_month_ends_before_the_day(self, site: Any) -> None:
        course = cast.make_course(validity_months=1)
        (worker,) = workers(1)
        end = datetime(2026, 1, 31, 17, 0, tzinfo=ZoneInfo("Asia/Baku"))
        act(finalize_session, held(course, {worker: PASSED}, SlotTime(end - HOUR, end)).pk)
        assert TrainingRecord.objects.get().expires_on == date(2026, 2, 28)


class TestVerdicts:
    def test_who_turns_green(self, course: Any, verified_course: Any, method: Any) -> None:
        """Each worker stands elsewhere before; what they become is counted once, for this course and overall."""
        only, both, none, graced = cast.make_role(), cast.make_role(), None, cast.make_role()
        cast.require(only, course)
        cast.require(both, course)
        cast.require(both, verified_course)
        cast.require(graced, course, 365)
        red = cast.make_worker(role=only)
        half = cast.make_worker(role=both)
        free = cast.make_worker(role=none)
        yellow = cast.make_worker(role=graced)
        soon = cast.make_worker(role=only)
        cast.make_record(soon, course, expires_on=date(2026, 12, 1))
        green = cast.make_worker(role=only)
        cast.make_record(green, course, expires_on=date(2027, 6, 1))
        failed, absent = cast.make_worker(role=only), cast.make_worker(role=only)
        settle()
        passed = (red, half, free, yellow, soon, green)
        marks: dict[Any, Any] = dict.fromkeys(passed, PASSED) | {failed: FAILED, absent: ABSENT}
        session = held(course, marks)
        outcome = act(finalize_session, session.pk)
        assert (outcome.training_records, outcome.failed, outcome.no_show) == (7, 1, 1)
        assert (outcome.turned_green, outcome.fully_green) == (3, 2)
        overall = dict(WorkerVerdict.objects.values_list("worker_id", "severity"))
        assert [overall[worker.pk] for worker in (red, half, yellow, soon, green)] == [4, 0, 4, 4, 4]
        assert (overall[failed.pk], overall[absent.pk]) == (0, 0)

        second = held(verified_course, {half: PASSED}, time_of(-2.5, on=AT))
        waiting = act(finalize_session, second.pk)
        assert (waiting.competency_pending, waiting.turned_green) == (1, 0)
        found_items = worker_compliance(half.pk, at=AT)
        assert found_items.overall_status == "AWAITING_VERIFICATION"

        verified = {**PASSED, "verified": True, "method": method, "verified_by_id": 5}
        third = held(verified_course, {half: verified}, time_of(-2.2, on=AT))
        outcome = act(finalize_session, third.pk)
        assert (outcome.turned_green, outcome.fully_green) == (1, 1)

    def test_expiring_at_once_is_green_for_the_course_and_not_overall(self, site: Any) -> None:
        course = cast.make_course(validity_months=1)
        role = cast.make_role()
        cast.require(role, course)
        (worker,) = workers(1, role=role)
        outcome = act(finalize_session, held(course, {worker: PASSED}).pk)
        assert (outcome.turned_green, outcome.fully_green) == (1, 0)

    def test_a_class_of_long_ago_may_prove_nothing_any_more(self, site: Any) -> None:
        course = cast.make_course(validity_months=1)
        role = cast.make_role()
        cast.require(role, course)
        (worker,) = workers(1, role=role)
        session = held(course, {worker: PASSED}, time_of(0, on=AT - timedelta(days=60)))
        assert preview_finalize(session.pk, by=ADMIN, at=AT).turned_green == 0
        assert act(finalize_session, session.pk).turned_green == 0


def test_the_cost_does_not_grow(verified_course: Any, method: Any) -> None:
    """A fixed number of statements, whatever the number of attendees."""
    verified = {**PASSED, "verified": True, "method": method}
    costs: dict[str, set[int]] = {"finalize": set(), "preview": set()}
    for number, size in enumerate((3, 20, 200)):
        people = [cast.make_worker() for _ in range(size)]
        marks = {worker: (PASSED, verified, FAILED)[index % 3] for index, worker in enumerate(people)}
        settle()
        session = held(verified_course, marks, time_of(-9 * number - 9, on=AT))
        with CaptureQueriesContext(connection) as statements:
            preview = preview_finalize(session.pk, by=ADMIN, at=AT)
        costs["preview"].add(len(statements))
        with CaptureQueriesContext(connection) as statements:
            outcome = finalize_session(session.pk, by=ADMIN, at=AT)
        costs["finalize"].add(len(statements))
        assert (
            outcome.training_records + outcome.competency_pending
            == size
            == preview.training_records + (preview.competency_pending)
        )
    assert costs == {"finalize": {29}, "preview": {7}}
