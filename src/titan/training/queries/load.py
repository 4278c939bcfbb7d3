"""Trainers with the hours they hold in a week: shown wherever one is chosen, never a block (domain.md §5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.clock import iso_week, week_bounds
from titan.core.errors import invalid
from titan.core.language import _
from titan.core.page import DEFAULT_LIMIT, Page
from titan.resources.queries.trainers import TrainerFilters, TrainerView, list_trainers, trainer
from titan.resources.rules import time_inside
from titan.training.models import Slot
from titan.training.rules import LONGEST_SLOT

_WEEK = re.compile(r"(19|2[0-9])[0-9]{2}-W[0-9]{2}")
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class TrainerLoad(TrainerView):
    """A trainer, and the hours their held slots take of the ISO `week` (such as 2026-W48)."""

    week: str
    hours_booked: float


def trainer_load(trainer_id: int, *, week: str | None = None, by: Actor, at: datetime, language: str) -> TrainerLoad:
    """Return one trainer with the hours of `week` (None: the site's week of `at`). Raises NotFound, Invalid."""
    zone = settings.current().zone
    chosen = _week(week, at, zone)
    view = trainer(trainer_id, by=by, language=language)
    return _with_load([view], chosen, zone)[0]


def list_trainer_loads(
    filters: TrainerFilters,
    *,
    week: str | None = None,
    by: Actor,
    at: datetime,
    language: str,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[TrainerLoad]:
    """Return a page of trainers by code with the hours of `week` (None: the week of `at` on the site).

    At most seven statements. Raises Invalid for a week that does not exist.
    """
    zone = settings.current().zone
    chosen = _week(week, at, zone)
    page = list_trainers(filters, by=by, language=language, limit=limit, cursor=cursor)
    return Page(_with_load(page.items, chosen, zone), page.next_cursor, page.total)


def hours_booked(trainer_ids: Iterable[int], *, week: str, zone: ZoneInfo) -> dict[int, float]:
    """Return the hours each trainer holds in the ISO `week` of `zone`, to the hundredth (one statement)."""
    first, after = week_bounds(week, zone)
    held = Slot.objects.filter(
        held_by_id__in=id_set(trainer_ids),
        starts_at__gt=first - LONGEST_SLOT,
        starts_at__lt=after,
        ends_at__gt=first,
    )
    slots: dict[int, list[tuple[datetime, datetime]]] = {pk: [] for pk in trainer_ids}
    for holder, starts_at, ends_at in held.values_list("held_by_id", "starts_at", "ends_at"):
        slots[holder or 0].append((starts_at, ends_at))
    return {pk: round(time_inside(times, first, after) / _HOUR, 2) for pk, times in slots.items()}


def _week(week: str | None, at: datetime, zone: ZoneInfo) -> str:
    if week is None:
        return iso_week(at.astimezone(zone).date())
    try:
        if not _WEEK.fullmatch(week):
            raise ValueError(week)
        week_bounds(week, zone)
    except ValueError as error:
        raise invalid("week", "WEEK_INVALID", _("Give an ISO week that exists, such as 2026-W48.")) from error
    return week


def _with_load(views: Iterable[TrainerView], week: str, zone: ZoneInfo) -> list[TrainerLoad]:
    trainers = list(views)
    hours = hours_booked([view.id for view in trainers], week=week, zone=zone)
    return [
        TrainerLoad(
            **{known.name: getattr(view, known.name) for known in fields(view)},
            week=week,
            hours_booked=hours[view.id],
        )
        for view in trainers
    ]
