"""What Today shows of sessions: what needs action now, and the seats already booked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from titan.compliance.models import ComplianceItem, Severity
from titan.core.actor import Actor, Role
from titan.core.settings import Site
from titan.core.statements import Given, Shape, Statement, column
from titan.resources.models import Qualification
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
    """Return what needs action now, in one statement whatever the number of sessions."""
    # A trainer sees their own alone, as in `visible_sessions`.
    whose = {"trainer_id": by.trainer_id or 0} if by.role is Role.TRAINER else {}
    rows = [_Open(*row) for row in _OPEN.rows({"at": at, **whose})]
    found = [task for row in rows if (task := _task(row, at)) is not None]
    order = list(Todo)
    found.sort(key=lambda task: (order.index(task.todo), task.since))
    return Tasks(found[:most], len(found))


class _Open(NamedTuple):
    """A draft with people, or a scheduled session that has begun or cannot run."""

    session_id: int
    code: str | None
    status: str
    course_id: int
    course_code: str
    first_name: str | None
    last_name: str | None
    created_at: datetime
    evidence_id: int | None
    ends_at: datetime | None
    invited: int | None
    unmarked: int | None
    red: int | None
    qualified: bool


def _open(shape: Shape) -> QuerySet[TrainingSession]:
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
    sessions = TrainingSession.objects.filter(status__in=[SessionStatus.DRAFT, SessionStatus.SCHEDULED])
    if "trainer_id" in shape:
        sessions = sessions.filter(trainer_id=Given("trainer_id", column(TrainingSession, "id")))
    return sessions.annotate(
        ends_at=Subquery(slots.annotate(t=Max("ends_at")).values("t")),
        invited=Subquery(people.annotate(n=Count("pk")).values("n")),
        unmarked=Subquery(unmarked.annotate(n=Count("pk")).values("n")),
        red=Subquery(red.annotate(n=Count("pk")).values("n")),
        qualified=Exists(qualified),
    ).filter(
        Q(status=SessionStatus.DRAFT, red__gt=0)
        | Q(status=SessionStatus.SCHEDULED, qualified=False)
        | Q(status=SessionStatus.SCHEDULED, ends_at__lte=Given("at", column(Slot, "ends_at")))
    )


_OPEN = Statement(
    _open,
    *("id", "code", "status", "course_id", "course__code", "trainer__first_name", "trainer__last_name", "created_at"),
    *("evidence_id", "ends_at", "invited", "unmarked", "red", "qualified"),
)


def _task(row: _Open, at: datetime) -> Task | None:
    todo, since, people = _todo(row, at)
    if todo is None:
        return None
    return Task(
        todo=todo,
        session_id=row.session_id,
        code=row.code or "",
        course_id=row.course_id,
        course_code=row.course_code,
        trainer_name=f"{row.first_name or ''} {row.last_name or ''}".strip(),
        since=since,
        people=people,
    )


def _todo(row: _Open, at: datetime) -> tuple[Todo | None, datetime, int]:
    if row.status == SessionStatus.DRAFT:
        return Todo.DRAFT_HOLDS_RED, row.created_at, row.red or 0
    invited, ends_at = row.invited or 0, row.ends_at or at
    if not row.qualified:
        return Todo.CANNOT_RUN, row.created_at, invited
    if row.unmarked or not invited:
        return Todo.MARKS, ends_at, row.unmarked or 0
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
    return [
        Seats(course_id, site.today(starts_at), max(capacity or 0, invited or 0))
        for course_id, starts_at, capacity, invited in _TO_COME.rows({"at": at})
    ]


def _to_come(_shape: Shape) -> QuerySet[TrainingSession]:
    people = Attendee.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    slots = Slot.objects.filter(session_id=OuterRef("pk")).order_by().values("session_id")
    return (
        TrainingSession.objects.filter(status=SessionStatus.SCHEDULED)
        .annotate(
            starts_at=Subquery(slots.annotate(t=Min("starts_at")).values("t")),
            invited=Subquery(people.annotate(n=Count("pk")).values("n")),
        )
        .filter(starts_at__gte=Given("at", column(Slot, "starts_at")))
    )


_TO_COME = Statement(_to_come, "course_id", "starts_at", "venue__capacity", "invited")


def seats_by_course(seats: list[Seats]) -> dict[int, int]:
    """Return the seats to come of each course."""
    totals: dict[int, int] = defaultdict(int)
    for item in seats:
        totals[item.course_id] += item.seats
    return totals


def seats_within(seats: list[Seats], today: date, days: int) -> int:
    """Return the seats of the next `days` days."""
    return sum(item.seats for item in seats if item.day <= today + timedelta(days=days))
