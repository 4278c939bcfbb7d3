"""Sign-off: decided once, by somebody else, kept for ever (domain.md §8)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.guards.raw import run
from tests.training.acting import (
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    PASSED,
    act,
    found,
    held,
    of_engine,
    pending,
    refuses,
    said,
    settle,
)
from titan.compliance.queries.items import worker_compliance
from titan.core.actor import Role
from titan.records.commands import (
    Decision,
    create_assessment_method,
    decide_competencies,
    revoke_record,
    withdraw_competency,
)
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus, TrainingRecord
from titan.records.queries.competency import list_competencies
from titan.training.commands import finalize_session

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
TOO_BIG = 2**63
SUPER = cast.actor(Role.SUPER_ADMIN)


@pytest.fixture
def method(db: None) -> Any:
    return cast.make_method()


@pytest.fixture
def competent(method: Any) -> Decision:
    return Decision(CompetencyStatus.COMPETENT, method.pk)


@pytest.fixture
def not_competent(method: Any) -> Decision:
    return Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks="Did not check the gas meter")


@pytest.fixture
def waiting(worker: Any, verified_course: Any) -> CompetencyRecord:
    """A pass of a session of this morning that waits."""
    session = held(verified_course, {worker: {**PASSED, "score": 77}})
    finalize_session(session.pk, by=ADMIN, at=AT)
    return CompetencyRecord.objects.get(worker=worker)


def status(worker: Any, course: Any) -> str:
    items = worker_compliance(worker.pk, at=AT).items
    return next(item.status for item in items if item.course_id == course.pk)


class TestCompetent:
    def test_makes_a_record_of_that_day(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any, method: Any
    ) -> None:
        assert status(worker, verified_course) == "AWAITING_VERIFICATION"
        later = AT + 3 * DAY
        decision = Decision(CompetencyStatus.COMPETENT, method.pk, TODAY + 2 * DAY, " bacarır ")
        made = act(decide_competencies, [waiting.pk], decision, by=ASSESSOR, at=later)
        record = TrainingRecord.objects.get()
        assert made == {waiting.pk: record.pk}
        assert (record.completed_on, record.expires_on) == (TODAY + 2 * DAY, date(2027, 5, 24))
        assert (record.source, record.result, record.score) == ("COMPETENCY", "PASSED", 77)
        assert (record.session_id, record.trainer_id) == (waiting.session_id, waiting.trainer_id)
        assert record.course_version_id == waiting.course_version_id
        assert (record.evidence_id, record.evidence_sha256) == (waiting.evidence_id, waiting.evidence_sha256)
        assert (record.created_by_id, record.created_at) == (ASSESSOR.user_id, later)
        waiting.refresh_from_db()
        assert (waiting.status, waiting.method_id, waiting.assessed_on) == ("COMPETENT", method.pk, TODAY + 2 * DAY)
        assert (waiting.assessed_by_id, waiting.remarks, waiting.record_id) == (
            ASSESSOR.user_id,
            "bacarır",
            record.pk,
        )
        assert status(worker, verified_course) == "COMPLIANT"
        event = said("competency_record.decided", waiting.pk)[0]
        assert event.before == {"status": "PENDING"}
        assert event.after == {
            "status": "COMPETENT",
            "method_id": method.pk,
            "assessed_on": "2026-11-24",
            "record_id": record.pk,
        }

    def test_the_version_of_the_class_counts(
        self, waiting: CompetencyRecord, verified_course: Any, competent: Decision
    ) -> None:
        cast.make_version(verified_course, validity_months=1)
        act(decide_competencies, [waiting.pk], competent, by=ASSESSOR)
        assert TrainingRecord.objects.get().expires_on == date(2027, 5, 22)

    def test_evidence_of_its_own(self, waiting: CompetencyRecord, method: Any) -> None:
        evidence = cast.make_evidence()
        decision = Decision(CompetencyStatus.COMPETENT, method.pk, assessment_evidence_id=evidence.pk)
        act(decide_competencies, [waiting.pk], decision, by=ASSESSOR)
        waiting.refresh_from_db()
        assert waiting.assessment_evidence_id == evidence.pk
        assert TrainingRecord.objects.get().evidence_id == waiting.evidence_id

    def test_revoking_its_record_leaves_the_decision(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any, competent: Decision
    ) -> None:
        made = act(decide_competencies, [waiting.pk], competent, by=ASSESSOR)
        before = CompetencyRecord.objects.values().get()
        act(revoke_record, made[waiting.pk], "Wrong person")
        assert CompetencyRecord.objects.values().get() == before
        assert status(worker, verified_course) == "NON_COMPLIANT"


class TestNotCompetent:
    def test_is_kept_and_proves_nothing(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any, not_competent: Decision
    ) -> None:
        assert act(decide_competencies, [waiting.pk], not_competent, by=ASSESSOR) == {waiting.pk: None}
        waiting.refresh_from_db()
        assert (waiting.status, waiting.record_id) == ("NOT_COMPETENT", None)
        assert not TrainingRecord.objects.exists()
        assert status(worker, verified_course) == "NON_COMPLIANT"

    def test_needs_remarks(self, waiting: CompetencyRecord, method: Any) -> None:
        for remarks in ("", "  ", "\u200b"):
            decision = Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks=remarks)
            refusal = refuses("REQUIRED", decide_competencies, [waiting.pk], decision, by=ASSESSOR)
            assert found(refusal.errors) == [("remarks", "REQUIRED")]

    def test_a_new_attempt_is_a_new_record(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any, competent: Decision, not_competent: Decision
    ) -> None:
        act(decide_competencies, [waiting.pk], not_competent, by=ASSESSOR)
        again = pending(worker, verified_course)
        settle()
        act(decide_competencies, [again.pk], competent, by=ASSESSOR)
        assert status(worker, verified_course) == "COMPLIANT"
        assert CompetencyRecord.objects.count() == 2

    def test_takes_no_valid_record_away(self, worker: Any, verified_course: Any, not_competent: Decision) -> None:
        cast.make_record(worker, verified_course)
        waits = pending(worker, verified_course)
        settle()
        act(decide_competencies, [waits.pk], not_competent, by=ASSESSOR)
        assert status(worker, verified_course) == "COMPLIANT"


class TestManyAtOnce:
    def test_each_is_decided_on_its_own(
        self, worker: Any, verified_course: Any, course: Any, competent: Decision
    ) -> None:
        """Several of one worker, of one course and of others, and of other workers: each gets its record."""
        other = cast.make_worker()
        rows = [
            pending(worker, verified_course),
            pending(other, verified_course),
            pending(worker, course),
            pending(worker, verified_course, completed_on=TODAY - 9 * DAY),
        ]
        left = pending(other, course)
        settle()
        made = act(decide_competencies, [row.pk for row in reversed(rows)], competent, by=ASSESSOR)
        assert set(made) == {row.pk for row in rows}
        records = {record.pk: record for record in TrainingRecord.objects.all()}
        for row in rows:
            record = records.pop(made[row.pk])
            assert (record.worker_id, record.course_id) == (row.worker_id, row.course_id)
            assert (record.evidence_id, record.completed_on) == (row.evidence_id, TODAY)
            row.refresh_from_db()
            assert row.record_id == record.pk
        assert records == {}
        left.refresh_from_db()
        assert left.status == "PENDING"
        assert len(said("competency_record.decided")) == 4

    def test_all_or_none(self, worker: Any, verified_course: Any, competent: Decision, not_competent: Decision) -> None:
        rows = [pending(worker, verified_course) for _ in range(4)]
        settle()
        act(decide_competencies, [rows[0].pk], not_competent, by=ASSESSOR)
        act(withdraw_competency, rows[1].pk, "Wrong person")
        refusal = refuses("ALREADY_DECIDED", decide_competencies, [row.pk for row in rows], competent, by=ASSESSOR)
        assert refusal.status == 409
        assert [error.message for error in refusal.errors] == [str(rows[0].pk), str(rows[1].pk)]
        act(decide_competencies, [rows[2].pk, rows[3].pk], competent, by=ASSESSOR)

    @pytest.mark.parametrize("unknown", [999_999, 0, -1, TOO_BIG])
    def test_an_unknown_one(self, waiting: CompetencyRecord, competent: Decision, unknown: int) -> None:
        refusal = refuses("NOT_FOUND", decide_competencies, [waiting.pk, unknown], competent, by=ASSESSOR)
        assert str(unknown) in refusal.detail

    def test_none_twice_and_too_many(self, waiting: CompetencyRecord, competent: Decision) -> None:
        for ids, code in (([], "OUT_OF_RANGE"), (range(1, 502), "OUT_OF_RANGE"), ([waiting.pk] * 2, "TWICE")):
            assert refuses(code, decide_competencies, ids, competent, by=ASSESSOR).status == 422

    def test_the_cost_does_not_grow(self, verified_course: Any, competent: Decision) -> None:
        costs = []
        for size in (3, 200):
            rows = [pending(cast.make_worker(), verified_course) for _ in range(size)]
            with CaptureQueriesContext(connection) as statements:
                decide_competencies([row.pk for row in rows], competent, by=ASSESSOR, at=AT)
            costs.append(len(statements))
        assert costs == [of_engine(sqlite=27, postgres=26)] * 2


class TestRefusals:
    def test_no_one_signs_off_the_worker_they_are(
        self, waiting: CompetencyRecord, worker: Any, competent: Decision
    ) -> None:
        other = pending(cast.make_worker(), waiting.course)
        settle()
        for role in (Role.ASSESSOR, Role.SUPER_ADMIN):
            me = cast.actor(role, worker_id=worker.pk)
            for ids in ([waiting.pk], [other.pk, waiting.pk]):
                refusal = refuses("OWN_COMPETENCY", decide_competencies, ids, competent, by=me)
                assert refusal.status == 403
            act(decide_competencies, [other.pk], competent, by=me) if role is Role.ASSESSOR else None

    @pytest.mark.parametrize("by", [ADMIN, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
    def test_only_assessors_decide(self, waiting: CompetencyRecord, competent: Decision, by: Any) -> None:
        refuses("FORBIDDEN", decide_competencies, [waiting.pk], competent, by=by)
        act(decide_competencies, [waiting.pk], competent, by=SUPER)

    def test_not_before_the_class_and_not_after_today(self, waiting: CompetencyRecord, method: Any) -> None:
        def on(day: date) -> Decision:
            return Decision(CompetencyStatus.COMPETENT, method.pk, day)

        for day, code in (
            (TODAY - DAY, "BEFORE_CLASS"),
            (TODAY + DAY, "OUT_OF_RANGE"),
            (date(9999, 12, 31), "OUT_OF_RANGE"),
        ):
            refusal = refuses(code, decide_competencies, [waiting.pk], on(day), by=ASSESSOR)
            assert found(refusal.errors) == [("assessed_on", code)]
        midnight_in_baku = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
        act(decide_competencies, [waiting.pk], on(TODAY + DAY), by=ASSESSOR, at=midnight_in_baku)

    def test_the_latest_class_of_a_batch_counts(self, worker: Any, verified_course: Any, method: Any) -> None:
        rows = [pending(worker, verified_course, completed_on=TODAY - days * DAY) for days in (9, 3)]
        settle()
        decision = Decision(CompetencyStatus.COMPETENT, method.pk, TODAY - 5 * DAY)
        refuses("BEFORE_CLASS", decide_competencies, [row.pk for row in rows], decision, by=ASSESSOR)
        act(decide_competencies, [rows[0].pk], decision, by=ASSESSOR)

    def test_everything_wrong_at_once(self, waiting: CompetencyRecord) -> None:
        decision = Decision(CompetencyStatus.NOT_COMPETENT, 999_999, TODAY - DAY, assessment_evidence_id=TOO_BIG)
        refusal = refuses("INVALID", decide_competencies, [waiting.pk], decision, by=ASSESSOR)
        assert found(refusal.errors) == [
            ("method_id", "UNKNOWN"),
            ("remarks", "REQUIRED"),
            ("assessed_on", "BEFORE_CLASS"),
            ("assessment_evidence_id", "UNKNOWN"),
        ]

    @pytest.mark.parametrize("status", [CompetencyStatus.PENDING, "MAYBE"])
    def test_what_is_no_decision(self, waiting: CompetencyRecord, method: Any, status: Any) -> None:
        decision = Decision(status, method.pk)
        refuses("NOT_A_DECISION", decide_competencies, [waiting.pk], decision, by=ASSESSOR)

    def test_remarks_that_cannot_be_kept(self, waiting: CompetencyRecord, method: Any) -> None:
        for remarks, code in (("a\x00b", "CONTROL_CHARACTERS"), ("x" * 2001, "TOO_LONG")):
            decision = Decision(CompetencyStatus.COMPETENT, method.pk, remarks=remarks)
            refuses(code, decide_competencies, [waiting.pk], decision, by=ASSESSOR)

    def test_a_decision_stands(self, waiting: CompetencyRecord, competent: Decision, not_competent: Decision) -> None:
        act(decide_competencies, [waiting.pk], competent, by=ASSESSOR)
        for decision in (competent, not_competent):
            refuses("ALREADY_DECIDED", decide_competencies, [waiting.pk], decision, by=ASSESSOR)
        refuses("ALREADY_DECIDED", withdraw_competency, waiting.pk, "Too late")
        for sql in (
            "UPDATE records_competencyrecord SET remarks = 'x'",
            "UPDATE records_competencyrecord SET status = 'PENDING', method_id = NULL, assessed_on = NULL,"
            " record_id = NULL",
            "DELETE FROM records_competencyrecord",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                run(sql)


class TestWithdrawing:
    def test_a_pending_one(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any, competent: Decision
    ) -> None:
        assert act(withdraw_competency, waiting.pk, " Wrong person ") == waiting.pk
        waiting.refresh_from_db()
        assert (waiting.status, waiting.revoked_at, waiting.revoked_by_id) == ("PENDING", AT, ADMIN.user_id)
        assert waiting.revoke_reason == "Wrong person"
        assert status(worker, verified_course) == "NON_COMPLIANT"
        assert said("competency_record.withdrawn", waiting.pk)[0].reason == "Wrong person"
        refuses("ALREADY_DECIDED", withdraw_competency, waiting.pk, "again")
        refuses("ALREADY_DECIDED", decide_competencies, [waiting.pk], competent, by=ASSESSOR)

    def test_who_and_why(self, waiting: CompetencyRecord) -> None:
        for by in (ASSESSOR, AUDITOR):
            refuses("FORBIDDEN", withdraw_competency, waiting.pk, "why", by=by)
        refuses("REASON_REQUIRED", withdraw_competency, waiting.pk, " ")
        refuses("CONTROL_CHARACTERS", withdraw_competency, waiting.pk, "a\x00b")
        for number in (999_999, TOO_BIG):
            refuses("NOT_FOUND", withdraw_competency, number, "why")

    def test_one_of_several_leaves_the_others(
        self, waiting: CompetencyRecord, worker: Any, verified_course: Any
    ) -> None:
        pending(worker, verified_course)
        settle()
        act(withdraw_competency, waiting.pk, "Twice on the list")
        assert status(worker, verified_course) == "AWAITING_VERIFICATION"


class TestTheQueue:
    def test_holds_what_still_waits_oldest_first(
        self, worker: Any, verified_course: Any, course: Any, competent: Decision
    ) -> None:
        rows = [pending(worker, verified_course) for _ in range(5)]
        other = pending(cast.make_worker(), course)
        settle()
        act(decide_competencies, [rows[1].pk], competent, by=ASSESSOR)
        act(withdraw_competency, rows[3].pk, "Wrong person")
        expected = [rows[0].pk, rows[2].pk, rows[4].pk, other.pk]
        for limit in range(1, 6):
            ids: list[int] = []
            cursor = None
            while True:
                page = list_competencies(status="PENDING", limit=limit, cursor=cursor)
                ids += [row.pk for row in page.items]
                assert page.total == 4
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert ids == expected
        assert [row.pk for row in list_competencies(course_id=course.pk, limit=9).items] == [other.pk]
        assert len(list_competencies(worker_id=worker.pk, limit=9).items) == 5
        assert [row.pk for row in list_competencies(status="COMPETENT", limit=9).items] == [rows[1].pk]


class TestMethods:
    def test_a_new_database_has_five(self, db: None) -> None:
        assert set(AssessmentMethod.objects.values_list("name", flat=True)) == {
            "Practical demonstration",
            "Oral questioning",
            "Written test",
            "On-the-job observation",
            "Simulator",
        }

    def test_more_are_added(self, site: Any) -> None:
        pk = act(create_assessment_method, " SIM-2 ", " Kran simulyatoru ")
        assert AssessmentMethod.objects.values_list("code", "name").get(pk=pk) == ("SIM-2", "Kran simulyatoru")
        assert said("assessment_method.created", pk)
        for code, name, wrong in (
            ("SIM-2", "x", [("code", "NOT_UNIQUE")]),
            ("", " ", [("code", "REQUIRED"), ("name", "REQUIRED")]),
            ("x" * 41, "y" * 101, [("code", "TOO_LONG"), ("name", "TOO_LONG")]),
            ("a\x00b", "y", [("code", "CONTROL_CHARACTERS")]),
        ):
            codes = {code for _, code in wrong}
            single = codes.pop() if len(codes) == 1 else "INVALID"
            assert found(refuses(single, create_assessment_method, code, name).errors) == wrong
        refuses("FORBIDDEN", create_assessment_method, "X", "Y", by=ASSESSOR)
