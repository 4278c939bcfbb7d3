"""The audit log: who changed what, when and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.accounts.queries import user_names
from titan.api.caller import Caller, caller
from titan.api.fields import Day, Filters, Id, Shape
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.render import as_it_is
from titan.audit import queries
from titan.core.actor import Role, Via
from titan.core.page import Page
from titan.core.permit import need_reader

router = Router(tags=["audit"])


class EventWanted(Filters):
    """`actor` is a user's id; `from` and `to` are days in site time, both included."""

    entity: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    entity_id: Id | None = None
    actor: Id | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


class AuditFilters(PageFilters, EventWanted):
    """A page of those events."""


class ActorShape(Shape):
    """Who did it: `id` and `name` are null for the command line and the nightly sweep."""

    id: int | None
    name: str | None
    role: Role


class AuditEventShape(Shape):
    """One change. `before` and `after` hold ids and plain values."""

    id: int
    at: datetime
    actor: ActorShape
    via: Via
    action: str
    entity: str
    entity_id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str


@router.get("/audit", response=Listed[AuditEventShape])
@refuses_first(need_reader)
def list_audit_events(request: HttpRequest, filters: Query[AuditFilters]) -> Any:
    """What happened, newest first. For every role but trainers."""
    me = caller(request)
    page = queries.list_events(
        by=me.actor,
        zone=me.site.zone,
        entity=filters.entity,
        entity_id=filters.entity_id,
        actor_id=filters.actor,
        first_day=filters.from_,
        last_day=filters.to,
        limit=filters.limit,
        cursor=filters.cursor,
    )
    names = user_names(event.actor_id for event in page.items if event.actor_id is not None)
    return as_it_is(Page([_shape(event, names, me) for event in page.items], page.next_cursor, page.total))


def _shape(event: queries.Event, names: dict[int, str], me: Caller) -> dict[str, Any]:
    name = names.get(event.actor_id) if event.actor_id is not None else None
    return {
        "id": event.id,
        "at": me.clock(event.at),
        "actor": {"id": event.actor_id, "name": name, "role": event.actor_role},
        "via": event.via,
        "action": event.action,
        "entity": event.entity,
        "entity_id": event.entity_id,
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
    }
