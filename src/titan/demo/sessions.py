"""A few sessions for the demo, so that its first page has something to show; all made through the real commands.

None of them changes how the site stands: the class that is completed was a refresher of people who were green before.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from titan.catalogue.models import Course
from titan.core import settings
from titan.core.actor import Actor
from titan.demo.sheet import signed_sheet
from titan.evidence.commands import Upload, stage
from titan.resources.models import Trainer, Venue
from titan.training.commands import (
    MarkChange,
    Plan,
    attach_evidence,
    cancel_session,
    create_session,
    finalize_session,
    invite_workers,
    mark_attendance,
    schedule_session,
)
from titan.training.models import TrainingSession
from titan.training.queries.picker import PickerFilter, suggestions
from titan.training.queries.sessions import class_list
from titan.training.rules import SlotTime

PLANNED_BEFORE = timedelta(days=2)
MARKED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Booked:
    """A class with everything it needs. days: from today; hours: from and until, of each day; seats: how many come.

    group: whom the Smart Picker is asked for.
    """

    course: str
    trainer: str
    venue: str
    days: tuple[int, ...]
    hours: tuple[int, int]
    seats: int
    group: str = "RED"


TOMORROW = Booked("HSE-001", "TR-20", "Induction Hall", (1,), (13, 15), 24)
TWO_DAYS = Booked("LFT-001", "TR-22", "Rigging Loft", (3, 4), (8, 17), 10)
TO_PROVE = Booked("HSE-002", "TR-06", "Jetty Muster Room", (-1,), (13, 17), 12)
TO_FINALIZE = Booked("HSE-004", "TR-24", "Fire Ground", (-1,), (8, 12), 16)
REFRESHER = Booked("CON-008", "TR-06", "Main Training Room B", (-3,), (10, 11), 14, group="OTHER")
CALLED_OFF = Booked("CON-001", "TR-23", "Main Training Room B", (6,), (8, 12), 8)


@dataclass(frozen=True)
class Maker:
    """Makes the sessions, as `by`; now: the moment of the demo's first start."""

    by: Actor
    now: datetime

    def draft(self, course: str, notes: str) -> None:
        """Make a draft of which nothing but the course is known."""
        create_session(Plan(course_id=_course(course), notes=notes), by=self.by, at=self.now)

    def book(self, booked: Booked) -> int:
        """Make a scheduled session with people on its list; return its id. A past one was planned before its time."""
        slots = [self._slot(day, booked.hours) for day in booked.days]
        at = min(self.now, slots[0].starts_at - PLANNED_BEFORE)
        session_id = create_session(Plan(course_id=_course(booked.course)), by=self.by, at=at)
        plan = Plan(trainer_id=_trainer(booked.trainer), venue_id=_venue(booked.venue), slots=slots)
        schedule_session(session_id, plan, by=self.by, at=at)
        self._fill(session_id, booked, at)
        return session_id

    def mark(self, session_id: int, *, absent: int, unmarked: int = 0) -> None:
        """Mark who came and passed; the last ones of the list did not come, or are not marked yet."""
        people = class_list(session_id, by=self.by).items
        marked = people[: len(people) - unmarked]
        present = {row.worker_id for row in marked[: len(marked) - absent]}
        changes = [
            MarkChange(row.worker_id, status="ATTENDED", result="PASSED")
            if row.worker_id in present
            else MarkChange(row.worker_id, status="NO_SHOW")
            for row in marked
        ]
        mark_attendance(session_id, changes, by=self.by, at=self._after(session_id))

    def prove(self, session_id: int) -> None:
        """Attach the signed sheet."""
        session = TrainingSession.objects.select_related("course_version").get(pk=session_id)
        people = class_list(session_id, by=self.by).items
        title = session.course_version.title["en"] if session.course_version else ""
        present = [row.employee_id for row in people if row.status == "ATTENDED"]
        sheet = signed_sheet(str(session.code), title, [row.employee_id for row in people], present)
        staged = stage([Upload(f"{session.code} attendance.pdf", io.BytesIO(sheet))])
        attach_evidence(session_id, staged, by=self.by, at=self._after(session_id))

    def _slot(self, day: int, hours: tuple[int, int]) -> SlotTime:
        site = settings.current()
        day_of_class = site.today(self.now) + timedelta(days=day)
        begin, end = (datetime.combine(day_of_class, time(hour), site.zone) for hour in hours)
        return SlotTime(begin, end)

    def _fill(self, session_id: int, booked: Booked, at: datetime) -> None:
        chosen: list[int] = []
        cursor: str | None = None
        while len(chosen) < booked.seats:
            page = suggestions(session_id, PickerFilter(), limit=200, cursor=cursor, by=self.by, at=at)
            chosen += [row.worker_id for row in page.items if row.group == booked.group]
            cursor = page.next_cursor
            if cursor is None:
                break
        invite_workers(session_id, chosen[: booked.seats], by=self.by, at=at)

    def _after(self, session_id: int) -> datetime:
        slots = TrainingSession.objects.get(pk=session_id).slots
        ended_at = slots.order_by("-ends_at").values_list("ends_at", flat=True)[0]
        return min(self.now, ended_at + MARKED_AFTER)


def make_sessions(*, by: Actor, at: datetime) -> None:
    """Make sessions in every state on a freshly loaded demo site, around the moment `at`."""
    maker = Maker(by, at)
    maker.draft("HSE-008", "Asked for by the scaffolding company: ten people, any day next week.")
    maker.draft("HSE-016", "")
    for booked in (TOMORROW, TWO_DAYS):
        maker.book(booked)
    maker.mark(maker.book(TO_PROVE), absent=1, unmarked=3)
    waiting = maker.book(TO_FINALIZE)
    maker.mark(waiting, absent=2)
    maker.prove(waiting)
    refresher = maker.book(REFRESHER)
    maker.mark(refresher, absent=1)
    maker.prove(refresher)
    finalize_session(refresher, by=by, at=at)
    cancel_session(maker.book(CALLED_OFF), "The excavator is needed on Unit 2 that day.", by=by, at=at)


def _course(code: str) -> int:
    return Course.objects.get(code=code).pk


def _trainer(code: str) -> int:
    return Trainer.objects.get(code=code).pk


def _venue(name: str) -> int:
    return Venue.objects.get(name=name).pk
