"""Writing what differs: items, then the verdicts that are the worst of them (domain.md §9.4)."""

from __future__ import annotations

from typing import Any

from titan.compliance.dialect import among, ids, is_postgres, run
from titan.compliance.engine.judging import JUDGED_COLUMNS
from titan.compliance.engine.tables import ITEMS, VERDICTS
from titan.compliance.models import Severity
from titan.compliance.tallies import ITEM_CHANGES, VERDICT_CHANGES


def write_items(changes: int) -> None:
    """Write the items that the scratch table holds, `changes` in number: those that go, that differ, that are new."""
    if not changes:
        return
    columns = ", ".join(JUDGED_COLUMNS)
    kind = "CASE WHEN s.due_on IS NULL THEN 'PRE_MOB' ELSE 'POST_MOB' END"
    run(f"DELETE FROM {ITEMS} WHERE id IN (SELECT item_id FROM {ITEM_CHANGES} WHERE severity IS NULL)")
    run(
        f"""UPDATE {ITEMS} AS i SET requirement_type = {kind},
               {", ".join(f"{column} = s.{column}" for column in JUDGED_COLUMNS)}
        FROM {ITEM_CHANGES} s WHERE i.id = s.item_id AND s.severity IS NOT NULL"""
    )
    run(
        f"""INSERT INTO {ITEMS} (worker_id, course_id, requirement_type, {columns})
        SELECT s.worker_id, s.course_id, {kind}, {columns} FROM {ITEM_CHANGES} s WHERE s.item_id IS NULL
        ORDER BY s.worker_id, s.course_id"""
    )


def write_verdicts(workers: str | None, params: dict[str, Any]) -> int:
    """Bring the verdicts of `workers` (a SELECT; None: everyone) to the worst of their items (domain.md §9.4)."""
    changes = run(_verdict_changes(workers), params)
    if not changes:
        return 0
    run(f"DELETE FROM {VERDICTS} WHERE worker_id IN (SELECT worker_id FROM {VERDICT_CHANGES} WHERE severity IS NULL)")
    run(
        f"""UPDATE {VERDICTS} AS v SET severity = s.severity, company_id = s.company_id, name_key = s.name_key
        FROM {VERDICT_CHANGES} s WHERE v.worker_id = s.worker_id AND s.severity IS NOT NULL {_only("v", workers)}""",
        params,
    )
    run(
        f"""INSERT INTO {VERDICTS} (worker_id, severity, company_id, name_key)
        SELECT worker_id, severity, company_id, name_key FROM {VERDICT_CHANGES} WHERE was_severity IS NULL"""
    )
    return changes


def _verdict_changes(workers: str | None) -> str:
    scope = f"WHERE {among('w.id', workers)}" if workers else ""
    same = " AND ".join(f"v.{column} = j.{column}" for column in ("severity", "company_id", "name_key"))
    return f"""
    INSERT INTO {VERDICT_CHANGES} (worker_id, company_id, severity, name_key, was_company_id, was_severity)
    WITH judged AS MATERIALIZED (
        SELECT w.id AS worker_id, w.company_id, w.name_key, CASE WHEN w.status = 'ACTIVE' THEN COALESCE(
            (SELECT MIN(i.severity) FROM {ITEMS} i WHERE i.worker_id = w.id), {Severity.COMPLIANT}) END AS severity
        FROM personnel_worker w {scope}
    )
    SELECT j.worker_id, j.company_id, j.severity, j.name_key, v.company_id, v.severity
    FROM judged j LEFT JOIN {VERDICTS} v ON v.worker_id = j.worker_id {_only("v", workers)}
    WHERE ({same}) IS NOT TRUE AND (j.severity IS NOT NULL OR v.worker_id IS NOT NULL)"""


def _only(verdicts: str, workers: str | None) -> str:
    """Return the condition that `verdicts` are of workers whose ids are given; PostgreSQL may read everybody's else."""
    return f"AND {among(f'{verdicts}.worker_id', workers)}" if workers == ids("workers") and is_postgres() else ""
