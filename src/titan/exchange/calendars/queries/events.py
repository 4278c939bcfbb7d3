"""What calendars say: the appointments of a feed, and those of one session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from titan.compliance.queries.summary import course_titles
from titan.core.actor import Actor
from titan.core.clock import start_of_day
from titan.core.settings import Site
from titan.exchange.calendars.models import Event, EventStatus, Kind
from titan.exchange.calendars.rules import AHEAD, PAST
from titan.training.access import need_visible
from titan.training.models import Attendee


@dataclass(frozen=True)
class EventView:
    """One appointment for whoever reads a calendar. session_id, code: none when its draft was deleted.

    people: on the class list. changed_at: since when it is so.
    """

    uid: str
    sequence: int
    status: str
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    session_id: int | None
    code: str
    course_code: str
    course_title: dict[str, str]
    title: str
    trainer: str
    venue: str
    location: str
    people: int


def followed_events(
    kind: str, *, trainer_id: int | None, venue_id: int | None, site: Site, at: datetime
) -> list[EventView]:
    """Return what a feed says, by time: slots from 90 days before the site's day to 366 days after it.

    What left the trainer or venue that the feed follows is in it as cancelled, as it last stood there. Two statements.
    """
    own = _own(kind, trainer_id, venue_id)
    # The last that was said about an appointment within this feed.
    later = Event.objects.filter(own, uid=OuterRef("uid"), sequence__gt=OuterRef("sequence"))
    last = Event.objects.filter(own, until=None) if kind == Kind.ALL else Event.objects.filter(own, ~Exists(later))
    today = site.today(at)
    begins, ends = start_of_day(today - PAST, site.zone), start_of_day(today + AHEAD, site.zone)
    return _views(last.filter(ends_at__gt=begins, starts_at__lt=ends))


def session_events(session_id: int, *, by: Actor) -> list[EventView]:
    """Return the appointments of one session, by time (three statements). Raises NotFound for another trainer's."""
    need_visible(session_id, by=by)
    return _views(Event.objects.filter(session_id=session_id, until=None))


def _own(kind: str, trainer_id: int | None, venue_id: int | None) -> Q:
    if kind == Kind.TRAINER:
        return Q(trainer_id=trainer_id)
    return Q(venue_id=venue_id) if kind == Kind.VENUE else Q()


def _views(events: QuerySet[Event]) -> list[EventView]:
    people = Attendee.objects.filter(session_id=OuterRef("session_id")).order_by().values("session_id")
    rows = (
        events.select_related("session__course_version", "course", "trainer", "venue")
        .annotate(people=people.annotate(n=Count("pk")).values("n"))
        .order_by("starts_at", "uid")
    )
    titles = course_titles()
    return [_view(row, titles) for row in rows]


def _view(row: Any, titles: dict[int, dict[str, str]]) -> EventView:
    session = row.session
    version = session.course_version if session else None
    # A state that another one followed elsewhere: here the appointment is over.
    left = row.until is not None
    return EventView(
        uid=str(row.uid),
        sequence=row.sequence + left,
        status=EventStatus.CANCELLED if left else row.status,
        changed_at=row.until or row.since,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        session_id=session.pk if session else None,
        code=session.code if session else "",
        course_code=row.course.code,
        course_title=version.title if version else titles.get(row.course_id, {}),
        title=row.title,
        trainer=row.trainer.name if row.trainer else "",
        venue=row.venue.name if row.venue else "",
        location=row.venue.location if row.venue else "",
        people=row.people or 0,
    )
