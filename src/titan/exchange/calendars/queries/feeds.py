"""Feeds: one's own as a list, and the one that an address belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from titan.accounts.rules import token_hash
from titan.core.actor import Actor
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.exchange.calendars.models import Feed
from titan.exchange.calendars.rules import looks_like_feed


@dataclass(frozen=True)
class FeedRow:
    """A feed without its secret, which nobody can read back. trainer, venue: names, empty where it follows none."""

    id: int
    user_id: int
    kind: str
    trainer_id: int | None
    trainer: str
    venue_id: int | None
    venue: str
    venue_capacity: int
    name: str
    prefix: str
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def list_feeds(*, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[FeedRow]:
    """Return a page of the caller's own feeds, newest first, revoked ones included (two statements)."""
    rows = Feed.objects.filter(user_id=by.user_id or 0)
    total = rows.count()
    if cursor is not None:
        rows = rows.filter(id__lt=decode_cursor(cursor, int)[0])
    found = [_row(row) for row in rows.select_related("trainer", "venue").order_by("-id")[: limit + 1]]
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more, total)


def one_feed(feed_id: int) -> FeedRow:
    """Return one feed (one statement)."""
    return _row(Feed.objects.select_related("trainer", "venue").get(pk=feed_id))


def feed_with(secret: str) -> FeedRow | None:
    """Return the feed whose address holds `secret`, revoked or not; one statement, none for what cannot be one."""
    if not looks_like_feed(secret):
        return None
    row = Feed.objects.select_related("trainer", "venue").filter(token_sha256=token_hash(secret)).first()
    return _row(row) if row else None


def _row(row: Feed) -> FeedRow:
    return FeedRow(
        id=row.pk,
        user_id=row.user_id,
        kind=row.kind,
        trainer_id=row.trainer_id,
        trainer=row.trainer.name if row.trainer else "",
        venue_id=row.venue_id,
        venue=row.venue.name if row.venue else "",
        venue_capacity=row.venue.capacity if row.venue else 0,
        name=row.name,
        prefix=row.prefix,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
