"""The site's zone as a calendar file tells it (RFC 5545, VTIMEZONE): every change of the clocks within some years.

Each change is told by itself, with the clock's time before it, since rules that repeat are what countries change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

STEP = timedelta(days=7)
"""Clocks stay as they are for longer than this between two changes."""


@dataclass(frozen=True)
class Change:
    """From `moment` on the clocks differ from UTC by `after`, before it by `before`."""

    moment: datetime
    before: timedelta
    after: timedelta
    name: str
    is_summer: bool


@lru_cache(maxsize=16)
def zone_component(name: str, first: int, last: int) -> Timezone:
    """Return the zone as it is from the beginning of the year `first` to the end of the year `last`."""
    zone = ZoneInfo(name)
    begins, ends = datetime(first, 1, 1, tzinfo=UTC) - timedelta(days=1), datetime(last + 1, 1, 2, tzinfo=UTC)
    made = Timezone()
    made.add("tzid", name)
    made.add_component(_observance(_change(zone, begins, _offset(begins, zone))))
    for change in changes(zone, begins, ends):
        made.add_component(_observance(change))
    return made


def changes(zone: ZoneInfo, begins: datetime, ends: datetime) -> Iterator[Change]:
    """Yield each change of the clocks after `begins` up to `ends`, to the second."""
    earlier = begins
    while earlier < ends:
        later = min(earlier + STEP, ends)
        if _state(earlier, zone) != _state(later, zone):
            yield _change(zone, _first_of(later, earlier, zone), _offset(earlier, zone))
        earlier = later


def _first_of(later: datetime, earlier: datetime, zone: ZoneInfo) -> datetime:
    """Return the first second at which the clocks are as they are at `later`; at `earlier` they are not yet."""
    wanted = _state(later, zone)
    while later - earlier > timedelta(seconds=1):
        middle = earlier + timedelta(seconds=(later - earlier) // timedelta(seconds=2))
        if _state(middle, zone) == wanted:
            later = middle
        else:
            earlier = middle
    return later


def _state(moment: datetime, zone: ZoneInfo) -> tuple[timedelta, bool, str]:
    local = moment.astimezone(zone)
    return _offset(moment, zone), bool(local.dst()), local.tzname() or ""


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, moment: datetime, before: timedelta) -> Change:
    offset, is_summer, name = _state(moment, zone)
    return Change(moment, before, offset, name, is_summer)


def _observance(change: Change) -> TimezoneStandard | TimezoneDaylight:
    made = TimezoneDaylight() if change.is_summer else TimezoneStandard()
    # The time on the clocks as they went before the change.
    made.add("dtstart", (change.moment + change.before).replace(tzinfo=None))
    made.add("tzoffsetfrom", change.before)
    made.add("tzoffsetto", change.after)
    made.add("tzname", change.name)
    return made
