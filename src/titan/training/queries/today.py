"""What Today shows of sessions: what needs action now, and the seats already booked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from titan.compliance.models import ComplianceItem, Severity
from titan.core.actor import Actor
from titan.core.settings import Site
from titan.resources.models import Qualification
from titan.training.access import visible_sessions
from titan.training.models import Attendance, Attendee, SessionStatus, Slot, TrainingSession


class Todo(StrEnum):
    """What a session waits for, most pressing first."""

    CANNOT_RUN = "CANNOT_RUN"
    MARKS = "MARKS"
    EVIDENCE = "EVIDENCE"
    FINALIZE = "FINALIZE"
    DRAFT_HOLDS_RED = "DRAFT_HOLDS_RED"


@dataclass(frozen=True)
class Task:
    """A session that needs somebody. since: when it began to wait. people: whom it is about."""

    todo: Todo
    session_id: int
    code: str
    course_id: int
    course_code: str
    trainer_name: str
    since: datetime
    people: int


@dataclass(frozen=True)
class Tasks:
    """The tasks shown, most pressing and oldest first, and how many there are."""

    shown: list[Task]
    total: int


def tasks(*, at: datetime, by: Actor, most: int = 12) -> Tasks:
    """Return what needs action now, in two statements whatever the number of sessions."""
    rows = _open_sessions(visible_sessions(by), at)
    found = [task for row in rows if (task := _task(row, at)) is not None]
    order = list(Todo)
    found.sort(key=lambda task: (order.index(task.todo), task.since))
    return Tasks(found[:most], len(found))


def _open_sessions(sessions: QuerySet[TrainingSession], at: datetime) -> QuerySet[TrainingSession]:
    """Return drafts with people and scheduled sessions that have begun or cannot run."""
    slots = Slot.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    people = Attendee.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    unmarked = people.filter(Q(status=Attendance.REGISTERED) | Q(status=Attendance.ATTENDED, result=""))
    red = people.filter(
        Exists(
            ComplianceItem.objects.filter(
                worker_id=OuterRef("worker_id"),
                course_id=OuterRef("session__course_id"),
                severity=Severity.NON_COMPLIANT,
            )
        )
    )
    qualified = Qualification.objects.filter(
        trainer_id=OuterRef("trainer_id"), course_id=OuterRef("course_id"), until=None
    )
    return (
        sessions.filter(status__in=[SessionStatus.DRAFT, SessionStatus.SCHEDULED])
        .select_related("course", "trainer")
        .annotate(
            starts_at=Subquery(slots.annotate(t=Min("starts_at")).values("t")),
            ends_at=Subquery(slots.annotate(t=Max("ends_at")).values("t")),
            invited=Subquery(people.annotate(n=Count("pk")).values("n")),
            unmarked=Subquery(unmarked.annotate(n=Count("pk")).values("n")),
            red=Subquery(red.annotate(n=Count("pk")).values("n")),
            qualified=Exists(qualified),
        )
        .filter(
            Q(status=SessionStatus.DRAFT, red__gt=0)
            | Q(status=SessionStatus.SCHEDULED, qualified=False)
            | Q(status=SessionStatus.SCHEDULED, ends_at__lte=at)
        )
    )


def _task(row: TrainingSession, at: datetime) -> Task | None:
    facts = vars(row)
    todo, since, people = _todo(row, facts, at)
    if todo is None:
        return None
    return Task(
        todo=todo,
        session_id=row.pk,
        code=row.code or "",
        course_id=row.course_id,
        course_code=row.course.code,
        trainer_name=row.trainer.name if row.trainer else "",
        since=since,
        people=people,
    )


def _todo(row: TrainingSession, facts: dict[str, object], at: datetime) -> tuple[Todo | None, datetime, int]:
    invited, unmarked, red = (int(str(facts[name] or 0)) for name in ("invited", "unmarked", "red"))
    if row.status == SessionStatus.DRAFT:
        return Todo.DRAFT_HOLDS_RED, row.created_at, red
    ends_at = facts["ends_at"] if isinstance(facts["ends_at"], datetime) else at
    if not facts["qualified"]:
        return Todo.CANNOT_RUN, row.created_at, invited
    if unmarked or not invited:
        return Todo.MARKS, ends_at, unmarked
    if row.evidence_id is None:
        return Todo.EVIDENCE, ends_at, invited
    return Todo.FINALIZE, ends_at, invited


@dataclass(frozen=True)
class Seats:
    """Seats of a course in one scheduled session that is still to come."""

    course_id: int
    day: date
    seats: int


def booked_seats(*, at: datetime, site: Site) -> list[Seats]:
    """Return the seats of scheduled sessions to come: the venue's, or the people invited where those are more."""
    people = Attendee.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    slots = Slot.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    rows = (
        TrainingSession.objects.filter(status=SessionStatus.SCHEDULED)
        .annotate(
            starts_at=Subquery(slots.annotate(t=Min("starts_at")).values("t")),
            invited=Subquery(people.annotate(n=Count("pk")).values("n")),
        )
        .filter(starts_at__gte=at)
        .values_list("course_id", "starts_at", "venue__capacity", "invited")
    )
    return [
        Seats(course_id, site.today(starts_at), max(capacity or 0, invited or 0))
        for course_id, starts_at, capacity, invited in rows
    ]


def seats_by_course(seats: list[Seats]) -> dict[int, int]:
    """Return the seats to come of each course."""
    totals: dict[int, int] = defaultdict(int)
    for item in seats:
        totals[item.course_id] += item.seats
    return totals


def seats_within(seats: list[Seats], today: date, days: int) -> int:
    """Return the seats of the next `days` days."""
    return sum(item.seats for item in seats if item.day <= today + timedelta(days=days))
