"""Feeds and events as the database sees them: a feed is what it was made as, and what was said stays said."""

from __future__ import annotations

from titan.core.guards import check_means, conflict_means, register
from titan.core.triggers import changed, history, refuse
from titan.exchange.calendars.models import Event, Feed

register(
    [
        refuse(
            "calendars_feed_fixed",
            Feed._meta.db_table,
            "FEED_FIXED",
            update=f"{changed(Feed, but=('name', 'revoked_at', 'last_used_at'))}"
            " OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at)",
        ),
        history(Event),
    ]
)

conflict_means("^FEED_FIXED$", "FEED_FIXED", "A feed stays what it was made as: revoke it, and make another one.")
check_means("feed_follows_what_it_says", "kind", "FEED_KIND", "Name the trainer or the venue that the feed follows.")
check_means("event_ends_after_start", "slots", "END_BEFORE_START", "Let each slot end after it starts.")
conflict_means(
    r"event_state_once|one_event_in_force|calendars_event\.uid",
    "CHANGED_MEANWHILE",
    "Somebody else changed this session at the same moment: read it again and repeat.",
)
