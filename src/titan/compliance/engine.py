"""The compliance engine: one set-based implementation for one worker and for all (domain.md §9).

It computes what the items should be into a scratch table, compares, and writes only what differs. Statuses are
severities, so the worst is the smallest. Dates are compared with site today, which is always passed in.

Two transactions that touch the same worker must not judge from half of each other's facts. On PostgreSQL, whoever
changes facts of some workers holds the engine's lock shared and locks those workers, in order of their ids; whoever
changes a rule holds the engine's lock alone. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.bulk import ids_param, ids_sql
from titan.core.command import Touched

ENGINE_LOCK = 5_417_201

ITEM_COLUMNS = (
    "requirement_type",
    "due_on",
    "severity",
    "record_id",
    "expires_on",
    "next_change_on",
)


@dataclass(frozen=True)
class Written:
    """How many rows a run of the engine wrote; all zero when every verdict stood already."""

    items: int
    verdicts: int


def refresh_touched(touched: Touched, *, today: date, warning_days: int) -> Written:
    """Bring the items and verdicts of everyone `touched` up to date with the facts.

    today: the site's day. warning_days: how many days before its end a record counts as expiring. Both read under
    the engine's lock (`hold_engine`).
    """
    _open_scratch()
    if not touched.everyone:
        _scope(touched)
    params = _params(today, warning_days, courses=touched.courses)
    _run(_fill(_asked(touched), "asked"), params)
    items = _write_items(touched, params)
    return Written(items, _write_verdicts(None if touched.everyone else "SELECT worker_id FROM compliance_scope"))


def refresh_due(*, today: date, warning_days: int) -> Written:
    """Bring up to date the items whose day to change by themselves has come, and those workers' verdicts.

    Requirements stand as stored: only the calendar moved.
    """
    _open_scratch()
    params = _params(today, warning_days, courses=None)
    _run(_fill(_DUE.format(today=_date("today")), "due"), params)
    items = _run(_update_items(), params)
    return Written(items, _write_verdicts("SELECT worker_id FROM compliance_scratch"))


def severity_sql(valid_until: str, kind: str, due_on: str, pending: str) -> str:
    """Return the expression of an item's severity (the table of domain.md §9.3).

    Each argument is an SQL expression: the last valid day of the best proof (null: none valid today), 0 for PRE_MOB
    and 1 for POST_MOB, the due day, and whether a competency record waits for an assessor.
    """
    return f"""CASE
        WHEN {valid_until} > {_date("warn_to")} THEN {Severity.COMPLIANT}
        WHEN {valid_until} IS NOT NULL THEN {Severity.EXPIRING}
        WHEN {kind} = 1 AND {_date("today")} <= {due_on} THEN {Severity.IN_GRACE}
        WHEN {pending} THEN {Severity.AWAITING_VERIFICATION}
        ELSE {Severity.NON_COMPLIANT} END"""


def _params(today: date, warning_days: int, *, courses: set[int] | None) -> dict[str, Any]:
    return {
        "today": today.isoformat(),
        "warn_to": (today + timedelta(days=warning_days)).isoformat(),
        "warning_days": -warning_days,
        "courses": ids_param(courses or ()),
        "any_course": courses is None,
    }


def _run(sql: str, params: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _date(name: str) -> str:
    return f"%({name})s::date" if connection.vendor == "postgresql" else f"%({name})s"


def _plus(day: str, days: str) -> str:
    if connection.vendor == "postgresql":
        return f"({day} + ({days})::int)"
    return f"date({day}, ({days}) || ' days')"


def _differs(left: str, right: str) -> str:
    operator = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    return f"{left} {operator} {right}"


def _of_courses(column: str) -> str:
    return f"(%(any_course)s OR {column} IN ({ids_sql().replace('%s', '%(courses)s')}))"


def hold_engine(*, alone: bool) -> None:
    """Hold the engine's lock until the transaction ends; before reading anything that verdicts depend on.

    alone: because what is asked of many changed, or the calendar moved, rather than facts of single workers.
    """
    if connection.vendor == "postgresql":
        function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        _run(f"SELECT {function}(%(key)s)", {"key": ENGINE_LOCK})


def _open_scratch() -> None:
    ending = "ON COMMIT DELETE ROWS" if connection.vendor == "postgresql" else ""
    _run(
        f"""CREATE TEMPORARY TABLE IF NOT EXISTS compliance_scratch (
            worker_id bigint NOT NULL, course_id bigint NOT NULL, requirement_type varchar(8) NOT NULL, due_on date,
            severity smallint NOT NULL, record_id bigint, expires_on date, next_change_on date,
            PRIMARY KEY (worker_id, course_id)) {ending}""",
        {},
    )
    _run(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS compliance_scope (worker_id bigint PRIMARY KEY) {ending}",
        {},
    )
    _run("DELETE FROM compliance_scratch", {})


def _scope(touched: Touched) -> None:
    """Gather the touched workers; on PostgreSQL lock them, so that what follows sees what others committed."""
    _run("DELETE FROM compliance_scope", {})
    lock = "ORDER BY w.id FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""

    def one_of(name: str) -> str:
        return ids_sql().replace("%s", f"%({name})s")

    _run(
        f"""INSERT INTO compliance_scope (worker_id)
        WITH RECURSIVE below(area_id) AS (
            {one_of("areas")}
            UNION
            SELECT a.id FROM below JOIN personnel_area a ON a.parent_id = below.area_id
        ), chosen AS (
            {one_of("workers")}
            UNION SELECT id FROM personnel_worker WHERE role_id IN ({one_of("roles")})
            UNION SELECT worker_id FROM personnel_areaassignment
                  WHERE until IS NULL AND area_id IN (SELECT area_id FROM below)
        )
        SELECT w.id FROM personnel_worker w WHERE w.id IN (SELECT id FROM chosen) {lock}""",
        {
            "workers": ids_param(touched.workers),
            "roles": ids_param(touched.roles),
            "areas": ids_param(touched.areas),
        },
    )


def _asked(touched: Touched) -> str:
    """Return the requirements of the active workers in scope: role's, areas', ancestors'; the strictest one each."""
    scope = "" if touched.everyone else "AND w.id IN (SELECT worker_id FROM compliance_scope)"
    return f"""
    lineage(area_id, ancestor_id) AS (
        SELECT id, id FROM personnel_area
        UNION
        SELECT l.area_id, a.parent_id FROM lineage l
        JOIN personnel_area a ON a.id = l.ancestor_id WHERE a.parent_id IS NOT NULL
    ),
    source(worker_id, course_id, kind, due_on) AS (
        SELECT w.id, r.course_id, CASE r.type WHEN 'PRE_MOB' THEN 0 ELSE 1 END,
               {_plus("w.role_assigned_on", "r.grace_period_days")}
        FROM personnel_worker w
        JOIN compliance_rolerequirement r ON r.role_id = w.role_id AND r.until IS NULL
        WHERE w.status = 'ACTIVE' {scope} AND {_of_courses("r.course_id")}
        UNION ALL
        SELECT w.id, r.course_id, CASE r.type WHEN 'PRE_MOB' THEN 0 ELSE 1 END,
               {_plus("a.assigned_on", "r.grace_period_days")}
        FROM personnel_worker w
        JOIN personnel_areaassignment a ON a.worker_id = w.id AND a.until IS NULL
        JOIN lineage l ON l.area_id = a.area_id
        JOIN compliance_arearequirement r ON r.area_id = l.ancestor_id AND r.until IS NULL
        WHERE w.status = 'ACTIVE' {scope} AND {_of_courses("r.course_id")}
    ),
    asked(worker_id, course_id, kind, due_on) AS (
        SELECT worker_id, course_id, MIN(kind), CASE WHEN MIN(kind) = 1 THEN MIN(due_on) END
        FROM source GROUP BY worker_id, course_id
    )"""


