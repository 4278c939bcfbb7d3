"""Planning for tests of calendars, and what they say of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from icalendar import Calendar

from tests import cast
from tests.training.acting import ADMIN, AT, time_of
from titan.exchange.calendars.commands.feeds import IssuedFeed, make_feed
from titan.exchange.calendars.models import Event, Kind
from titan.exchange.calendars.reading import CalendarFile, feed_file
from titan.training.commands import Plan, create_session, schedule_session
from titan.training.rules import SlotTime

LINK = "https://titan.example/sessions/"


def planned(course: Any, trainer: Any, venue: Any, *slots: SlotTime, at: datetime = AT, **values: Any) -> int:
    """Make a scheduled session, tomorrow 09:00 to 11:00 unless `slots` say otherwise."""
    session = create_session(Plan(course_id=course.pk), by=ADMIN, at=at)
    plan = Plan(trainer_id=trainer.pk, venue_id=venue.pk, slots=list(slots) or [time_of(0)], **values)
    schedule_session(session, plan, override=frozenset({"STARTS_IN_PAST", "VENUE_OVERLAP"}), by=ADMIN, at=at)
    return session


def feed_of(user: Any, kind: str = Kind.ALL, **values: Any) -> IssuedFeed:
    return make_feed(kind, **values, by=cast.actor_of(user), at=AT)


def read(made: IssuedFeed, at: datetime = AT) -> CalendarFile:
    """Return what a feed says at a moment."""
    found = feed_file(made.token, links=lambda _owner: lambda pk: f"{LINK}{pk}", at=at)
    assert isinstance(found, CalendarFile), found
    return found


def text_of(made: IssuedFeed, at: datetime = AT) -> str:
    """Return what a feed says, its lines whole."""
    return read(made, at).content.decode().replace("\r\n ", "")


def said(made: IssuedFeed, at: datetime = AT) -> list[tuple[str, int, str, datetime]]:
    """Return status, sequence, title and begin of each event of a feed, by time."""
    events = Calendar.from_ical(read(made, at).content).walk("VEVENT")
    return [(str(one["STATUS"]), one["SEQUENCE"], str(one["SUMMARY"]), one["DTSTART"].dt) for one in events]


def in_force(session_id: int) -> list[tuple[str, str, int, datetime]]:
    """Return UID, status, sequence and begin of each appointment of a session as it stands, by time."""
    rows = Event.objects.filter(session_id=session_id, until=None).order_by("starts_at", "uid")
    return [(str(row.uid), row.status, row.sequence, row.starts_at) for row in rows]
