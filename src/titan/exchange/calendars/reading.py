"""What somebody's calendar program gets: the file of a feed, and of one session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from titan.core import settings
from titan.core.actor import Actor, Via, system_actor
from titan.core.clock import start_of_day
from titan.core.errors import Conflict
from titan.core.language import _, words_in
from titan.core.settings import Site
from titan.exchange.calendars.commands.publish import catch_up
from titan.exchange.calendars.ics.calendar import Link, calendar_file
from titan.exchange.calendars.models import Kind
from titan.exchange.calendars.queries.events import EventView, followed_events, session_events
from titan.exchange.calendars.queries.feeds import FeedRow, feed_with
from titan.exchange.calendars.rules import may_follow
from titan.training.actors import person_of


class Refused(Enum):
    """Why an address gives nothing. GONE: it was revoked. UNKNOWN: it never was, or its owner may not see that now."""

    GONE = "GONE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class CalendarFile:
    """A calendar as it stands, in which language. changed_at: when it last may have changed, never later than asked.

    feed, owner: of a feed.
    """

    content: bytes
    language: str
    changed_at: datetime
    feed: FeedRow | None = None
    owner: Actor | None = None

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


def feed_file(secret: str, *, links: Callable[[Actor], Link], at: datetime) -> CalendarFile | Refused:
    """Return what the feed with this secret says now, in the language of its owner (five statements at most).

    links: returns, for an owner, how they reach the page of a session. A feed says something only while its login is
    open and may see what it follows.
    """
    feed = feed_with(secret)
    if feed is None:
        return Refused.UNKNOWN
    if feed.revoked_at is not None:
        return Refused.GONE
    owner = person_of(feed.user_id, via=Via.WEB)
    if owner is None or not may_follow(owner.actor, feed.kind, feed.trainer_id):
        return Refused.UNKNOWN
    site = settings.current()
    events = followed_events(feed.kind, trainer_id=feed.trainer_id, venue_id=feed.venue_id, site=site, at=at)
    with words_in(owner.language) as spoken:
        content = calendar_file(
            events,
            name=feed_title(feed.kind, feed.trainer, feed.venue, site),
            zone=site.timezone,
            language=owner.language,
            link=links(owner.actor),
            blocks_time=feed.kind == Kind.TRAINER,
        )
    return CalendarFile(content, spoken, _changed_at(events, site, at), feed, owner.actor)


def session_file(session_id: int, *, link: Link, language: str, by: Actor, at: datetime) -> CalendarFile:
    """Return the calendar of one session in `language` (five statements).

    Raises NotFound for a session that is not there or not for `by` to see, Conflict NO_DATES when it has no slot.
    """
    events = session_events(session_id, by=by)
    if not events and catch_up([session_id], by=system_actor(), at=at):
        # Written past the commands since last night, such as by a server of an earlier release.
        events = session_events(session_id, by=by)
    if not events:
        raise Conflict("NO_DATES", _("This session has no date yet: give it one first."))
    site = settings.current()
    with words_in(language) as spoken:
        content = calendar_file(
            events,
            name=events[0].code or events[0].course_code,
            zone=site.timezone,
            language=language,
            link=link,
            blocks_time=True,
        )
    return CalendarFile(content, spoken, _changed_at(events, site, at))


def feed_title(kind: str, trainer: str, venue: str, site: Site) -> str:
    """Return what a calendar of this kind is called."""
    followed = {Kind.TRAINER: trainer, Kind.VENUE: venue}.get(Kind(kind), "") or _("All sessions")
    return f"{followed} · {site.name}"


def _changed_at(events: Sequence[EventView], site: Site, at: datetime) -> datetime:
    """Return the newest change; not before the site's day began, with which days leave and names may have changed."""
    return min(at, max([start_of_day(site.today(at), site.zone), *(event.changed_at for event in events)]))
