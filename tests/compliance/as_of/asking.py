"""As of: what was true on a day is still the answer, whatever happened since (domain.md §3, §9); how the tests ask."""

from __future__ import annotations

from datetime import date

from tests import cast
from tests.compliance.lives import Life, Stood, untitled
from titan.compliance.queries.as_of import AsOf, Known, worker_as_of
from titan.compliance.queries.items import Item
from titan.core.actor import Role

FIRST = date(2026, 11, 2)
AUDITOR = cast.actor(Role.AUDITOR)


def asked(life: Life, worker_id: int, on: date, known: Known = Known.THEN) -> AsOf:
    """Ask, as an auditor at the present moment of the life."""
    return worker_as_of(worker_id, on, known=known, by=AUDITOR, at=life.at)


def statuses(life: Life, worker_id: int, *days: date, known: Known = Known.THEN) -> list[str | None]:
    """Return the overall status on each of these days."""
    return [asked(life, worker_id, day, known).overall_status for day in days]


def as_stood(found: AsOf) -> Stood:
    """Return an answer in the form in which the live engine's was kept."""
    names = Item.__dataclass_fields__
    items = [untitled(Item(**{name: getattr(item, name) for name in names})) for item in found.items]
    return Stood(found.overall_status, tuple(sorted(items, key=lambda item: item.course_id)))
