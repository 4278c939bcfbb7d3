"""Calendars: one's own feeds, what a calendar program reads under a feed's address, and the file of one session."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from titan.accounts.throttle import CALENDARS, client_address
from titan.core import clock
from titan.core.actor import Actor, Role
from titan.core.errors import Forbidden, Refusal
from titan.exchange.calendars.commands.feeds import NOTED_EVERY, make_feed, note_reading, revoke_feed
from titan.exchange.calendars.ics.calendar import MEDIA_TYPE, Link
from titan.exchange.calendars.models import Kind
from titan.exchange.calendars.queries.feeds import FeedRow, list_feeds
from titan.exchange.calendars.reading import CalendarFile, Refused, feed_file, session_file
from titan.paper.address import public_root
from titan.resources.models import Trainer, Venue
from titan.web.form import Form, Reading, sent_form
from titan.web.language import language_of_titles
from titan.web.query import given_text
from titan.web.visit import Visit, page, show

HEADERS = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex, nofollow, noarchive"}
FIELDS = ("kind", "trainer_id", "venue_id", "name")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """The feed with this secret as a calendar, for programs that sign in nowhere; nothing of it to anybody else.

    An address that was revoked is 410, any other that gives nothing 404, both without a word. Each network address may
    look 240 times a minute.
    """
    at, address = clock.now(), client_address(request.META)
    pause = CALENDARS.wait(address, at=at)
    if pause:
        return _with_headers(HttpResponse(status=429, headers={"Retry-After": str(pause)}))
    CALENDARS.failed(address, at=at)
    found = feed_file(token, links=lambda owner: _links(request, owner), at=at)
    if isinstance(found, Refused):
        return _with_headers(HttpResponse(status=410 if found is Refused.GONE else 404))
    if found.feed and found.owner and _is_to_note(found.feed, at):
        note_reading(found.feed.id, by=found.owner, at=at)
    return _with_headers(_conditional(request, found))


def _is_to_note(feed: FeedRow, at: Any) -> bool:
    return feed.last_used_at is None or feed.last_used_at <= at - NOTED_EVERY


def _conditional(request: HttpRequest, found: CalendarFile) -> HttpResponseBase:
    """Return the calendar, or 304 without it when the program has it already."""
    response = HttpResponse(found.content, content_type=MEDIA_TYPE, headers={"Content-Language": found.language})
    response["Content-Disposition"] = 'inline; filename="titan.ics"'
    seconds = int(found.changed_at.timestamp())
    answer = get_conditional_response(request, found.etag, seconds, response)
    answer = response if answer is None else answer
    answer["ETag"], answer["Last-Modified"] = found.etag, http_date(seconds)
    return answer


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _links(request: HttpRequest, owner: Actor) -> Link:
    """Return how the owner of a feed reaches a session: a trainer on the page of their own class."""
    root, name = public_root(request), "trainer_session" if owner.role is Role.TRAINER else "session"
    return lambda session_id: root + reverse(name, args=[session_id])


@require_GET
@page
def session_calendar(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The calendar of one session, to open in a calendar program."""
    found = session_file(
        session_id,
        link=_links(request, visit.actor),
        language=language_of_titles(),
        by=visit.actor,
        at=visit.at,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="session-{session_id}.ics"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(found.content, content_type=MEDIA_TYPE, headers=headers)


@never_cache
@require_http_methods(["GET", "POST"])
@page
def calendars_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The visitor's own feeds. The address of a new one is shown in the answer to its making, and nowhere else."""
    _need_follower(visit)
    form, made, status = _blank(request, visit), None, 200
    if request.method == "POST":
        read = Reading(request.POST)
        try:
            wanted = _wanted(read, visit)
            read.refuse()
            made = make_feed(**wanted, by=visit.actor, at=visit.at)
        except Refusal as refusal:
            form, status = sent_form(request, refusal), refusal.status
    cursor = given_text(request, "cursor") or None
    values = {
        "page": list_feeds(by=visit.actor, cursor=cursor),
        "form": form,
        "made": made,
        "address": public_root(request) + reverse("calendar_feed", args=[made.token]) if made else "",
        "followed": followed_words,
        "is_first": cursor is None,
        "here": "calendars",
        **_choices(visit),
    }
    return show(request, visit, "calendars/calendars.html", values, status=status)


@require_POST
@page
def calendar_revoke(request: HttpRequest, visit: Visit, feed_id: int) -> HttpResponse:
    """End a feed at once."""
    revoke_feed(feed_id, by=visit.actor, at=visit.at)
    messages.success(request, _("The feed is revoked; its address gives nothing any more."))
    return redirect("calendars")


def followed_words(row: FeedRow) -> str:
    """Return what a feed follows, in words."""
    if row.kind == Kind.TRAINER:
        return _("Trainer: %(name)s") % {"name": row.trainer}
    return _("Venue: %(name)s") % {"name": row.venue} if row.kind == Kind.VENUE else _("All sessions")


def _need_follower(visit: Visit) -> None:
    if not visit.follows_calendars:
        raise Forbidden(_("Admins and auditors follow any sessions; a trainer their own."))


def _blank(request: HttpRequest, visit: Visit) -> Form:
    """Return the form for a new feed, with what the address asks for."""
    if visit.actor.role is Role.TRAINER:
        return Form({})
    return Form(
        {"kind": Kind.ALL.value, **{name: given_text(request, name) for name in FIELDS if request.GET.get(name)}}
    )


def _wanted(read: Reading, visit: Visit) -> dict[str, Any]:
    """Return what the form asks for; of a trainer nothing but their own classes. Of the two lists the kind's counts."""
    if visit.actor.role is Role.TRAINER:
        return {"kind": Kind.TRAINER.value, "trainer_id": visit.actor.trainer_id, "name": read.plain("name")}
    kind = read.plain("kind")
    return {
        "kind": kind,
        "trainer_id": read.id("trainer_id") if kind == Kind.TRAINER else None,
        "venue_id": read.id("venue_id") if kind == Kind.VENUE else None,
        "name": read.plain("name"),
    }


def _choices(visit: Visit) -> dict[str, Any]:
    if visit.actor.role is Role.TRAINER:
        return {"kinds": [], "trainers": [], "venues": []}
    trainers = Trainer.objects.order_by("last_name", "first_name", "code")
    return {
        "kinds": [
            (Kind.ALL.value, _("All sessions")),
            (Kind.TRAINER.value, _("The classes of one trainer")),
            (Kind.VENUE.value, _("The classes in one venue")),
        ],
        "trainers": [(row.pk, f"{row.name} ({row.code})") for row in trainers],
        "venues": list(Venue.objects.order_by("name").values_list("id", "name")),
    }


urlpatterns = [
    path("account/calendars", calendars_page, name="calendars"),
    path("account/calendars/<int:feed_id>/revoke", calendar_revoke, name="calendar_revoke"),
    path("calendar/<str:token>.ics", calendar_feed, name="calendar_feed"),
    path("sessions/<int:session_id>/calendar.ics", session_calendar, name="session_calendar"),
]
