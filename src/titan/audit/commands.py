"""The only writer of the audit log: what a unit of work said, in one statement, in its transaction."""

from __future__ import annotations

from django.db import connection

from titan.audit.guards import POSTGRESQL, SQLITE
from titan.audit.models import AuditEvent
from titan.core.bulk import ids_param, ids_sql, insert_rows
from titan.core.command import Unit, current_unit
from titan.core.erasing import Person


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


def write_now() -> None:
    """Write what the running unit of work said so far, before its end: for one that is about to lock the ledger."""
    unit = current_unit()
    write_events(unit)
    unit.events, unit.told = [], True


def blank_events(person: Person) -> None:
    """Blank what people wrote about an erased worker in earlier events; ids, days and results stay."""
    table, theirs = AuditEvent._meta.db_table, ids_sql()
    say = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    before, after = (say["without"].format(column) for column in ("before", "after"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {table} SET reason = '', before = {before}, after = {after}
            WHERE (entity = 'worker' AND entity_id IN ({theirs}))
               OR (entity = 'training_record'
                   AND entity_id IN (SELECT id FROM records_trainingrecord WHERE worker_id IN ({theirs})))
               OR (entity = 'competency_record'
                   AND entity_id IN (SELECT id FROM records_competencyrecord WHERE worker_id IN ({theirs})))
               OR (entity = 'session' AND {say["worker"].format(table)} IN ({theirs}))""",
            [ids_param(person.worker_ids)] * 4,
        )