_DUE = """
    due(worker_id, course_id, kind, due_on) AS (
        SELECT worker_id, course_id, CASE requirement_type WHEN 'PRE_MOB' THEN 0 ELSE 1 END, due_on
        FROM compliance_complianceitem WHERE next_change_on <= {today}
    )"""


def _fill(requirements: str, name: str) -> str:
    """Return the statement that writes into the scratch table what the items of `requirements` should be."""
    severity = severity_sql(
        "r.valid_until",
        "p.kind",
        "p.due_on",
        """EXISTS (SELECT 1 FROM records_competencyrecord c WHERE c.worker_id = p.worker_id
                   AND c.course_id = p.course_id AND c.status = 'PENDING' AND c.revoked_at IS NULL)""",
    )
    return f"""
    INSERT INTO compliance_scratch (worker_id, course_id, requirement_type, due_on, severity, record_id, expires_on,
                                    next_change_on)
    WITH RECURSIVE {requirements},
    proved AS (
        SELECT q.worker_id, q.course_id, q.kind, q.due_on, (
            SELECT r.id FROM records_trainingrecord r
            WHERE r.worker_id = q.worker_id AND r.course_id = q.course_id
              AND r.result = 'PASSED' AND r.revoked_at IS NULL AND r.valid_until >= {_date("today")}
            ORDER BY r.valid_until DESC, r.completed_on DESC, r.id DESC LIMIT 1) AS record_id
        FROM {name} q
    ),
    judged AS (
        SELECT p.worker_id, p.course_id, p.kind, p.due_on, p.record_id, r.expires_on, {severity} AS severity
        FROM proved p LEFT JOIN records_trainingrecord r ON r.id = p.record_id
    )
    SELECT worker_id, course_id, CASE kind WHEN 0 THEN 'PRE_MOB' ELSE 'POST_MOB' END, due_on, severity, record_id,
           expires_on,
           CASE severity
               WHEN {Severity.COMPLIANT} THEN {_plus("expires_on", "%(warning_days)s")}
               WHEN {Severity.EXPIRING} THEN {_plus("expires_on", "1")}
               WHEN {Severity.IN_GRACE} THEN {_plus("due_on", "1")} END
    FROM judged"""


