"""A week as trainers by days, and the drafts that have no date yet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.clock import iso_week, start_of_day, week_bounds
from titan.core.settings import Site
from titan.resources.models import Trainer
from titan.training.access import visible_sessions
from titan.training.models import SessionStatus, Slot
from titan.training.queries.load import hours_booked
from titan.training.queries.sessions import SessionView, sessions_in_short
from titan.training.rules import overlaps

SHOWN_DRAFTS = 50


@dataclass(frozen=True)
class Placed:
    """One slot of a session on one day. clash: overlaps another slot of the same trainer on the board."""

    session: SessionView
    starts_at: datetime
    ends_at: datetime
    clash: bool


@dataclass(frozen=True)
class TrainerWeek:
    """A trainer's week: hours of held slots, and what stands on each day. trainer_id None: nobody chosen yet."""

    trainer_id: int | None
    name: str
    hours: float
    days: list[list[Placed]]

    @property
    def has_clash(self) -> bool:
        return any(placed.clash or placed.session.cannot_run for day in self.days for placed in day)


@dataclass(frozen=True)
class WeekBoard:
    """The week's days, its trainers (those with conflicts first), and drafts without a date."""

    days: list[date]
    trainers: list[TrainerWeek]
    undated: list[SessionView]


def week_board(week: str, *, site: Site, by: Actor) -> WeekBoard:
    """Return an ISO week such as 2026-W48 as a board; a fixed number of statements. ValueError for no week."""
    begins, ends = week_bounds(week, site.zone)
    monday = site.today(begins)
    days = [monday + timedelta(days=number) for number in range(7)]
    sessions = visible_sessions(by).exclude(status=SessionStatus.CANCELLED)
    slots = list(
        Slot.objects.filter(session__in=sessions, starts_at__lt=ends, ends_at__gt=begins)
        .order_by("starts_at")
        .values_list("session_id", "starts_at", "ends_at")
    )
    undated = list(
        sessions.filter(status=SessionStatus.DRAFT, slots=None)
        .order_by("-pk")
        .values_list("pk", flat=True)[:SHOWN_DRAFTS]
    )
    views = {view.id: view for view in sessions_in_short([*{slot[0] for slot in slots}, *undated])}
    return WeekBoard(
        days=days,
        trainers=_trainers(slots, views, days, week, site),
        undated=[views[pk] for pk in undated],
    )


def _trainers(
    slots: list[tuple[int, datetime, datetime]],
    views: dict[int, SessionView],
    days: list[date],
    week: str,
    site: Site,
) -> list[TrainerWeek]:
    by_trainer: dict[int | None, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for slot in slots:
        by_trainer[views[slot[0]].trainer_id].append(slot)
    named = {row.pk: row.name for row in Trainer.objects.filter(pk__in=id_set(pk for pk in by_trainer if pk))}
    hours = hours_booked([pk for pk in by_trainer if pk], week=week, zone=site.zone)
    rows = [
        TrainerWeek(
            trainer_id=pk,
            name=named.get(pk, "") if pk else "",
            hours=hours.get(pk, 0.0) if pk else 0.0,
            days=[_placed(own, views, day, site, pk is not None) for day in days],
        )
        for pk, own in by_trainer.items()
    ]
    return sorted(rows, key=lambda row: (not row.has_clash, row.trainer_id is None, row.name))


def _placed(
    own: list[tuple[int, datetime, datetime]], views: dict[int, SessionView], day: date, site: Site, taught: bool
) -> list[Placed]:
    begins, ends = start_of_day(day, site.zone), start_of_day(day + timedelta(days=1), site.zone)
    return [
        Placed(
            session=views[session_id],
            starts_at=starts_at,
            ends_at=ends_at,
            clash=taught
            and any(
                other != session_id and overlaps(starts_at, ends_at, other_starts, other_ends)
                for other, other_starts, other_ends in own
            ),
        )
        for session_id, starts_at, ends_at in own
        if overlaps(starts_at, ends_at, begins, ends)
    ]


def weeks_around(week: str) -> tuple[str, str]:
    """Return the ISO weeks before and after `week`."""
    year, number = week.split("-W")
    monday = date.fromisocalendar(int(year), int(number), 1)
    before, after = monday - timedelta(days=7), monday + timedelta(days=7)
    return iso_week(before), iso_week(after)
