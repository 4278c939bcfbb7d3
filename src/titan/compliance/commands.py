"""Keeping verdicts true: after every change, by the calendar, and from nothing (domain.md §9.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from django.db import connection
from django.db.models import Subquery

from titan.compliance.engine import Written, refresh_due, refresh_touched
from titan.compliance.models import DayCounts, SweptDay
from titan.compliance.queries.summary import site_counts
from titan.core import settings
from titan.core.actor import Actor, system_actor
from titan.core.command import EVERYONE, Touched, Unit, command, current_unit, nothing_changed, say
from titan.core.models import SiteSettings

__all__ = ["Written", "catch_up", "rebuild", "refresh", "refresh_now", "refresh_verdicts", "sweep"]


def refresh_verdicts(unit: Unit) -> None:
    """Refresh the verdicts of whoever a unit of work touched; runs once before it commits."""
    if unit.touched:
        touched, unit.touched = unit.touched, Touched()
        site = settings.current()
        _refresh(touched, today=site.today(unit.at), warning_days=site.warning_days)


def refresh_now() -> None:
    """Refresh, in the middle of a unit of work, whoever it touched so far: for a command that reports the outcome."""
    refresh_verdicts(current_unit())


def refresh(
    workers: Iterable[int] | Literal["everyone"],
    courses: Iterable[int] | None = None,
    *,
    today: date,
) -> Written:
    """Refresh the items of `workers` (ids or EVERYONE) for `courses` (None: all) as of the site's day `today`."""
    touched = Touched(courses=None if courses is None else set(courses))
    if workers == EVERYONE:
        touched.everyone = True
    else:
        touched.workers = {int(worker) for worker in workers}
    return _refresh(touched, today=today, warning_days=settings.current().warning_days)


def _refresh(touched: Touched, *, today: date, warning_days: int) -> Written:
    written = refresh_touched(touched, today=today, warning_days=warning_days)
    if touched.everyone and touched.courses is None:
        SweptDay.objects.update_or_create(id=1, defaults={"day": today})
    return written


@command
def rebuild(*, by: Actor, at: datetime) -> Written:
    """Recalculate every verdict from the facts; writes only what differs."""
    today = settings.current().today(at)
    written = refresh(EVERYONE, today=today)
    _say("compliance.rebuilt", today, written)
    return written


@command
def sweep(*, by: Actor, at: datetime) -> Written:
    """Let the calendar move: refresh the items whose day has come, however many nights were missed.

    A clock that went back, or a site never swept, is rebuilt. Sweeping a swept day writes nothing.
    """
    site = settings.current()
    today = site.today(at)
    swept = _locked_day()
    if swept == today:
        nothing_changed()
        return Written(0, 0)
    if swept is None or swept > today:
        return rebuild(by=by, at=at)
    _keep_day(swept)
    written = refresh_due(today=today, warning_days=site.warning_days)
    SweptDay.objects.filter(id=1).update(day=today)
    _say("compliance.swept", today, written)
    return written


def catch_up(*, at: datetime) -> None:
    """Sweep if the stored verdicts are of another day than site today; one statement when they are not."""
    row = (
        SiteSettings.objects.filter(until=None)
        .annotate(swept=Subquery(SweptDay.objects.filter(id=1).values("day")))
        .values_list("timezone", "swept")
        .first()
    )
    if row is None:
        return
    timezone, swept = row
    if swept != settings.Site(timezone=timezone).today(at):
        sweep(by=system_actor(), at=at)


def _keep_day(day: date) -> None:
    """Keep how the site stood at the end of `day`, for the trend."""
    counts = {status.lower(): n for status, n in site_counts().items()}
    DayCounts.objects.update_or_create(day=day, defaults=counts)


def _locked_day() -> date | None:
    days = SweptDay.objects.filter(id=1)
    if connection.vendor == "postgresql":
        days = days.select_for_update()
    return days.values_list("day", flat=True).first()


def _say(action: str, today: date, written: Written) -> None:
    say(
        action,
        "compliance",
        int(f"{today:%Y%m%d}"),
        after={"day": today.isoformat(), "items": written.items, "verdicts": written.verdicts},
    )
