"""Venues: the list, and beside it the form of one (domain.md §5)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.resources.commands import venues as commands
from titan.resources.queries.venues import list_venues, venue
from titan.resources.rules import VenueChanges, VenueFields
from titan.web.form import Form, Reading, sent_form
from titan.web.pages.library.shelf import done, query_without_cursor, show_shelf
from titan.web.query import given_text
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def venues_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Venues by name; admins add one beside the list."""
    need_reader(visit.actor)
    if request.method == "GET":
        return _venues(request, visit, Form({"is_active": "1"}))
    need_admin(visit.actor)
    try:
        commands.create_venue(VenueFields(**_fields(request)), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _venues(request, visit, sent_form(request, refusal), refusal=refusal)
    return done(request, _("The venue is there."), "venues")


@require_http_methods(["GET", "POST"])
@page
def venue_page(request: HttpRequest, visit: Visit, venue_id: int) -> HttpResponse:
    """Change one venue, beside the list."""
    need_admin(visit.actor)
    view = venue(venue_id)
    stands = {
        "name": view.name,
        "capacity": str(view.capacity),
        "location": view.location,
        "is_active": "1" if view.is_active else "",
    }
    if request.method == "GET":
        return _venues(request, visit, Form(stands), venue_id)
    try:
        commands.update_venue(venue_id, VenueChanges(**_fields(request)), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _venues(request, visit, sent_form(request, refusal), venue_id, refusal=refusal)
    return done(request, _("Saved."), "venues")


@require_POST
@page
def venue_delete(request: HttpRequest, visit: Visit, venue_id: int) -> HttpResponse:
    """Delete a venue that no session was ever planned in."""
    need_admin(visit.actor)
    view = venue(venue_id)
    try:
        commands.delete_venue(venue_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        stands = {"name": view.name, "capacity": str(view.capacity), "location": view.location}
        notice = f"{refusal.detail} {_('Make it not active instead.')}"
        form = Form({**stands, "is_active": "1" if view.is_active else ""}, notice=notice, refused=True)
        return _venues(request, visit, form, venue_id, refusal=refusal)
    return done(request, _("The venue is deleted."), "venues")


def _venues(
    request: HttpRequest, visit: Visit, form: Form, venue_id: int | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    if refusal and refusal.status in {403, 404}:
        raise refusal
    search, cursor = given_text(request, "search"), given_text(request, "cursor") or None
    values = {
        "page": list_venues(search=search or None, cursor=cursor),
        "search": search,
        "form": form,
        "chosen": venue_id,
        "query": query_without_cursor(request),
        "is_first": cursor is None,
    }
    return show_shelf(request, visit, "venues.html", "venues", values, status=refusal.status if refusal else 200)


def _fields(request: HttpRequest) -> dict[str, Any]:
    read = Reading(request.POST)
    found = {
        "name": read.text("name"),
        "capacity": read.number("capacity"),
        "location": read.text("location"),
        "is_active": read.ticked("is_active"),
    }
    read.refuse()
    return found


urlpatterns = [
    path("library/venues", venues_page, name="venues"),
    path("library/venues/<int:venue_id>", venue_page, name="library_venue"),
    path("library/venues/<int:venue_id>/delete", venue_delete, name="library_venue_delete"),
]
