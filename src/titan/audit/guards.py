"""What was said stays said: the audit log is only ever added to, but for the words about a person who was erased."""

from __future__ import annotations

from titan.core.erasing import is_erased
from titan.core.guards import conflict_means, register
from titan.core.triggers import ALWAYS, Both, differs, refuse

TEXTS = ("remarks", "user_id")
"""What an erasure takes out of `before` and `after`: free words, and the login that somebody had."""


def _of(table: str) -> str:
    return f"(SELECT r.worker_id FROM {table} r WHERE r.id = OLD.entity_id)"


def _may_blank(worker_of_session: str, without: str) -> str:
    """Return the condition that a change blanks words about an erased worker, and nothing else."""
    blanked = " AND ".join(
        f"NOT (NEW.{column} IS DISTINCT FROM OLD.{column} AND NEW.{column} IS DISTINCT FROM {without.format(column)})"
        for column in ("before", "after")
    )
    about = (
        f"CASE OLD.entity WHEN 'worker' THEN OLD.entity_id"
        f" WHEN 'training_record' THEN {_of('records_trainingrecord')}"
        f" WHEN 'competency_record' THEN {_of('records_competencyrecord')}"
        f" WHEN 'session' THEN {worker_of_session} END"
    )
    same = differs("id", "at", "actor_id", "actor_role", "via", "action", "entity", "entity_id")
    return f"NOT {same} AND NEW.reason IN ('', OLD.reason) AND {blanked} AND {is_erased(about)}"


SQLITE = {
    "worker": "COALESCE(json_extract({0}.before, '$.worker_id'), json_extract({0}.after, '$.worker_id'))",
    "without": "json_remove({0}, " + ", ".join(f"'$.{name}'" for name in TEXTS) + ")",
}
POSTGRESQL = {
    "worker": "COALESCE({0}.before ->> 'worker_id', {0}.after ->> 'worker_id')::bigint",
    "without": "({0}" + "".join(f" - '{name}'" for name in TEXTS) + ")",
}


register(
    [
        refuse(
            "audit_immutable",
            "audit_auditevent",
            "AUDIT_IMMUTABLE",
            update=Both(
                *(
                    f"NOT COALESCE({_may_blank(one['worker'].format('OLD'), one['without'].replace('{0}', 'OLD.{0}'))},"
                    " FALSE)"
                    for one in (SQLITE, POSTGRESQL)
                )
            ),
            delete=ALWAYS,
            truncate=True,
        )
    ]
)
conflict_means("^AUDIT_IMMUTABLE$", "AUDIT_IMMUTABLE", "The audit log cannot be changed or deleted.")
