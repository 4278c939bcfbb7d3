"""Making a feed, ending it, noting that it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from titan.accounts.models import User
from titan.core.actor import Actor, Role
from titan.core.command import Said as SaidInLog
from titan.core.command import Unit, command, nothing_changed, say
from titan.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from titan.core.language import _
from titan.exchange.calendars.models import Feed, Kind
from titan.exchange.calendars.queries.feeds import FeedRow, one_feed
from titan.exchange.calendars.rules import MOST_FEEDS, feed_token, may_follow, name_errors
from titan.resources.models import Trainer, Venue

NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True)
class IssuedFeed:
    """A feed just made. `token` is the secret of its address: shown now and never again."""

    token: str
    row: FeedRow


@command
def make_feed(
    kind: str,
    *,
    trainer_id: int | None = None,
    venue_id: int | None = None,
    name: str = "",
    by: Actor,
    at: datetime,
) -> IssuedFeed:
    """Make a feed of the caller's own that follows all sessions, one trainer or one venue.

    Raises Invalid (kind, trainer, venue or name wrong), Forbidden for what the caller may not follow, Conflict
    TOO_MANY_FEEDS when fifty are in use.
    """
    _need_valid(kind, trainer_id, venue_id, name)
    if by.user_id is None or not may_follow(by, kind, trainer_id):
        raise Forbidden(_("Admins and auditors follow any sessions; a trainer their own."))
    # The owner's row queues up who makes many at the same moment.
    if not User.objects.select_for_update().filter(pk=by.user_id, is_active=True).exists():
        raise NotFound("active user", by.user_id)
    if Feed.objects.filter(user_id=by.user_id, revoked_at=None).count() >= MOST_FEEDS:
        raise Conflict("TOO_MANY_FEEDS", _("You have %(most)s feeds. Revoke one first.") % {"most": MOST_FEEDS})
    made = feed_token()
    feed = Feed.objects.create(
        user_id=by.user_id,
        kind=kind,
        trainer_id=trainer_id,
        venue_id=venue_id,
        name=name.strip(),
        prefix=made.prefix,
        token_sha256=made.sha256,
        created_at=at,
    )
    after = {"user_id": by.user_id, "kind": kind, "trainer_id": trainer_id, "venue_id": venue_id}
    said = {name: value for name, value in after.items() if value is not None}
    say("calendar_feed.created", "calendar_feed", feed.pk, after=said)
    return IssuedFeed(made.secret, one_feed(feed.pk))


@command
def revoke_feed(feed_id: int, *, by: Actor, at: datetime) -> None:
    """End a feed at once. For its owner or a super admin, others get NotFound; revoking twice changes nothing."""
    feed = Feed.objects.filter(pk=feed_id).values("user_id").first()
    if feed is None or (by.role is not Role.SUPER_ADMIN and feed["user_id"] != by.user_id):
        raise NotFound("calendar feed", feed_id)
    if Feed.objects.filter(pk=feed_id, revoked_at=None).update(revoked_at=at) == 0:
        nothing_changed()
        return
    say("calendar_feed.revoked", "calendar_feed", feed_id, after={"user_id": feed["user_id"]})


@command
def note_reading(feed_id: int, *, by: Actor, at: datetime) -> None:
    """Note that a feed was read, at most once an hour, so that people see which ones are still in use."""
    unnoted = Q(last_used_at=None) | Q(last_used_at__lte=at - NOTED_EVERY)
    Feed.objects.filter(unnoted, pk=feed_id).update(last_used_at=at)
    nothing_changed()


def end_feeds_of_closed(unit: Unit) -> None:
    """Revoke the feeds of logins that `unit` closed, as their API tokens are; what an erased one called them goes."""
    closed = [event for event in unit.events if _closes(event)]
    for event in closed:
        feeds = Feed.objects.filter(user_id=event.entity_id)
        feeds.filter(revoked_at=None).update(revoked_at=unit.at)
        if "name" in ((event.after or {}).get("personal_fields") or ()):
            feeds.exclude(name="").update(name="")


def _closes(event: SaidInLog) -> bool:
    return event.action == "user.updated" and (event.after or {}).get("is_active") is False


def _need_valid(kind: str, trainer_id: int | None, venue_id: int | None, name: str) -> None:
    errors = name_errors(name)
    if kind not in Kind.values:
        errors.append(FieldError("kind", "UNKNOWN", _("Choose one of the list.")))
    wanted = {"trainer_id": (Kind.TRAINER, trainer_id, Trainer), "venue_id": (Kind.VENUE, venue_id, Venue)}
    for field, (of_kind, given, model) in wanted.items():
        if kind == of_kind and given is None:
            errors.append(FieldError(field, "REQUIRED", _("Choose which one to follow.")))
        elif kind != of_kind and given is not None:
            errors.append(FieldError(field, "NOT_ALLOWED", _("This belongs to another kind of feed: leave it out.")))
        elif given is not None and not model._default_manager.filter(pk=given).exists():
            errors.append(FieldError(field, "UNKNOWN", _("Choose one of the list.")))
    if errors:
        raise Invalid(errors)
