"""domain.md §2 site time: midnight in every sort of zone, and the leap day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.compliance.rules.seen import EXPIRING, GRACE, GREEN, RED, SYSTEM, TODAY, ago, ahead, decide, stored
from tests.compliance.worlds import World, noon
from titan.compliance.commands import catch_up, rebuild, sweep

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Moment:
    """A moment (UTC) just before or at midnight on the site, and the site's day then, written out by hand."""

    zone: str
    at: datetime
    day: date


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


MIDNIGHTS = [
    # Baku, UTC+4 all year.
    Moment("Asia/Baku", utc("2026-11-24 19:59:59"), date(2026, 11, 24)),
    Moment("Asia/Baku", utc("2026-11-24 20:00:00"), date(2026, 11, 25)),
    # St. John's: UTC-3:30, in summer UTC-2:30; summer time ends on 1 November 2026, begins on 8 March 2026.
    Moment("America/St_Johns", utc("2026-11-25 03:29:59"), date(2026, 11, 24)),
    Moment("America/St_Johns", utc("2026-11-25 03:30:00"), date(2026, 11, 25)),
    Moment("America/St_Johns", utc("2026-11-01 02:29:59"), date(2026, 10, 31)),
    Moment("America/St_Johns", utc("2026-11-01 02:30:00"), date(2026, 11, 1)),
    Moment("America/St_Johns", utc("2026-11-02 03:29:59"), date(2026, 11, 1)),
    Moment("America/St_Johns", utc("2026-11-02 03:30:00"), date(2026, 11, 2)),
    Moment("America/St_Johns", utc("2026-03-08 03:29:59"), date(2026, 3, 7)),
    Moment("America/St_Johns", utc("2026-03-09 02:30:00"), date(2026, 3, 9)),
    # Kiritimati, UTC+14: the first to see a day.
    Moment("Pacific/Kiritimati", utc("2026-11-24 09:59:59"), date(2026, 11, 24)),
    Moment("Pacific/Kiritimati", utc("2026-11-24 10:00:00"), date(2026, 11, 25)),
    # Chatham: UTC+12:45, in summer UTC+13:45, which ends on 5 April 2026.
    Moment("Pacific/Chatham", utc("2026-11-24 10:14:59"), date(2026, 11, 24)),
    Moment("Pacific/Chatham", utc("2026-11-24 10:15:00"), date(2026, 11, 25)),
    Moment("Pacific/Chatham", utc("2026-04-05 11:14:59"), date(2026, 4, 5)),
    Moment("Pacific/Chatham", utc("2026-04-05 11:15:00"), date(2026, 4, 6)),
    # Berlin: the day of the change has 23 hours in March, 25 in October.
    Moment("Europe/Berlin", utc("2026-03-28 22:59:59"), date(2026, 3, 28)),
    Moment("Europe/Berlin", utc("2026-03-28 23:00:00"), date(2026, 3, 29)),
    Moment("Europe/Berlin", utc("2026-03-29 21:59:59"), date(2026, 3, 29)),
    Moment("Europe/Berlin", utc("2026-03-29 22:00:00"), date(2026, 3, 30)),
    Moment("Europe/Berlin", utc("2026-10-25 22:59:59"), date(2026, 10, 25)),
    Moment("Europe/Berlin", utc("2026-10-25 23:00:00"), date(2026, 10, 26)),
    # Istanbul, UTC+3 all year since 2016; a leap day begins and ends.
    Moment("Europe/Istanbul", utc("2028-02-28 20:59:59"), date(2028, 2, 28)),
    Moment("Europe/Istanbul", utc("2028-02-28 21:00:00"), date(2028, 2, 29)),
    Moment("Europe/Istanbul", utc("2028-02-29 21:00:00"), date(2028, 3, 1)),
]


@pytest.mark.parametrize("moment", MIDNIGHTS, ids=lambda moment: f"{moment.zone}-{moment.at:%Y%m%dT%H%M%S}")
def test_2_today_is_the_sites_day(moment: Moment) -> None:
    """Two records decide it: one valid through the site's day, one through the day before."""
    world = World(timezone=moment.zone)
    through, gone, role = world.course(), world.course(), world.role()
    grace, late = world.course(), world.course()
    world.require(role, through)
    world.require(role, gone)
    world.require(role, grace, 10)
    world.require(role, late, 9)
    yesterday = moment.day - timedelta(days=1)
    worker = world.worker(role, moment.day - timedelta(days=10))
    world.record(worker, through, moment.day - timedelta(days=90), moment.day)
    world.record(worker, gone, moment.day - timedelta(days=90), yesterday)
    expected = [(through, EXPIRING), (gone, RED), (grace, GRACE), (late, RED)]
    rebuild(at=moment.at, by=SYSTEM)
    for course, status in expected:
        assert stored(worker, course, moment.day).status == status
    # And by the sweep, from the day before.
    rebuild(at=datetime.combine(yesterday, time(12), ZoneInfo(moment.zone)), by=SYSTEM)
    assert stored(worker, gone, yesterday).status == EXPIRING
    catch_up(at=moment.at)
    for course, status in expected:
        assert stored(worker, course, moment.day).status == status


def test_2_a_server_elsewhere_says_the_same() -> None:
    """The same moment, told in another zone, is the same day on the site."""
    world = World(timezone="Pacific/Kiritimati")
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, ago(9))
    world.record(worker, course, ago(9), TODAY)
    for zone in ("UTC", "America/St_Johns", "Asia/Baku"):
        rebuild(at=utc("2026-11-24 09:59:00").astimezone(ZoneInfo(zone)), by=SYSTEM)
        assert stored(worker, course).status == EXPIRING
        rebuild(at=utc("2026-11-24 10:00:00").astimezone(ZoneInfo(zone)), by=SYSTEM)
        assert stored(worker, course, ahead(1)).status == RED


LEAP = [
    ("through the leap day", date(2028, 2, 29), 0, date(2028, 2, 29), EXPIRING),
    ("gone after the leap day", date(2028, 2, 29), 0, date(2028, 3, 1), RED),
    ("no leap day: gone on 1 March", date(2027, 2, 28), 0, date(2027, 3, 1), RED),
    ("the leap day is a day left", date(2028, 3, 1), 1, date(2028, 2, 28), GREEN),
    ("and then the warning", date(2028, 3, 1), 1, date(2028, 2, 29), EXPIRING),
    ("30 days before 30 March is the leap day", date(2028, 3, 30), 30, date(2028, 2, 29), EXPIRING),
    ("31 days is not", date(2028, 3, 30), 30, date(2028, 2, 28), GREEN),
]


@pytest.mark.parametrize(
    ("expires", "warning", "day", "status"), [row[1:] for row in LEAP], ids=[row[0] for row in LEAP]
)
def test_9_3_29_february(expires: date, warning: int, day: date, status: str) -> None:
    world = World(warning_days=warning)
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, date(2020, 1, 1))
    world.record(worker, course, date(2024, 2, 29), expires)
    assert decide(world, worker, course, day).status == status
    rebuild(at=noon(date(2026, 1, 1)), by=SYSTEM)
    sweep(at=noon(day), by=SYSTEM)
    assert stored(worker, course, day).status == status


def test_9_1_grace_over_a_leap_day() -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course, 30)
    worker = world.worker(role, date(2028, 1, 30))
    item = decide(world, worker, course, date(2028, 2, 29))
    assert (item.due_on, item.status) == (date(2028, 2, 29), GRACE)
    assert decide(world, worker, course, date(2028, 3, 1)).status == RED
