"""The only writer of the audit log: what a unit of work said, in one statement, in its transaction."""

from __future__ import annotations

from titan.audit.models import AuditEvent
from titan.core.bulk import insert_rows
from titan.core.command import Unit


def write_events(unit: Unit) -> None:
    """Write everything `unit` said, with who, when and through which face."""
    insert_rows(
        AuditEvent,
        [
            {
                "at": unit.at,
                "actor_id": unit.by.user_id,
                "actor_role": unit.by.role.value,
                "via": unit.by.via.value,
                "action": event.action,
                "entity": event.entity,
                "entity_id": event.entity_id,
                "before": event.before,
                "after": event.after,
                "reason": event.reason,
            }
            for event in unit.events
        ],
        returning=(),
    )
