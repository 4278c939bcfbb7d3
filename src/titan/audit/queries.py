"""What the audit log knows: who changed what, when and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from titan.audit.models import AuditEvent
from titan.core.actor import Actor, Role, Via
from titan.core.clock import start_of_day
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.core.statements import Given, Shape, Statement, given, is_given

COLUMNS = (
    "id",
    "at",
    "actor_id",
    "actor_role",
    "via",
    "action",
    "entity",
    "entity_id",
    "before",
    "after",
    "reason",
)


@dataclass(frozen=True)
class Event:
    """One change: ids and plain values, no names of people."""

    id: int
    at: datetime
    actor_id: int | None
    actor_role: Role
    via: Via
    action: str
    entity: str
    entity_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


def last_change(entity: str, entity_id: int, names: Collection[str], *, by: Actor) -> Event | None:
    """Return the newest change of a thing that speaks of one of these fields, else its newest change (one statement).

    For every role but trainers; raises Forbidden. Looks at the newest fifty changes.
    """
    need_reader(by)
    rows = AuditEvent.objects.filter(entity=entity, entity_id=entity_id).order_by("-id").values(*COLUMNS)[:50]
    found = [Event(**row) for row in rows]
    return next((event for event in found if _spoken_of(event) & set(names)), found[0] if found else None)


def _spoken_of(event: Event) -> set[str]:
    after = event.after or {}
    return {*after, *(event.before or {}), *after.get("personal_fields", ())}


def list_events(
    *,
    by: Actor,
    zone: ZoneInfo,
    entity: str | None = None,
    entity_id: int | None = None,
    actor_id: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Event]:
    """Return a page of events, newest first; the days are site days, both included. One statement, not counted.

    For every role but trainers; raises Forbidden.
    """
    need_reader(by)
    wanted = is_given(
        entity=entity,
        entity_id=entity_id,
        actor_id=actor_id,
        since=start_of_day(first_day, zone) if first_day else None,
        until=start_of_day(last_day + timedelta(days=1), zone) if last_day else None,
        before_id=decode_cursor(cursor, int)[0] if cursor is not None else None,
    )
    found = [Event(*row) for row in _LISTED.rows(wanted, limit + 1)]
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more, None)


def _newest_first(shape: Shape) -> QuerySet[AuditEvent]:
    conditions = {
        **given(AuditEvent, "entity", "entity_id", "actor_id"),
        "since": Given("since", AuditEvent._meta.get_field("at")),
        "until": Given("until", AuditEvent._meta.get_field("at")),
        "before_id": Given("before_id", AuditEvent._meta.get_field("id")),
    }
    lookups = {"since": "at__gte", "until": "at__lt", "before_id": "id__lt"}
    rows = AuditEvent.objects.filter(**{lookups.get(name, name): conditions[name] for name in sorted(shape)})
    return rows.order_by("-id")


_LISTED = Statement(_newest_first, *COLUMNS)
