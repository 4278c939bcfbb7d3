"""What rests on what was found false, and what is only shown (domain.md §7)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tests.training.acting import ADMIN, AT, AUDITOR, PASSED, act, held, pending, refuses, settle
from tests.training.consequences.asking import REASON, SECOND, leaves, of, records_of, resting
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.errors import Refusal
from titan.evidence.models import EvidencePart
from titan.ledger.models import Leaf, LeafType
from titan.records.commands import ExternalResult, record_external_result, revoke_record
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences.commands import approve_case, propose_case
from titan.training.consequences.queries.cases import (
    line_counts,
)
from titan.training.consequences.queries.listing import Subject
from titan.training.consequences.queries.resting import resting_on
from titan.training.models import CaseSubject, TrainingSession


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
