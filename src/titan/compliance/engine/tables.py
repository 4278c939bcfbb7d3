"""The tables of the engine: items and verdicts, and for each what is to change, for whoever writes and counts it."""

from __future__ import annotations

from titan.compliance.dialect import is_postgres, run
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.compliance.tallies import ITEM_CHANGES, VERDICT_CHANGES

ITEMS = ComplianceItem._meta.db_table
VERDICTS = WorkerVerdict._meta.db_table

SCRATCH = {
    ITEM_CHANGES: """item_id bigint, worker_id bigint, course_id bigint, due_on date, severity smallint,
        record_id bigint, expires_on date, next_change_on date, was_severity smallint, was_expires_on date""",
    VERDICT_CHANGES: """worker_id bigint, company_id bigint, severity smallint, name_key text,
        was_company_id bigint, was_severity smallint""",
}


def open_scratch() -> None:
    """Make sure that the scratch tables are there and empty; a change without `severity` is a row that goes."""
    ending = "ON COMMIT DELETE ROWS" if is_postgres() else ""
    statements = []
    for name, columns in SCRATCH.items():
        statements += [f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) {ending}", f"DELETE FROM {name}"]
    # SQLite takes one statement at a time; PostgreSQL would make us wait for each answer.
    for statement in [";".join(statements)] if is_postgres() else statements:
        run(statement)


def size_up(table: str) -> None:
    """Let PostgreSQL know how many rows a scratch table holds now, rather than guess."""
    if is_postgres():
        run(f"ANALYZE {table}")
