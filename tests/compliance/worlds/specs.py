"""Plain values that say what a random site holds, and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

DAYS = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2025, 3, 1),
    date(2025, 12, 31),
    date(2026, 11, 24),
    date(2028, 2, 29),
)

Outcome = Literal["PENDING", "WITHDRAWN", "COMPETENT", "NOT_COMPETENT"]


@dataclass(frozen=True)
class Asked:
    """A requirement: of role or area number `holder`, pre-mob when `grace` is None."""

    of: Literal["role", "area"]
    holder: int
    course: int
    grace: int | None
    ended: bool = False


@dataclass(frozen=True)
class Person:
    """`role` and `areas` by number, each with days from the site's day to the assignment."""

    status: str
    role: tuple[int, int] | None
    areas: tuple[tuple[int, int], ...]
    former_areas: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Passed:
    """A record; `completed` and `expires` in days from the site's day (`expires` None: never)."""

    worker: int
    course: int
    completed: int
    expires: int | None
    result: str = "PASSED"
    revoked: bool = False


@dataclass(frozen=True)
class Waits:
    worker: int
    course: int
    completed: int
    outcome: Outcome


@dataclass(frozen=True)
class Longer:
    """An extension of a course's records that run out between two days, until a third; in days from the site's day."""

    course: int
    first: int
    last: int
    until: int
    revoked: bool = False


@dataclass(frozen=True)
class SiteSpec:
    """A whole site around `day`, by numbers."""

    day: date
    warning_days: int
    courses: int
    roles: int
    parents: tuple[int | None, ...]
    asked: tuple[Asked, ...]
    people: tuple[Person, ...]
    records: tuple[Passed, ...]
    competencies: tuple[Waits, ...]
    extensions: tuple[Longer, ...] = ()


@dataclass(frozen=True)
class Change:
    """Something that happens: `kind` decides what the numbers mean (each is taken modulo what there is)."""

    kind: str
    a: int
    b: int
    c: int
    d: int


KINDS = (
    "record",
    "revoke",
    "extend",
    "extend",
    "unextend",
    "competency",
    "decide",
    "role",
    "area_on",
    "area_off",
    "status",
    "role_requirement",
    "area_requirement",
    "move_area",
    "warning_days",
    "new_worker",
    "company",
    "name",
)
