"""Keeping verdicts true: after every change, by the calendar, and from nothing (domain.md §9.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from django.db import connection

from titan.compliance.engine import Written, hold_engine, refresh_due, refresh_touched
from titan.compliance.models import DayCounts, SweptDay
from titan.compliance.queries.summary import site_counts
from titan.compliance.queries.verdicts import TurnedGreen, turned_green_just_now
from titan.core import settings
from titan.core.actor import Actor, system_actor
from titan.core.command import EVERYONE, Touched, Unit, command, current_unit, nothing_changed, say
from titan.core.models import SiteSettings

__all__ = [
    "Written",
    "catch_up",
    "rebuild",
    "refresh",
    "refresh_and_count_green",
    "refresh_now",
    "refresh_verdicts",
    "sweep",
]


# Servers whose clocks differ by less than this do not undo each other's nightly sweep.
CLOCKS_DIFFER = timedelta(minutes=10)


def refresh_verdicts(unit: Unit) -> None:
    """Refresh the verdicts of whoever a unit of work touched; runs once before it commits."""
    if unit.touched:
        touched, unit.touched = unit.touched, Touched()
        _refresh(touched, at=unit.at)


def refresh_now() -> None:
    """Refresh, in the middle of a unit of work, whoever it touched so far: for a command that reports the outcome."""
    refresh_verdicts(current_unit())


def refresh_and_count_green(course_id: int) -> TurnedGreen:
    """As refresh_now; return how many turned green for the course by that."""
    if not current_unit().touched:
        return TurnedGreen(0, 0)
    refresh_now()
    return turned_green_just_now(course_id)


def refresh(
    workers: Iterable[int] | Literal["everyone"],
    courses: Iterable[int] | None = None,
    *,
    today: date,
) -> Written:
    """Refresh the items of `workers` (ids or EVERYONE) for `courses` (None: all) as of the site's day `today`.

    Never as of a day before the swept one: then the calendar would have moved for some workers only.
    """
    touched = Touched(courses=None if courses is None else set(courses))
    if workers == EVERYONE:
        touched.everyone = True
    else:
        touched.workers = {int(worker) for worker in workers}
    return _refresh(touched, today=today)


def _refresh(touched: Touched, *, at: datetime | None = None, today: date | None = None) -> Written:
    hold_engine(alone=touched.rules_changed)
    site, swept = _calendar()
    day = site.today(at) if at is not None else today
    if day is None:
        raise ValueError("Say as of when: at= or today=.")
    return _write(touched, max(day, swept or day), site.warning_days, swept)


def _write(touched: Touched, today: date, warning_days: int, swept: date | None) -> Written:
    whole = touched.everyone and touched.courses is None
    if whole and swept is not None and swept < today:
        _keep_day(swept)
    written = refresh_touched(touched, today=today, warning_days=warning_days)
    if whole:
        SweptDay.objects.update_or_create(id=1, defaults={"day": today})
    return written


@command
def rebuild(*, by: Actor, at: datetime) -> Written:
    """Recalculate every verdict from the facts, as of site today; writes only what differs."""
    hold_engine(alone=True)
    site, swept = _calendar()
    today = site.today(at)
    written = _write(Touched(everyone=True, courses=None), today, site.warning_days, swept)
    _say("compliance.rebuilt", today, written)
    return written


@command
def sweep(*, by: Actor, at: datetime) -> Written:
    """Let the calendar move: refresh the items whose day has come, however many nights were missed.

    A clock that went back, or a site never swept, is rebuilt. Sweeping a swept day writes nothing.
    """
    hold_engine(alone=True)
    site, swept = _calendar()
    if not _is_due(site, swept, at):
        nothing_changed()
        return Written(0, 0)
    today = site.today(at)
    if swept is None or swept > today:
        return rebuild(by=by, at=at)
    _keep_day(swept)
    written = refresh_due(today=today, warning_days=site.warning_days)
    SweptDay.objects.filter(id=1).update(day=today)
    _say("compliance.swept", today, written)
    return written


def catch_up(*, at: datetime) -> None:
    """Sweep if the stored verdicts are of another day than site today; one statement when they are not."""
    site, swept = _calendar()
    if site.is_set_up and _is_due(site, swept, at):
        sweep(by=system_actor(), at=at)


def _is_due(site: settings.Site, swept: date | None, at: datetime) -> bool:
    today = site.today(at)
    if swept is None or swept < today:
        return True
    return swept > today and swept > site.today(at + CLOCKS_DIFFER)


# Written out, like the settings: every request asks it.
_CALENDAR = f"""SELECT s.timezone, s.warning_days, d.day FROM (SELECT 1 AS one) AS site
    LEFT JOIN {SiteSettings._meta.db_table} s ON s.until IS NULL LEFT JOIN {SweptDay._meta.db_table} d ON d.id = 1"""


def _calendar() -> tuple[settings.Site, date | None]:
    """Return the site's settings and the swept day, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CALENDAR)
        zone, warning_days, swept = cursor.fetchone()
    day = date.fromisoformat(swept) if isinstance(swept, str) else swept
    if zone is None:
        return settings.Site(is_set_up=False), day
    return settings.Site(timezone=zone, warning_days=warning_days), day


def _keep_day(day: date) -> None:
    """Keep how the site stood at the end of `day`, for the trend."""
    counts = {status.lower(): n for status, n in site_counts().items()}
    DayCounts.objects.update_or_create(day=day, defaults=counts)


def _say(action: str, today: date, written: Written) -> None:
    say(
        action,
        "compliance",
        int(f"{today:%Y%m%d}"),
        after={"day": today.isoformat(), "items": written.items, "verdicts": written.verdicts},
    )
