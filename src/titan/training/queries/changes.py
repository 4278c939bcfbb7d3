"""What others changed of a session since somebody read it: for two people who edit the same one (domain.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from titan.accounts.queries import user_names
from titan.audit.queries import list_events
from titan.core.actor import Actor
from titan.training.access import need_visible
from titan.training.models import TrainingSession

# Each of these moves the session's version by one.
VERSIONED = frozenset(
    {
        "session.updated",
        "session.scheduled",
        "session.cancelled",
        "session.evidence_attached",
        "session.evidence_replaced",
        "session.finalized",
    }
)


@dataclass(frozen=True)
class Change:
    """One change of a session: who, when, and the columns that changed with their values before and after."""

    action: str
    by_name: str
    at: datetime
    before: dict[str, Any]
    after: dict[str, Any]


def changes_since(session_id: int, version: int, *, zone: ZoneInfo, by: Actor) -> list[Change]:
    """Return what was changed after `version`, oldest first (four statements). Raises NotFound, Forbidden."""
    need_visible(session_id, by=by)
    current = TrainingSession.objects.values_list("version", flat=True).get(pk=session_id)
    missed = max(0, current - version)
    events = list_events(by=by, zone=zone, entity="session", entity_id=session_id, limit=200).items
    found = [event for event in events if event.action in VERSIONED][:missed]
    names = user_names(event.actor_id for event in found if event.actor_id is not None)
    return [
        Change(event.action, names.get(event.actor_id or 0, ""), event.at, event.before or {}, event.after or {})
        for event in reversed(found)
    ]
