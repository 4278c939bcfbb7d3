"""Whether a trainer and a venue are free."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from titan.api.caller import caller
from titan.api.fields import Filters, Id, Moment, Shape
from titan.api.order import refuses_first
from titan.api.session_shapes import SessionListShape, listed_sessions
from titan.core.permit import need_reader
from titan.training.queries.availability import availability

router = Router(tags=["availability"])


class AvailabilityFilters(Filters):
    """When; and whom or where to ask about. `exclude_session_id` is left out of account."""

    starts_at: Moment
    ends_at: Moment
    trainer_id: Id | None = None
    venue_id: Id | None = None
    exclude_session_id: Id | None = None


class AvailabilityShape(Shape):
    """Null: not asked about. `conflicts`: the scheduled and completed sessions that are in the way."""

    trainer_available: bool | None
    venue_available: bool | None
    conflicts: list[SessionListShape]


@router.get("/availability", response=AvailabilityShape)
@refuses_first(need_reader)
def show_availability(request: HttpRequest, filters: Query[AvailabilityFilters]) -> Any:
    """Whether a trainer and a venue are free at a time; back-to-back is no conflict."""
    found = availability(**filters.model_dump(), by=caller(request).actor)
    return {
        "trainer_available": found.trainer_available,
        "venue_available": found.venue_available,
        "conflicts": listed_sessions(found.conflicts),
    }
