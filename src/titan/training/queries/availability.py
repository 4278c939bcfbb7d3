"""Whether a trainer and a venue are free at a time, and which sessions are in the way (domain.md §5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from titan.core.actor import Actor
from titan.core.given import Wrong
from titan.core.language import _
from titan.core.permit import need_reader
from titan.resources.models import Trainer, Venue
from titan.training.models import HELD, Slot
from titan.training.queries.sessions import SessionView, sessions_in_short
from titan.training.rules import LONGEST_SESSION, LONGEST_SLOT


@dataclass(frozen=True)
class Availability:
    """Who is free. None: nobody asked about a trainer, or about a venue."""

    trainer_available: bool | None
    venue_available: bool | None
    conflicts: list[SessionView]


def availability(
    starts_at: datetime,
    ends_at: datetime,
    *,
    trainer_id: int | None = None,
    venue_id: int | None = None,
    exclude_session_id: int | None = None,
    by: Actor,
) -> Availability:
    """Return whether the trainer and the venue are free from `starts_at` to `ends_at` (aware).

    Only held sessions count, back-to-back is no overlap, `exclude_session_id` is left out. A fixed number of
    statements. Raises Forbidden for trainers, Invalid for times without offset or out of order and for unknown ids.
    """
    need_reader(by)
    _check(starts_at, ends_at, trainer_id, venue_id)
    # No slot is longer than LONGEST_SLOT: the lower bound lets the index do the work.
    slots = Slot.objects.filter(
        starts_at__lt=ends_at,
        starts_at__gt=starts_at - LONGEST_SLOT,
        ends_at__gt=starts_at,
        session__status__in=HELD,
    )
    in_the_way = Q(held_by_id=trainer_id or 0) | Q(session__venue_id=venue_id or 0)
    rows = slots.filter(in_the_way).exclude(session_id=exclude_session_id or 0)
    found = set(rows.values_list("session_id", "held_by_id", "session__venue_id"))
    return Availability(
        trainer_available=_is_free(trainer_id, {holder for _, holder, _ in found}),
        venue_available=_is_free(venue_id, {venue for _, _, venue in found}),
        conflicts=sessions_in_short(sorted({session_id for session_id, _, _ in found})),
    )


def _is_free(asked: int | None, taken: set[int | None]) -> bool | None:
    return None if asked is None else asked not in taken


def _check(starts_at: datetime, ends_at: datetime, trainer_id: int | None, venue_id: int | None) -> None:
    wrong = Wrong()
    for name, moment in (("starts_at", starts_at), ("ends_at", ends_at)):
        if moment.tzinfo is None:
            wrong.add(name, "OFFSET_MISSING", _("Give the time with its offset, such as +04:00 or Z."))
    wrong.refuse()
    if ends_at <= starts_at:
        wrong.add("ends_at", "END_BEFORE_START", _("Give an end after the start."))
    elif ends_at - starts_at > LONGEST_SESSION:
        wrong.add(
            "ends_at", "SPAN_TOO_LONG", _("Ask about at most %(limit)s days at once.") % {"limit": LONGEST_SESSION.days}
        )
    if trainer_id is not None and not Trainer.objects.filter(pk=trainer_id).exists():
        wrong.add("trainer_id", "UNKNOWN", _("There is no trainer %(trainer)s.") % {"trainer": trainer_id})
    if venue_id is not None and not Venue.objects.filter(pk=venue_id).exists():
        wrong.add("venue_id", "UNKNOWN", _("There is no venue %(venue)s.") % {"venue": venue_id})
    wrong.refuse()
