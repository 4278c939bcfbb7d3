"""Two rows of one person, with everything that a worker can have on both sides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests import cast
from tests.training.acting import (
    ABSENT,
    ADMIN,
    ASSESSOR,
    AT,
    DAY,
    PASSED,
    held,
    scheduled,
    settle,
    sheet,
    time_of,
)
from titan.catalogue.models import Course
from titan.core.command import command
from titan.core.merging import Merged
from titan.evidence.commands import record_evidence
from titan.personnel.commands.merge import merge_workers
from titan.personnel.models import Worker
from titan.records.commands import Decision, ExternalResult, decide_competencies, record_external_result
from titan.records.models import CompetencyRecord, CompetencyStatus, Result, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences.commands import approve_case, propose_case
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseSubject, TrainingSession

REASON = "Same passport, seen at the gate"
OTHER_ADMIN = cast.actor(user_id=105)


def merge(gone: Worker, stays: Worker, **given: Any) -> Merged:
    """Let `gone` be `stays`, as an admin."""
    return merge_workers(gone.pk, stays.pk, given.pop("reason", REASON), by=ADMIN, at=given.pop("at", AT), **given)


def outside(worker: Worker, course: Course, *, ago: int = 10, at: Any = AT, **given: Any) -> int:
    """Record a result from elsewhere; return the record, or the competency record that it opened."""
    evidence = command(record_evidence)(sheet(), by=ADMIN, at=at).id
    new = ExternalResult(worker.pk, course.pk, at.date() - ago * DAY, provider="Başqa mərkəz", **given)
    made = record_external_result(new, evidence, by=ADMIN, at=at)
    return made.record_id or made.competency_id or 0


def class_of(course: Course, marks: dict[Worker, Any], *, days_ago: int, at: Any = AT) -> TrainingSession:
    """Hold a class so many days ago, and finalize it."""
    session = held(course, marks, time_of(-24 * days_ago - 3, on=AT))
    finalize_session(session.pk, by=ADMIN, at=at)
    session.refresh_from_db()
    return session


def planned(course: Course, workers: Iterable[Worker], *, in_days: int = 3) -> TrainingSession:
    """Plan a class to come, with these on the list."""
    return scheduled(course, time_of(24 * in_days, on=AT), workers=workers)


def false_class(course: Course, workers: Iterable[Worker]) -> TrainingSession:
    """Hold a class that is then found false, so that its people turn Red."""
    session = class_of(course, dict.fromkeys(workers, PASSED), days_ago=30)
    subject = Subject(CaseSubject.SESSION, session.pk)
    case = propose_case(subject, "Nobody held it", by=ADMIN, at=AT)
    approve_case(case, by=OTHER_ADMIN, at=AT)
    return session


def decided(worker: Worker, course: Course, status: CompetencyStatus, *, ago: int = 10) -> int:
    """Let an assessor decide on a pass of a course that needs a sign-off; return the competency record."""
    opened = outside(worker, course, ago=ago)
    decision = Decision(status, cast.make_method().pk, AT.date(), "Baxıldı")
    decide_competencies([opened], decision, by=ASSESSOR, at=AT)
    return opened


class Site:
    """Courses that a role and areas ask for, and people who are not merged."""

    def __init__(self) -> None:
        self.course, self.other = cast.make_course(), cast.make_course()
        self.signed, self.never_held = cast.make_course(requires_verification=True), cast.make_course()
        self.role, self.area, self.yard = cast.make_role(), cast.make_area(), cast.make_area()
        cast.require(self.role, self.course)
        cast.require(self.role, self.never_held)
        cast.require(self.area, self.other)
        cast.require(self.yard, self.signed, 30)
        self.company = cast.make_company(name="Neft Daşları MMC")
        self.boss = cast.make_worker(company=self.company)
        settle()

    def person(self, first: str = "Rəşad", last: str = "Əliyev", **given: Any) -> Worker:
        """Add a worker of the company."""
        worker = cast.make_worker(first_name=first, last_name=last, **{"company": self.company, **given})
        settle()
        return worker

    def live(self, worker: Worker, others: Iterable[Worker] = ()) -> None:
        """Let all happen to `worker` that can: classes, absence, sign-offs, plans, a cancelled class, a false one."""
        beside = list(others) or [self.boss]
        class_of(self.course, {worker: PASSED, beside[0]: PASSED}, days_ago=20)
        class_of(self.other, {worker: ABSENT, beside[0]: PASSED}, days_ago=15)
        class_of(self.signed, {worker: PASSED, beside[0]: PASSED}, days_ago=12)
        outside(worker, self.other)
        decided(worker, self.signed, CompetencyStatus.COMPETENT)
        decided(worker, self.signed, CompetencyStatus.NOT_COMPETENT)
        outside(worker, self.course, result=Result.FAILED)
        planned(self.course, [worker])
        false_class(self.never_held, [worker])


def records_of(worker: Worker) -> list[int]:
    return list(TrainingRecord.objects.filter(worker=worker).order_by("pk").values_list("pk", flat=True))


def competencies_of(worker: Worker) -> list[int]:
    return list(CompetencyRecord.objects.filter(worker=worker).order_by("pk").values_list("pk", flat=True))
