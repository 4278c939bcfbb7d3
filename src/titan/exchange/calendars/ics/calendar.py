"""Events as the bytes of a calendar file. The same events give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar import Event as Entry

from titan.core.language import _, ngettext, number
from titan.core.text import in_language
from titan.exchange.calendars.ics.zone import zone_component
from titan.exchange.calendars.models import EventStatus
from titan.exchange.calendars.queries.events import EventView

MEDIA_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//Titan//Training sessions//EN"
READ_AGAIN = timedelta(hours=1)
"""How often we ask calendar programs to look; most decide for themselves."""

Link = Callable[[int], str]
"""Returns the address of the page of a session."""


def calendar_file(
    events: Sequence[EventView], *, name: str, zone: str, language: str, link: Link, blocks_time: bool = False
) -> bytes:
    """Return a calendar called `name` with these events, in the language that is chosen just now.

    zone: the site's IANA zone; times are told in it. language: of course titles. blocks_time: whether scheduled
    classes make their reader busy.
    """
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", PRODUCT)
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    for heading in ("name", "x-wr-calname"):
        made.add(heading, name)
    made.add("x-wr-timezone", zone)
    made.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    if events:
        zone_info = ZoneInfo(zone)
        days = [moment.astimezone(zone_info) for event in events for moment in (event.starts_at, event.ends_at)]
        made.add_component(zone_component(zone, min(days).year, max(days).year))
    for event in events:
        made.add_component(_entry(event, ZoneInfo(zone), language, link, blocks_time))
    return bytes(made.to_ical())


def _entry(event: EventView, zone: ZoneInfo, language: str, link: Link, blocks_time: bool) -> Entry:
    entry = Entry()
    entry.add("uid", event.uid)
    entry.add("sequence", event.sequence)
    # Without a request or reply in it, the stamp is when this was last changed.
    entry.add("dtstamp", event.changed_at.astimezone(UTC))
    entry.add("last-modified", event.changed_at.astimezone(UTC))
    entry.add("dtstart", _on_clocks(event.starts_at, zone))
    entry.add("dtend", _on_clocks(event.ends_at, zone))
    entry.add("status", event.status)
    entry.add("transp", "OPAQUE" if blocks_time and event.status == EventStatus.CONFIRMED else "TRANSPARENT")
    entry.add("summary", _summary(event, language))
    if event.venue:
        entry.add("location", ", ".join(part for part in (event.venue, event.location) if part))
    entry.add("description", "\n".join(_description(event)))
    if event.session_id is not None:
        entry.add("url", link(event.session_id))
    return entry


def _on_clocks(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment as the site's clocks show it; in UTC where they show that time for the second time."""
    local = moment.astimezone(zone)
    return moment.astimezone(UTC) if local.fold else local


def _summary(event: EventView, language: str) -> str:
    """Return the course and what the session is called; how it stands too, for programs that do not show that."""
    course = in_language(event.course_title, language) or event.course_code
    title = f"{course}: {event.title}" if event.title else course
    if event.status == EventStatus.CANCELLED:
        return _("Cancelled: %(class)s") % {"class": title}
    return _("Draft: %(class)s") % {"class": title} if event.status == EventStatus.TENTATIVE else title


def _description(event: EventView) -> list[str]:
    lines = [f"{event.code} · {event.course_code}" if event.code else event.course_code]
    if event.trainer:
        lines.append(_("Trainer: %(name)s") % {"name": event.trainer})
    if event.status == EventStatus.TENTATIVE:
        lines.append(_("A draft: it holds neither the trainer nor the venue yet."))
    if event.status != EventStatus.CANCELLED:
        people = ngettext("%(num)s person on the list", "%(num)s people on the list", event.people)
        lines.append(people % {"num": number(event.people)})
    return lines
