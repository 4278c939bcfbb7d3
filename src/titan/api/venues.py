"""Venues."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Filters, Flag, Id, Name, QueryFlag, SearchText, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.core.actor import Actor
from titan.core.permit import need_admin
from titan.resources.commands import venues as commands
from titan.resources.queries import venues as queries
from titan.resources.rules import MOST_SEATS, VenueChanges, VenueFields

router = Router(tags=["venues"])

Location = Annotated[str, StringConstraints(max_length=200)]
Seats = Annotated[int, Field(ge=1, le=MOST_SEATS)]


class NewVenue(Body):
    name: Name
    capacity: Seats
    location: Location | None = None
    is_active: Flag = True


class VenueBody(Body):
    name: Name = UNSET
    capacity: Seats = UNSET
    location: Location | None = None
    is_active: Flag = UNSET


class VenueShape(Shape):
    id: int
    name: str
    capacity: int
    location: str
    is_active: bool


class VenueWanted(Filters):
    search: SearchText | None = None
    name: Name | None = None
    is_active: QueryFlag | None = None


class VenueFilters(PageFilters, VenueWanted):
    """A page of those venues."""


def _texts(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, "location": given["location"] or ""} if "location" in given else given


def may_not_write(by: Actor, venue_id: int) -> None:
    """Refuse who may not write, and a venue that does not exist."""
    need_admin(by)
    queries.venue(venue_id)


@router.get("/venues", response=Listed[VenueShape])
def list_venues(request: HttpRequest, filters: Query[VenueFilters]) -> Any:
    """Venues by name."""
    return queries.list_venues(**filters.model_dump())


@router.post("/venues", response={201: VenueShape})
@refuses_first(need_admin)
def create_venue(request: HttpRequest, payload: NewVenue) -> Any:
    """Make a venue."""
    me = caller(request)

    def work() -> Any:
        fields = VenueFields(**_texts(payload.model_dump()))
        return queries.venue(commands.create_venue(fields, by=me.actor, at=me.at))

    return once(request, 201, work)


@router.get("/venues/{venue_id}", response=VenueShape)
def one_venue(request: HttpRequest, venue_id: Id) -> Any:
    """One venue."""
    return queries.venue(venue_id)


@router.patch("/venues/{venue_id}", response=VenueShape)
@refuses_first(may_not_write)
def update_venue(request: HttpRequest, venue_id: Id, payload: VenueBody) -> Any:
    """Change a venue; sessions planned there stand as they are."""
    me = caller(request)
    commands.update_venue(venue_id, VenueChanges(**_texts(payload.changes())), by=me.actor, at=me.at)
    return queries.venue(venue_id)


@router.delete("/venues/{venue_id}", response={204: None})
@refuses_first(may_not_write)
def delete_venue(request: HttpRequest, venue_id: Id) -> Any:
    """Delete a venue that no session was ever planned in. 409 IN_USE otherwise."""
    me = caller(request)
    commands.delete_venue(venue_id, by=me.actor, at=me.at)
    return Status(204, None)
