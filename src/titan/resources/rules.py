"""What a trainer and a venue need, and how much of a class lies inside a week (domain.md §5). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from titan.core.given import UNCHANGED, Unchanged, Wrong
from titan.core.language import N_, _
from titan.resources.models import TrainerType

MOST_SEATS = 100_000
MOST_QUALIFICATIONS = 1_000


@dataclass(frozen=True)
class TrainerFields:
    """Everything a trainer has that people enter. company_name: required for EXTERNAL ones."""

    code: str
    first_name: str
    type: str
    last_name: str = ""
    email: str = ""
    company_name: str = ""
    is_active: bool = True
    user_id: int | None = None


@dataclass(frozen=True)
class TrainerChanges:
    """Some of what a trainer has; what is UNCHANGED stays."""

    code: str | Unchanged = UNCHANGED
    first_name: str | Unchanged = UNCHANGED
    type: str | Unchanged = UNCHANGED
    last_name: str | Unchanged = UNCHANGED
    email: str | Unchanged = UNCHANGED
    company_name: str | Unchanged = UNCHANGED
    is_active: bool | Unchanged = UNCHANGED
    user_id: int | Unchanged | None = UNCHANGED


@dataclass(frozen=True)
class VenueFields:
    """A place to teach; capacity: how many attendees fit."""

    name: str
    capacity: int
    location: str = ""
    is_active: bool = True


@dataclass(frozen=True)
class VenueChanges:
    """Some of what a venue has; what is UNCHANGED stays."""

    name: str | Unchanged = UNCHANGED
    capacity: int | Unchanged = UNCHANGED
    location: str | Unchanged = UNCHANGED
    is_active: bool | Unchanged = UNCHANGED


def checked_trainer(fields: TrainerFields, wrong: Wrong) -> TrainerFields:
    """Return `fields` cleaned; report to `wrong` what is wrong: an external trainer has a company."""
    clean = replace(
        fields,
        code=wrong.code("code", fields.code),
        first_name=wrong.text("first_name", fields.first_name, limit=100, required=True),
        last_name=wrong.text("last_name", fields.last_name, limit=100),
        type=wrong.choice("type", fields.type, TrainerType.values),
        email=wrong.email("email", fields.email),
        company_name=wrong.text("company_name", fields.company_name, limit=200),
    )
    if clean.type == TrainerType.EXTERNAL and not clean.company_name:
        wrong.add("company_name", "REQUIRED", _("Give the company of an external trainer."))
    return clean


def checked_venue(fields: VenueFields, wrong: Wrong) -> VenueFields:
    """Return `fields` cleaned; report to `wrong` a blank name or a capacity out of bounds."""
    wrong.within("capacity", fields.capacity, 1, MOST_SEATS, N_("attendees"))
    return replace(
        fields,
        name=wrong.text("name", fields.name, limit=200, required=True),
        location=wrong.text("location", fields.location, limit=200),
    )


def time_inside(slots: Iterable[tuple[datetime, datetime]], first: datetime, after: datetime) -> timedelta:
    """Return how much of `slots` (start, end) lies from `first` until `after`: a week's load (domain.md §5).

    All times are aware; an hour is an hour, also in the night when clocks change.
    """
    # In UTC, because within one zone Python compares and subtracts what the clock on the wall shows.
    first, after = first.astimezone(UTC), after.astimezone(UTC)
    inside = timedelta()
    for starts_at, ends_at in slots:
        begin, end = max(starts_at.astimezone(UTC), first), min(ends_at.astimezone(UTC), after)
        inside += max(timedelta(), end - begin)
    return inside
