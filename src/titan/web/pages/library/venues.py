"""Venues: the list, and beside it the form of one (domain.md §5)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from titan.core.errors import Refusal
from titan.core.permit import need_admin, need_reader
from titan.resources.commands import venues as commands
from titan.resources.queries.venues import VenueView, list_venues, venue
from titan.resources.rules import VenueChanges, VenueFields
from titan.web.clash import returned_form
from titan.web.form import Form, Reading, expected_by, on_the_page, sent_form
from titan.web.pages.library.shelf import done, listed, show_shelf
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
        commands.create_venue(VenueFields(**_fields(request.POST)), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _venues(request, visit, sent_form(request, refusal), refusal=refusal)
    return done(request, _("The venue is there."), "venues")


@require_http_methods(["GET", "POST"])
@page
def venue_page(request: HttpRequest, visit: Visit, venue_id: int) -> HttpResponse:
    """Change one venue, beside the list."""
    need_admin(visit.actor)
    view = venue(venue_id)
    if request.method == "GET":
        return _venues(request, visit, _form_of(view), venue_id)
    try:
        changes = VenueChanges(**_fields(request.POST))
        expected = expected_by(request, lambda seen: VenueChanges(**_fields(seen)))
        commands.update_venue(venue_id, changes, expected=expected, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        form = returned_form(request, visit, refusal, _form_of(venue(venue_id)), ("venue", venue_id))
        return _venues(request, visit, form, venue_id, refusal=refusal)
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
        notice = f"{refusal.detail} {_('Make it not active instead.')}"
        form = replace(_form_of(view), notice=notice, refused=True)
        return _venues(request, visit, form, venue_id, refusal=refusal)
    return done(request, _("The venue is deleted."), "venues")


def _venues(
    request: HttpRequest, visit: Visit, form: Form, venue_id: int | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    status = on_the_page(refusal)
    found = listed(request, lambda search, cursor: list_venues(search=search, cursor=cursor))
    return show_shelf(
        request, visit, "venues.html", "venues", {**found, "form": form, "chosen": venue_id}, status=status
    )


def _form_of(view: VenueView) -> Form:
    texts = {"name": view.name, "capacity": str(view.capacity), "location": view.location}
    return Form({**texts, "is_active": "1" if view.is_active else ""})


def _fields(sent: QueryDict) -> dict[str, Any]:
    read = Reading(sent)
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
