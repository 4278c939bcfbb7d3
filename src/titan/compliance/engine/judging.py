"""What the items should be: the proof, the status, the day of the next change (domain.md §9.2, §9.3, §9.5)."""

from __future__ import annotations

from titan.compliance.dialect import date_sql, differs, is_postgres, plus
from titan.compliance.engine.tables import ITEMS
from titan.compliance.models import Severity
from titan.compliance.tallies import ITEM_CHANGES

JUDGED_COLUMNS = ("due_on", "severity", "record_id", "expires_on", "next_change_on")


def changes(asked: str, *, gone: str = "") -> str:
    """Return the statement that writes into the scratch table what is to change: what is `asked`, what is `gone`."""
    changed = " OR ".join(differs(f"i.{column}", f"j.{column}") for column in JUDGED_COLUMNS)
    return f"""
    INSERT INTO {ITEM_CHANGES} (item_id, worker_id, course_id, {", ".join(JUDGED_COLUMNS)}, was_severity,
                                was_expires_on)
    WITH RECURSIVE {asked}, {_weighed()},
    changed AS MATERIALIZED (
        SELECT i.id AS item_id, j.worker_id, j.course_id, {", ".join(f"j.{column}" for column in JUDGED_COLUMNS)},
               i.severity AS was_severity, i.expires_on AS was_expires_on
        FROM ({_judged()}) j LEFT JOIN {ITEMS} i ON i.worker_id = j.worker_id AND i.course_id = j.course_id
        WHERE i.id IS NULL OR {changed}
           OR i.requirement_type <> CASE WHEN j.due_on IS NULL THEN 'PRE_MOB' ELSE 'POST_MOB' END
    )
    SELECT * FROM changed {gone}"""


def _weighed() -> str:
    """Return what is asked with its verdict (§9.3).

    What is computed is marked as materialized, because SQLite would otherwise compute it again for each mention; what
    only renames is a subquery, because a named one below another that is read twice would be written down as well.
    """
    severity = severity_sql(
        "p.valid_until",
        "1",
        "p.due_on",
        """EXISTS (SELECT 1 FROM records_competencyrecord c WHERE c.worker_id = p.worker_id
                   AND c.course_id = p.course_id AND c.status = 'PENDING' AND c.revoked_at IS NULL)""",
    )
    best, proved = _proved()
    return f"""{best}
    weighed AS MATERIALIZED (
        SELECT p.worker_id, p.course_id, p.due_on, p.record_id,
               NULLIF(p.valid_until, {date_sql("forever")}) AS expires_on, {severity} AS severity
        FROM ({proved}) p
    )"""


def _judged() -> str:
    """Return the SELECT of what is weighed, with the day on which that changes by itself (§9.5)."""
    return f"""
        SELECT w.*, CASE severity
               WHEN {Severity.COMPLIANT} THEN {plus("expires_on", "%(warning_days)s")}
               WHEN {Severity.EXPIRING} THEN {plus("expires_on", "1")}
               WHEN {Severity.IN_GRACE} THEN {plus("due_on", "1")} END AS next_change_on
        FROM weighed w"""


def _proved() -> tuple[str, str]:
    """Return what is asked with the record that proves it: of those valid today, the one that lasts longest (§9.2).

    A common table, and the SELECT from it. Id and last day come from one look-up in one index: as a row on PostgreSQL,
    as a text on SQLite.
    """
    found = f"""FROM records_trainingrecord r
            WHERE r.worker_id = q.worker_id AND r.course_id = q.course_id
              AND r.result = 'PASSED' AND r.revoked_at IS NULL AND r.valid_until >= {date_sql("today")}
            ORDER BY r.valid_until DESC, r.completed_on DESC, r.id DESC LIMIT 1"""
    if is_postgres():
        return (
            "",
            f"""
            SELECT q.worker_id, q.course_id, q.due_on, best.id AS record_id, best.valid_until
            FROM asked q LEFT JOIN LATERAL (SELECT r.id, r.valid_until {found}) best ON true""",
        )
    return (
        f"""
    best AS MATERIALIZED (
        SELECT q.worker_id, q.course_id, q.due_on, (SELECT r.valid_until || r.id {found}) AS record FROM asked q
    ),""",
        """
            SELECT worker_id, course_id, due_on, CAST(substr(record, 11) AS INTEGER) AS record_id,
                   substr(record, 1, 10) AS valid_until
            FROM best""",
    )


def severity_sql(valid_until: str, kind: str, due_on: str, pending: str) -> str:
    """Return the expression of an item's severity (the table of domain.md §9.3).

    Each argument is an SQL expression: the last valid day of the best proof (null: none valid today), 0 for PRE_MOB
    and 1 for POST_MOB, the due day, and whether a competency record waits for an assessor.
    """
    return f"""CASE
        WHEN {valid_until} > {date_sql("warn_to")} THEN {Severity.COMPLIANT}
        WHEN {valid_until} IS NOT NULL THEN {Severity.EXPIRING}
        WHEN {kind} = 1 AND {date_sql("today")} <= {due_on} THEN {Severity.IN_GRACE}
        WHEN {pending} THEN {Severity.AWAITING_VERIFICATION}
        ELSE {Severity.NON_COMPLIANT} END"""
