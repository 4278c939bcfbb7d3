"""Who may follow what, and which appointment goes on when the slots of a session are replaced. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from titan.accounts.rules import NewToken, make_token
from titan.core.actor import Actor, Role
from titan.core.errors import FieldError
from titan.core.language import _
from titan.exchange.calendars.models import EventStatus, Kind
from titan.training.models import SessionStatus

MARK = "cal_"
MOST_FEEDS = 50
"""How many feeds one login may have in use at a time."""

PAST = timedelta(days=90)
AHEAD = timedelta(days=366)
"""What a feed holds: slots from so long before the site's day to so long after it."""

FOLLOWERS = frozenset({Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.AUDITOR})

STATUSES = {
    SessionStatus.DRAFT: EventStatus.TENTATIVE,
    SessionStatus.SCHEDULED: EventStatus.CONFIRMED,
    SessionStatus.COMPLETED: EventStatus.CONFIRMED,
    SessionStatus.CANCELLED: EventStatus.CANCELLED,
}


@dataclass(frozen=True)
class Said:
    """What the calendars say of one slot: all of it matters to them, so that any difference is a new state."""

    session_id: int
    status: str
    course_id: int
    title: str
    trainer_id: int | None
    venue_id: int | None
    starts_at: datetime
    ends_at: datetime

    @property
    def times(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at


@dataclass(frozen=True)
class Standing:
    """An appointment as it stands: its row in force, and what that says."""

    id: int
    uid: str
    sequence: int
    said: Said


@dataclass(frozen=True)
class Move:
    """A state that follows another (before), or begins an appointment (None)."""

    before: Standing | None
    said: Said


def may_follow(by: Actor, kind: str, trainer_id: int | None) -> bool:
    """Tell whether `by` may follow such a feed: admins and auditors any, a trainer what they teach themselves."""
    if by.role in FOLLOWERS:
        return True
    return by.role is Role.TRAINER and kind == Kind.TRAINER and trainer_id is not None and trainer_id == by.trainer_id


def feed_token() -> NewToken:
    """Return the secret of a new feed: `cal_`, six letters to tell feeds apart, and 256 random bits."""
    return make_token(MARK)


def looks_like_feed(secret: str) -> bool:
    """Say whether `secret` could be one of ours, so that anything else costs no look-up."""
    return secret.startswith(MARK) and secret.isascii() and len(secret) <= 100


def name_errors(name: str) -> list[FieldError]:
    """Return what is wrong with the name of a feed: one line of at most 100 letters, or none."""
    if len(name.strip()) <= 100 and name.isprintable():
        return []
    return [FieldError("name", "NAME_LENGTH", _("Give one line of at most 100 letters, or leave it empty."))]


def moves(known: Iterable[Standing], wanted: Iterable[Said]) -> Iterator[Move]:
    """Yield what has to be told so that the appointments of one session say what its slots say now.

    known: all appointments the session ever had, as they stand. wanted: what its slots say. What says it already is
    left alone. Whoever has the times of a slot keeps that slot; of the others, the earliest that stands takes the
    earliest slot, and so on, so that a class that is moved moves in the calendar. A slot that is left takes up a
    cancelled appointment of the very same times, or begins one; an appointment that is left is cancelled.
    """
    standing = sorted(known, key=lambda one: (one.said.times, one.uid))
    slots = sorted(wanted, key=lambda one: one.times)
    living = [one for one in standing if one.said.status != EventStatus.CANCELLED]
    if all(one.status == EventStatus.CANCELLED for one in slots):
        # A session that is cancelled keeps its slots: they say so where they stood.
        yield from _paired(living, slots)
        return
    gone = [one for one in standing if one.said.status == EventStatus.CANCELLED]
    kept, living, slots = _same_times(living, slots)
    moved = list(zip_longest(living, slots))
    new = [slot for one, slot in moved if one is None and slot is not None]
    back, _rest, new = _same_times(gone, new)
    yield from (Move(one, slot) for one, slot in (*kept, *back) if one.said != slot)
    yield from (Move(one, slot) for one, slot in moved if one is not None and slot is not None)
    yield from (_cancelled(one) for one, slot in moved if one is not None and slot is None)
    yield from (Move(None, slot) for slot in new)


def _paired(living: Sequence[Standing], slots: Sequence[Said]) -> Iterator[Move]:
    kept, rest, _new = _same_times(living, slots)
    yield from (Move(one, slot) for one, slot in kept)
    yield from (_cancelled(one) for one in rest)


def _same_times(
    standing: Sequence[Standing], slots: Sequence[Said]
) -> tuple[list[tuple[Standing, Said]], list[Standing], list[Said]]:
    """Return who stands at the times of a slot together with it, and who and what is left."""
    by_times = {slot.times: slot for slot in slots}
    pairs, rest = [], []
    for one in standing:
        slot = by_times.pop(one.said.times, None)
        if slot is None:
            rest.append(one)
        else:
            pairs.append((one, slot))
    return pairs, rest, [slot for slot in slots if slot.times in by_times]


def _cancelled(one: Standing) -> Move:
    return Move(one, replace(one.said, status=EventStatus.CANCELLED))