def _write_items(touched: Touched, params: dict[str, Any]) -> int:
    scope = "" if touched.everyone else "i.worker_id IN (SELECT worker_id FROM compliance_scope) AND"
    gone = _run(
        f"""DELETE FROM {ComplianceItem._meta.db_table} AS i WHERE {scope} {_of_courses("i.course_id")}
        AND NOT EXISTS (SELECT 1 FROM compliance_scratch s
                        WHERE s.worker_id = i.worker_id AND s.course_id = i.course_id)""",
        params,
    )
    changed = _run(_update_items(), params)
    return gone + changed + _run(_insert_items(), params)


def _update_items() -> str:
    assignments = ", ".join(f"{column} = s.{column}" for column in ITEM_COLUMNS)
    differs = " OR ".join(_differs(f"i.{column}", f"s.{column}") for column in ITEM_COLUMNS)
    return f"""UPDATE {ComplianceItem._meta.db_table} AS i SET {assignments} FROM compliance_scratch s
        WHERE s.worker_id = i.worker_id AND s.course_id = i.course_id AND ({differs})"""


def _insert_items() -> str:
    columns = ", ".join(ITEM_COLUMNS)
    return f"""INSERT INTO {ComplianceItem._meta.db_table} (worker_id, course_id, {columns})
        SELECT worker_id, course_id, {columns} FROM compliance_scratch s
        WHERE NOT EXISTS (SELECT 1 FROM {ComplianceItem._meta.db_table} i
                          WHERE i.worker_id = s.worker_id AND i.course_id = s.course_id)"""


def _write_verdicts(workers: str | None) -> int:
    """Bring the verdicts of `workers` (a SELECT; None: everyone) to the worst of their items (domain.md §9.4)."""
    table = WorkerVerdict._meta.db_table
    scope = f"IN ({workers})" if workers else "IS NOT NULL"
    worst = f"""SELECT w.id AS worker_id, COALESCE(
            (SELECT MIN(i.severity) FROM compliance_complianceitem i WHERE i.worker_id = w.id),
            {Severity.COMPLIANT}) AS severity
        FROM personnel_worker w WHERE w.status = 'ACTIVE' AND w.id {scope}"""
    gone = _run(
        f"""DELETE FROM {table} WHERE worker_id {scope}
        AND NOT EXISTS (SELECT 1 FROM personnel_worker w WHERE w.id = {table}.worker_id AND w.status = 'ACTIVE')""",
        {},
    )
    changed = _run(
        f"""UPDATE {table} AS v SET severity = d.severity FROM ({worst}) AS d
        WHERE d.worker_id = v.worker_id AND d.severity <> v.severity""",
        {},
    )
    return (
        gone
        + changed
        + _run(
            f"""INSERT INTO {table} (worker_id, severity)
        SELECT d.worker_id, d.severity FROM ({worst}) AS d
        WHERE NOT EXISTS (SELECT 1 FROM {table} v WHERE v.worker_id = d.worker_id)""",
            {},
        )
    )
