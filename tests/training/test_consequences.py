"""Found false: what rests on it, two people, one transaction, and who turned Red (domain.md §7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.guards.raw import run
from tests.training.acting import ADMIN, AT, AUDITOR, FAILED, HOUR, PASSED, act, held, pending, refuses, said, settle
from titan.audit.models import AuditEvent
from titan.compliance.models import Severity, WorkerVerdict
from titan.core.actor import Role
from titan.core.errors import Refusal
from titan.evidence.models import EvidencePart
from titan.ledger.models import Leaf, LeafType
from titan.records.commands import ExternalResult, record_external_result, revoke_record
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences import commands
from titan.training.consequences.commands import approve_case, propose_case, reject_case, withdraw_case
from titan.training.consequences.queries.cases import (
    case_lines,
    case_reds,
    line_counts,
    list_cases,
    one_case,
    red_courses,
    waiting_cases,
)
from titan.training.consequences.queries.listing import Subject, lines_of
from titan.training.consequences.queries.resting import resting_on
from titan.training.consequences.rules import Basis, Line, basis_of, drift
from titan.training.models import CaseRecord, CaseStatus, CaseSubject, ConsequenceCase, TrainingSession

REASON = "Vərəqədəki imzalar saxtadır"
SECOND = cast.actor(user_id=202)
SUPER = cast.actor(Role.SUPER_ADMIN, user_id=203)


@pytest.fixture
def people(course: Any) -> list[Any]:
    """Four workers of whom the course is asked before site entry."""
    role = cast.make_role()
    cast.require(role, course)
    made = [cast.make_worker(role=role) for _ in range(4)]
    settle()
    return made


@pytest.fixture
def session(course: Any, people: list[Any]) -> TrainingSession:
    """A finalized session: three passed, one failed."""
    marks = {people[0]: PASSED, people[1]: PASSED, people[2]: PASSED, people[3]: FAILED}
    made = held(course, marks)
    act(finalize_session, made.pk)
    return made


def of(session: TrainingSession) -> Subject:
    return Subject(CaseSubject.SESSION, session.pk)


def resting(subject: Subject) -> dict[tuple[str, int], str]:
    """Return the list about `subject`: how each line stands, by kind and number."""
    return {(line.kind, line.id): line.standing for line in lines_of(subject)}


def records_of(session: TrainingSession) -> list[TrainingRecord]:
    return list(TrainingRecord.objects.filter(session_id=session.pk).order_by("pk"))


def red() -> set[int]:
    return set(WorkerVerdict.objects.filter(severity=Severity.NON_COMPLIANT).values_list("worker_id", flat=True))


def leaves(kind: LeafType) -> int:
    return Leaf.objects.filter(type=kind).count()


# What rests on what


def test_what_rests_on_a_session(session: TrainingSession) -> None:
    assert resting(of(session)) == {("RECORD", row.pk): "RESTS" for row in records_of(session)}
    shown = resting_on(of(session), by=AUDITOR, at=AT)
    assert (shown.counts.records, shown.counts.workers, shown.turned_red, shown.red_already) == (4, 4, 3, 0)
    assert [line.id for line in shown.page.items] == [row.pk for row in records_of(session)]
    assert shown.page.items[0].compliance_status == "COMPLIANT"
    assert shown.subject.name == session.code


def test_the_preview_writes_nothing(session: TrainingSession) -> None:
    before = (AuditEvent.objects.count(), Leaf.objects.count())
    resting_on(of(session), by=ADMIN, at=AT)
    assert (AuditEvent.objects.count(), Leaf.objects.count()) == before


def test_a_preview_comes_in_pages(session: TrainingSession) -> None:
    whole = [line.id for line in resting_on(of(session), by=ADMIN, at=AT).page.items]
    first = resting_on(of(session), by=ADMIN, at=AT, limit=3).page
    second = resting_on(of(session), by=ADMIN, at=AT, limit=3, cursor=first.next_cursor).page
    assert [line.id for line in [*first.items, *second.items]] == whole
    assert (second.next_cursor, second.total) == (None, 4)


def test_competencies_and_what_was_decided_from_them(verified_course: Any, method: Any) -> None:
    """A pending one is withdrawn, a competent one goes by its record, one against somebody stands for ever."""
    from titan.records.commands import Decision, decide_competencies
    from titan.records.models import CompetencyStatus

    settle()
    workers = [cast.make_worker() for _ in range(3)]
    session = held(verified_course, dict.fromkeys(workers, PASSED))
    act(finalize_session, session.pk)
    waits, good, bad = CompetencyRecord.objects.filter(session_id=session.pk).order_by("worker_id")
    by = cast.actor(Role.ASSESSOR, user_id=5)
    made = act(decide_competencies, [good.pk], Decision(CompetencyStatus.COMPETENT, method.pk), by=by)
    act(decide_competencies, [bad.pk], Decision(CompetencyStatus.NOT_COMPETENT, method.pk, remarks="No"), by=by)
    assert resting(of(session)) == {
        ("RECORD", made[good.pk]): "RESTS",
        ("COMPETENCY", waits.pk): "RESTS",
        ("COMPETENCY", bad.pk): "DECIDED",
    }
    case = act(propose_case, of(session), REASON)
    before = leaves(LeafType.COMPETENCY_WITHDRAWN)
    done = act(approve_case, case, by=SECOND)
    assert (done.revoked, done.withdrawn) == (1, 1)
    assert leaves(LeafType.COMPETENCY_WITHDRAWN) == before + 1
    waits.refresh_from_db()
    assert (waits.revoke_reason, waits.revoked_by_id) == (REASON, SECOND.user_id)
    assert line_counts(case).decided == 1


def test_a_trainer_in_some_days(course: Any, trainer: Any, people: list[Any]) -> None:
    days = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)]
    made = [cast.make_record(people[0], course, trainer=trainer, completed_on=day) for day in days]
    cast.make_record(people[0], course, trainer=cast.make_trainer(course))
    whole = Subject(CaseSubject.TRAINER, trainer.pk)
    assert [pk for _, pk in resting(whole)] == [row.pk for row in made]
    some = Subject(CaseSubject.TRAINER, trainer.pk, days[1], days[1])
    assert resting(some) == {("RECORD", made[1].pk): "RESTS"}


def test_the_days_of_a_signed_off_record_are_those_of_the_class(
    verified_course: Any, trainer: Any, method: Any
) -> None:
    from titan.records.commands import Decision, decide_competencies
    from titan.records.models import CompetencyStatus

    settle()
    worker, day = cast.make_worker(), AT.date() - timedelta(days=30)
    one = pending(worker, verified_course, completed_on=day, trainer=trainer)
    decision = Decision(CompetencyStatus.COMPETENT, method.pk, assessed_on=AT.date())
    made = act(decide_competencies, [one.pk], decision, by=cast.actor(Role.ASSESSOR, user_id=5))
    assert resting(Subject(CaseSubject.TRAINER, trainer.pk, day, day)) == {("RECORD", made[one.pk]): "RESTS"}
    assert resting(Subject(CaseSubject.TRAINER, trainer.pk, AT.date(), None)) == {}


def test_a_course_version(course: Any, people: list[Any]) -> None:
    old = cast.published(course)
    first = cast.make_record(people[0], course)
    cast.make_version(course)
    cast.make_record(people[0], course)
    assert resting(Subject(CaseSubject.COURSE_VERSION, old.pk)) == {("RECORD", first.pk): "RESTS"}


def test_evidence_its_copies_and_what_it_was_bound_into(course: Any, people: list[Any]) -> None:
    photo, again, whole, other = (
        cast.make_evidence(b"photo"),
        cast.make_evidence(b"photo"),
        cast.make_evidence(b"whole"),
        cast.make_evidence(b"other"),
    )
    EvidencePart.objects.create(whole=whole, part=photo, position=0)
    rows = [cast.make_record(people[0], course, evidence=file) for file in (photo, again, whole, other)]
    expected = {("RECORD", row.pk): "RESTS" for row in rows[:3]}
    assert resting(Subject(CaseSubject.EVIDENCE, photo.pk)) == expected
    assert resting(Subject(CaseSubject.EVIDENCE, again.pk)) == expected
    assert resting(Subject(CaseSubject.EVIDENCE, whole.pk)) == {("RECORD", rows[2].pk): "RESTS"}


def test_evidence_of_an_assessment(verified_course: Any, method: Any) -> None:
    from titan.records.commands import Decision, decide_competencies
    from titan.records.models import CompetencyStatus

    settle()
    one, proof = pending(cast.make_worker(), verified_course), cast.make_evidence()
    decision = Decision(CompetencyStatus.COMPETENT, method.pk, assessment_evidence_id=proof.pk)
    made = act(decide_competencies, [one.pk], decision, by=cast.actor(Role.ASSESSOR, user_id=5))
    assert resting(Subject(CaseSubject.EVIDENCE, proof.pk)) == {("RECORD", made[one.pk]): "RESTS"}


def test_corrections_rest_on_the_same_evidence_or_are_only_shown(session: TrainingSession, people: list[Any]) -> None:
    same, other = records_of(session)[:2]
    for row in (same, other):
        act(revoke_record, row.pk, "Wrong day")
    corrected = [
        act(
            record_external_result,
            ExternalResult(row.worker_id, row.course_id, AT.date(), corrects_id=row.pk),
            evidence,
        ).record_id
        for row, evidence in ((same, None), (other, cast.make_evidence().pk))
    ]
    found = resting(of(session))
    assert [found["RECORD", pk] for pk in corrected] == ["RESTS", "OTHER_EVIDENCE"]
    assert [found["RECORD", row.pk] for row in (same, other)] == ["REVOKED", "REVOKED"]
    case = act(propose_case, of(session), REASON)
    act(approve_case, case, by=SECOND)
    assert TrainingRecord.objects.get(pk=corrected[0]).revoke_reason == REASON
    assert TrainingRecord.objects.get(pk=corrected[1]).revoked_at is None
    assert TrainingRecord.objects.get(pk=same.pk).revoke_reason == "Wrong day"
    counts = line_counts(case)
    assert (counts.revoked, counts.other_evidence) == (2, 1)


@pytest.mark.parametrize("kind", list(CaseSubject))
def test_what_is_not_there(site: Any, kind: CaseSubject) -> None:
    settle()
    for number in (999_999, 0, 2**63):
        refuses("NOT_FOUND", propose_case, Subject(kind, number), REASON)
        with pytest.raises(Refusal, match="There is no"):
            resting_on(Subject(kind, number), by=ADMIN, at=AT)


# Two people


def test_one_proposes_and_another_approves(session: TrainingSession, people: list[Any]) -> None:
    rows = records_of(session)
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    case = act(propose_case, of(session), f" {REASON} ", shown=foreseen.digest)
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    assert [line.id for line in case_lines(case, by=ADMIN).items] == [row.pk for row in rows]
    before = leaves(LeafType.REVOKED)
    done = act(approve_case, case, "Checked the sheet myself", by=SECOND, at=AT + HOUR)
    assert (done.revoked, done.withdrawn, done.turned_red) == (4, 0, 3)
    assert done.turned_red == foreseen.turned_red
    assert leaves(LeafType.REVOKED) == before + 4
    for row in records_of(session):
        assert (row.revoked_at, row.revoked_by_id, row.revoke_reason) == (AT + HOUR, SECOND.user_id, REASON)
        assert [event.reason for event in said("training_record.revoked", row.pk)] == [REASON]
    session.refresh_from_db()
    assert session.status == "COMPLETED"
    view = one_case(case, by=AUDITOR)
    assert (view.status, view.remark, view.outcome) == ("APPROVED", "Checked the sheet myself", done)
    told = said("consequence_case.approved", case)[0]
    assert (told.after or {})["turned_red"] == 3


def test_who_turned_red_is_what_the_engine_says(session: TrainingSession, course: Any, people: list[Any]) -> None:
    """One is proved by another record still, one is red for another course already, one was not asked for it."""
    proved, already, free = people[0], people[1], people[2]
    cast.make_record(proved, course)
    other = cast.make_course()
    cast.require(already.role, other)
    for worker in (proved, free):
        cast.make_record(worker, other)
    settle()
    red_before = red()
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    case = act(propose_case, of(session), REASON)
    done = act(approve_case, case, by=SECOND)
    assert red() - red_before == {free.pk}
    assert done.turned_red == foreseen.turned_red == 1
    assert foreseen.red_already == 1
    shown = case_reds(case, by=ADMIN).items
    assert [(line.worker.id, line.turned, line.was) for line in shown] == [
        (free.pk, True, "COMPLIANT"),
        (already.pk, False, "COMPLIANT"),
    ]
    (asked,) = red_courses(case)
    assert (asked.course.id, set(asked.worker_ids)) == (course.pk, {free.pk, already.pk})
    cast.make_record(free, course, completed_on=AT.date())
    settle()
    assert red_courses(case)[0].worker_ids == (already.pk,)


@pytest.mark.parametrize("grace", [None, 350])
def test_the_preview_foresees_what_happens(site: Any, grace: int | None) -> None:
    """Grace, a pending sign-off and a shorter proof all soften the fall; the preview knows them."""
    settle()
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course, grace)
    workers = [cast.make_worker(role=role) for _ in range(4)]
    session = held(course, dict.fromkeys(workers, PASSED))
    act(finalize_session, session.pk)
    cast.make_record(workers[0], course, expires_on=AT.date() + timedelta(days=3))
    cast.make_record(workers[1], course, expires_on=AT.date() - timedelta(days=3))
    pending(workers[2], course)
    settle()
    before = red()
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    done = act(approve_case, act(propose_case, of(session), REASON), by=SECOND)
    assert len(red() - before) == done.turned_red == foreseen.turned_red == (0 if grace else 2)


def test_the_same_person_does_not_approve(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    assert refuses("SECOND_PERSON_NEEDED", approve_case, case).status == 403
    refuses("SECOND_PERSON_NEEDED", reject_case, case, "no")
    refuses("FORBIDDEN", approve_case, case, by=cast.actor(Role.SUPER_ADMIN))
    refuses("FORBIDDEN", withdraw_case, case, by=SECOND)
    act(approve_case, case, by=SUPER)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_propose_and_decide(session: TrainingSession, role: Role) -> None:
    by = cast.actor(role, user_id=7)
    refuses("FORBIDDEN", propose_case, of(session), REASON, by=by)
    refuses("FORBIDDEN", propose_case, of(session), REASON, by=cast.actor())
    case = act(propose_case, of(session), REASON)
    refuses("FORBIDDEN", approve_case, case, by=by)
    refuses("FORBIDDEN", reject_case, case, "no", by=by)
    refuses("FORBIDDEN", withdraw_case, case, by=by)


APPROVE = "UPDATE training_consequencecase SET status = 'APPROVED', decided_at = '2026-11-23', decided_by_id = {by},"
APPROVE += " revoked = 1, withdrawn = 0, turned_red = 0"


@pytest.mark.parametrize(
    "sql",
    [
        APPROVE.format(by=101),
        APPROVE.format(by="NULL"),
        APPROVE.format(by=202) + ", proposed_by_id = 5",
        APPROVE.format(by=202) + ", digest = 'another'",
        APPROVE.format(by=202) + ", reason = 'another'",
        "UPDATE training_consequencecase SET status = 'REJECTED', decided_at = '2026-11-23', decided_by_id = 101",
        "UPDATE training_consequencecase SET status = 'WITHDRAWN', decided_at = '2026-11-23', decided_by_id = 202",
        "UPDATE training_consequencecase SET reason = 'another'",
        "DELETE FROM training_consequencecase",
        "UPDATE training_caserecord SET standing = 'REVOKED'",
        "DELETE FROM training_caserecord",
    ],
)
def test_the_database_itself_wants_two_people(session: TrainingSession, sql: str) -> None:
    act(propose_case, of(session), REASON)
    before = list(ConsequenceCase.objects.values()), list(CaseRecord.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)
    assert (list(ConsequenceCase.objects.values()), list(CaseRecord.objects.values())) == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE training_consequencecase SET remark = 'another'",
        "UPDATE training_consequencecase SET status = 'PROPOSED', decided_at = NULL, decided_by_id = NULL",
        "INSERT INTO training_caserecord (case_id, position, record_id, standing)"
        " SELECT id, 99, (SELECT MIN(id) FROM records_trainingrecord), 'RESTS' FROM training_consequencecase",
        "INSERT INTO training_casered (case_id, position, worker_id, course_id, was, turned)"
        " SELECT 1, 99, worker_id, course_id, 4, TRUE FROM records_trainingrecord LIMIT 1",
        "UPDATE training_casered SET was = 3",
        "DELETE FROM training_casered",
    ],
)
def test_a_decided_case_never_changes(session: TrainingSession, sql: str) -> None:
    act(approve_case, act(propose_case, of(session), REASON), by=SECOND)
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)


def test_a_rejected_case_revokes_nothing(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    refuses("REASON_REQUIRED", reject_case, case, " ", by=SECOND)
    act(reject_case, case, "The sheet is right", by=SECOND)
    assert one_case(case, by=ADMIN).status == CaseStatus.REJECTED
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    for work, given in ((approve_case, ()), (reject_case, ("no",))):
        refuses("CASE_DECIDED", work, case, *given, by=SECOND)
    act(propose_case, of(session), REASON)


def test_the_proposer_takes_a_case_back(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    act(withdraw_case, case)
    assert one_case(case, by=ADMIN).status == CaseStatus.WITHDRAWN
    refuses("CASE_DECIDED", approve_case, case, by=SECOND)
    refuses("CASE_DECIDED", withdraw_case, case)


# What is refused


def test_what_cannot_be_proposed(session: TrainingSession, course: Any, trainer: Any) -> None:
    for reason in ("", " \n", "\u200b"):
        refuses("REASON_REQUIRED", propose_case, of(session), reason)
    refuses("CONTROL_CHARACTERS", propose_case, of(session), "a\x00b")
    refuses("TOO_LONG", propose_case, of(session), "x" * 1001)
    refuses("NOTHING_RESTS", propose_case, Subject(CaseSubject.TRAINER, trainer.pk), REASON)
    refuses("NOT_ALLOWED", propose_case, Subject(CaseSubject.SESSION, session.pk, AT.date()), REASON)
    backwards = Subject(CaseSubject.TRAINER, trainer.pk, date(2026, 3, 2), date(2026, 3, 1))
    refuses("OUT_OF_ORDER", propose_case, backwards, REASON)
    ahead = Subject(CaseSubject.TRAINER, trainer.pk, AT.date() + timedelta(days=1))
    refuses("OUT_OF_RANGE", propose_case, ahead, REASON)
    refuses("CHANGED_SINCE", propose_case, of(session), REASON, shown="0" * 64)
    case = act(propose_case, of(session), REASON)
    assert refuses("CASE_OPEN", propose_case, of(session), REASON, by=SECOND).extra == {"case_id": case}


def test_nobody_on_the_list_is_named(session: TrainingSession, people: list[Any]) -> None:
    """What is written into every record outlives whoever is erased: it names nobody, by name or badge."""
    one = people[1]
    for reason in (f"Ask {one.first_name.upper()} {one.last_name}.", f"({one.employee_id}) never came"):
        refuses("NAMES_THE_PERSON", propose_case, of(session), reason)
    case = act(propose_case, of(session), f"{one.first_name} is a word as well")
    refuses("NAMES_THE_PERSON", approve_case, case, f"{one.employee_id} told me", by=SECOND)
    refuses("NAMES_THE_PERSON", reject_case, case, f"{one.employee_id} told me", by=SECOND)
    act(approve_case, case, "I was told", by=SECOND)


def test_the_database_keeps_one_open_case(session: TrainingSession) -> None:
    act(propose_case, of(session), REASON)
    columns = "subject, subject_id, reason, status, digest, records, competencies, proposed_at, proposed_by_id, remark"
    with pytest.raises(DatabaseError), transaction.atomic():
        run(f"INSERT INTO training_consequencecase ({columns}) SELECT {columns} FROM training_consequencecase")


def test_a_list_that_changed_is_not_approved(session: TrainingSession, course: Any) -> None:
    rows = records_of(session)
    case = act(propose_case, of(session), REASON)
    act(revoke_record, rows[0].pk, "Wrong person")
    late = cast.make_record(cast.make_worker(), course, session_id=session.pk)
    settle()
    refusal = refuses("CHANGED_SINCE", approve_case, case, by=SECOND)
    assert refusal.extra == {
        "more": {"record_ids": [late.pk], "competency_ids": []},
        "less": {"record_ids": [rows[0].pk], "competency_ids": []},
    }
    assert one_case(case, by=ADMIN).status == CaseStatus.PROPOSED


@pytest.mark.parametrize("place", ["withdraw_competencies", "refresh_now", "_write_reds", "_decide"])
def test_all_or_nothing(session: TrainingSession, course: Any, people: list[Any], monkeypatch: Any, place: str) -> None:
    """Whatever fails on the way, nothing is revoked: no record, no leaf, no event, no verdict."""
    pending(people[3], course, session_id=session.pk)
    settle()
    case = act(propose_case, of(session), REASON)
    before = (red(), leaves(LeafType.REVOKED), AuditEvent.objects.count())

    def fails(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(commands, place, fails)
        with pytest.raises(RuntimeError):
            approve_case(case, by=SECOND, at=AT)
    assert (red(), leaves(LeafType.REVOKED), AuditEvent.objects.count()) == before
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    assert one_case(case, by=ADMIN).status == CaseStatus.PROPOSED
    assert act(approve_case, case, by=SECOND).withdrawn == 1


# What is read, and what it costs


def test_the_list_of_cases(session: TrainingSession, course: Any, trainer: Any) -> None:
    cast.make_record(cast.make_worker(), course, trainer=trainer)
    settle()
    first = act(propose_case, of(session), REASON)
    second = act(propose_case, Subject(CaseSubject.TRAINER, trainer.pk), REASON, by=SECOND)
    assert [view.id for view in list_cases(by=AUDITOR).items] == [second, first]
    page = list_cases(by=AUDITOR, limit=1)
    assert [view.id for view in list_cases(by=AUDITOR, cursor=page.next_cursor).items] == [first]
    assert [view.id for view in list_cases(by=ADMIN, subject=(CaseSubject.SESSION, session.pk)).items] == [first]
    assert (waiting_cases(by=ADMIN), waiting_cases(by=SUPER), waiting_cases(by=AUDITOR)) == (1, 2, 0)
    assert [view.may_decide for view in list_cases(by=ADMIN).items] == [True, False]
    act(withdraw_case, first)
    assert [view.id for view in list_cases(by=ADMIN, status=CaseStatus.PROPOSED).items] == [second]
    with pytest.raises(Refusal):
        list_cases(by=cast.actor(Role.TRAINER, trainer_id=1))


def test_a_case_that_is_not_there(site: Any) -> None:
    settle()
    for number in (999_999, 0, 2**63):
        for work, given in ((approve_case, ()), (reject_case, ("no",)), (withdraw_case, ())):
            refuses("NOT_FOUND", work, number, *given)
        with pytest.raises(Refusal, match="There is no case"):
            one_case(number, by=ADMIN)


def costs(work: Any) -> int:
    with CaptureQueriesContext(connection) as statements:
        work()
    return len(statements)


def test_two_hundred_records_cost_what_five_do(course: Any) -> None:
    found = []
    role = cast.make_role()
    cast.require(role, course)
    for number in (5, 5, 200):
        workers = [cast.make_worker(role=role) for _ in range(number)]
        trainer = cast.make_trainer(course)
        for worker in workers:
            cast.make_record(worker, course, trainer=trainer)
        settle()
        subject, cases = Subject(CaseSubject.TRAINER, trainer.pk), []
        seen = costs(lambda subject=subject: resting_on(subject, by=ADMIN, at=AT))
        proposed = costs(
            lambda subject=subject, cases=cases: cases.append(propose_case(subject, REASON, by=ADMIN, at=AT))
        )
        approved = costs(lambda cases=cases: approve_case(cases[0], by=SECOND, at=AT))
        shown = costs(lambda cases=cases: case_reds(cases[0], by=ADMIN))
        found.append((seen, proposed, approved, shown))
    assert found[1] == found[2]
    assert found[2][0] <= 9
    assert found[2][1] <= 11
    assert found[2][2] <= 34


# Rules


def test_the_digest_names_the_list() -> None:
    lines = [Line("RECORD", 2, 1, "RESTS"), Line("RECORD", 1, 1, "RESTS"), Line("COMPETENCY", 1, 1, "RESTS")]
    ended = [Line("RECORD", 3, 1, "REVOKED"), Line("RECORD", 4, 1, "OTHER_EVIDENCE")]
    basis = basis_of(lines)
    assert basis == Basis((1, 2), (1,)) == basis_of([*reversed(lines), *ended])
    others = [Basis((1, 2), ()), Basis((1,), (1,)), Basis((12,), (1,)), Basis((), (1, 2)), Basis((), ())]
    assert len({basis.digest, *(one.digest for one in others)}) == 1 + len(others)
    assert all(len(one.digest) == 64 for one in others)


def test_how_two_lists_differ() -> None:
    found = drift(Basis((1, 2), (7,)), Basis((2, 3), ()))
    assert (found.more, found.less) == (Basis((3,), ()), Basis((1,), (7,)))
