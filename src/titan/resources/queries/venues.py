"""Venues as lists and pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, is_found
from titan.resources.models import Venue


@dataclass(frozen=True)
class VenueView:
    """A venue; an inactive one is no longer chosen."""

    id: int
    name: str
    capacity: int
    location: str
    is_active: bool


COLUMNS = ("id", "name", "capacity", "location", "is_active")


def venue(venue_id: int) -> VenueView:
    """Return one venue; NotFound when there is none."""
    row = Venue.objects.filter(pk=venue_id).values_list(*COLUMNS).first()
    if row is None:
        raise NotFound("venue", venue_id)
    return VenueView(*row)


def list_venues(
    *,
    search: str | None = None,
    name: str | None = None,
    is_active: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[VenueView]:
    """Return a page of the venues by name; the total stands on the first page (at most three statements)."""
    venues = Venue.objects.annotate(place=by_code_point("name"))
    if name is not None:
        venues = venues.filter(name=name)
    if is_active is not None:
        venues = venues.filter(is_active=is_active)
    if search and search.strip():
        rows = venues.values_list("id", "name", "location")
        venues = venues.filter(pk__in=id_set(pk for pk, *texts in rows if is_found(search, *texts)))
    total = None if cursor else venues.count()
    if cursor:
        venues = venues.filter(place__gt=decode_cursor(cursor, str)[0])
    views = [VenueView(*row) for row in venues.order_by("place").values_list(*COLUMNS)[: limit + 1]]
    following = encode_cursor(views[limit - 1].name) if len(views) > limit else None
    return Page(views[:limit], following, total)
