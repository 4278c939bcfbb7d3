"""Calendar feeds: made, shown once, listed without their secret, revoked; and the calendar of one session."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router, Status

from titan.api.caller import caller
from titan.api.fields import Body, Id, Lax, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.session_checks import seen
from titan.api.shapes import TrainerShort, VenueShort
from titan.exchange.calendars.commands import feeds as commands
from titan.exchange.calendars.ics.calendar import MEDIA_TYPE
from titan.exchange.calendars.models import Kind
from titan.exchange.calendars.queries.feeds import FeedRow, list_feeds
from titan.exchange.calendars.reading import session_file
from titan.paper.address import public_root

router = Router(tags=["calendars"])

CALENDAR: dict[str, Any] = {
    "responses": {
        200: {
            "description": "A calendar (RFC 5545) with an event for each slot, cancelled ones included.",
            "content": {"text/calendar": {"schema": {"type": "string"}}},
        },
        409: {"description": "The session has no date yet."},
    }
}


class NewFeed(Body):
    """`kind` says what is followed; `trainer_id` or `venue_id` go with the kind of their name."""

    kind: Annotated[Kind, Lax]
    trainer_id: Id | None = None
    venue_id: Id | None = None
    name: str = ""


class FeedShape(Shape):
    """A feed without its address, which nobody can read back. `prefix`: how that begins."""

    id: int
    kind: Kind
    trainer: TrainerShort | None
    venue: VenueShort | None
    name: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class IssuedFeedShape(FeedShape):
    """`address` is shown in the first answer only: null when the answer is repeated."""

    address: str | None


@router.get("/calendar-feeds", response=Listed[FeedShape])
def list_calendar_feeds(request: HttpRequest, filters: Query[PageFilters]) -> Any:
    """Your own feeds, newest first, revoked ones included."""
    page = list_feeds(by=caller(request).actor, limit=filters.limit, cursor=filters.cursor)
    return {"items": [_shape(row) for row in page.items], "next_cursor": page.next_cursor, "total": page.total}


@router.post("/calendar-feeds", response={201: IssuedFeedShape})
def create_calendar_feed(request: HttpRequest, payload: NewFeed) -> Any:
    """Make a feed: an address that a calendar program reads without signing in, as you.

    Admins and auditors follow any sessions, a trainer their own.
    """
    me = caller(request)

    def work() -> dict[str, Any]:
        made = commands.make_feed(
            payload.kind,
            trainer_id=payload.trainer_id,
            venue_id=payload.venue_id,
            name=payload.name,
            by=me.actor,
            at=me.at,
        )
        return {**_shape(made.row), "address": public_root(request) + reverse("calendar_feed", args=[made.token])}

    return once(request, 201, work, secret_fields=("address",))


@router.delete("/calendar-feeds/{feed_id}", response={204: None})
def revoke_calendar_feed(request: HttpRequest, feed_id: Id) -> Any:
    """Revoke a feed; its address gives nothing from now on."""
    commands.revoke_feed(feed_id, by=caller(request).actor, at=caller(request).at)
    return Status(204, None)


@router.get("/sessions/{session_id}/calendar.ics", openapi_extra=CALENDAR)
@refuses_first(seen)
def session_calendar(request: HttpRequest, session_id: Id) -> Any:
    """The calendar of one session, to import once."""
    me, root = caller(request), public_root(request)
    found = session_file(
        session_id,
        link=lambda pk: root + reverse("session", args=[pk]),
        language=me.language,
        by=me.actor,
        at=me.at,
    )
    response = HttpResponse(found.content, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="session-{session_id}.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


def _shape(row: FeedRow) -> dict[str, Any]:
    names = ("id", "kind", "name", "prefix", "created_at", "revoked_at", "last_used_at")
    return {
        **{name: getattr(row, name) for name in names},
        "trainer": {"id": row.trainer_id, "name": row.trainer} if row.trainer_id else None,
        "venue": {"id": row.venue_id, "name": row.venue, "capacity": row.venue_capacity} if row.venue_id else None,
    }
