"""The compliance engine: one set-based implementation for one worker and for all (domain.md §9).

It computes what the items should be, keeps only what differs from what is stored in a scratch table, and writes that;
the verdicts and the counts (`tallies`) follow from what the scratch tables hold. Statuses are severities, so the worst
is the smallest. Dates are compared with site today, which is always passed in.

Two transactions that touch the same worker must not judge from half of each other's facts. On PostgreSQL, whoever
changes facts of some workers holds the engine's lock shared and locks those workers, in order of their ids; whoever
changes a rule holds the engine's lock alone. SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.tallies import ITEM_CHANGES, VERDICT_CHANGES, forget_nothings, recount, tally_changes
from titan.core.bulk import ids_param, ids_sql
from titan.core.command import Touched
from titan.records.models import FOREVER

ENGINE_LOCK = 5_417_201
ITEMS = ComplianceItem._meta.db_table
VERDICTS = WorkerVerdict._meta.db_table
RESTANDING = f"(SELECT worker_id FROM {ITEM_CHANGES} WHERE COALESCE(was_severity, -1) <> COALESCE(severity, -1))"

# A course asked before site entry is due before any day there is, so that it wins over every other.
BEFORE_ENTRY = date(1, 1, 1)

SCRATCH = {
    ITEM_CHANGES: """item_id bigint, worker_id bigint, course_id bigint, due_on date, severity smallint,
        record_id bigint, expires_on date, next_change_on date, was_severity smallint, was_expires_on date""",
    VERDICT_CHANGES: """worker_id bigint, company_id bigint, severity smallint, name_key text,
        was_company_id bigint, was_severity smallint""",
}
JUDGED_COLUMNS = ("due_on", "severity", "record_id", "expires_on", "next_change_on")


@dataclass(frozen=True)
class Written:
    """How many rows a run of the engine wrote; all zero when every verdict and every count stood already."""

    items: int
    verdicts: int
    counts: int = 0


def refresh_touched(touched: Touched, *, today: date, warning_days: int) -> Written:
    """Bring the items, verdicts and counts of everyone `touched` up to date with the facts.

    today: the site's day. warning_days: how many days before its end a record counts as expiring. Both read under
    the engine's lock (`hold_engine`).
    """
    _open_scratch()
    params = _params(today, warning_days, touched)
    scope = None if touched.everyone else _scope(touched)
    if scope is not None:
        _lock_workers(scope, params)
    items = _run(_changes(_asked(touched, scope), gone=_gone(touched, scope)), params)
    if touched.rules_changed:
        _size_up(ITEM_CHANGES)
    _write_items(items)
    if touched.everyone and touched.courses is None:
        return Written(items, _write_verdicts(None, params), recount(warning_days))
    # A rule about some courses changes nobody's company, name or status.
    only_items = touched.rules_changed and touched.courses is not None
    return Written(items, _write_verdicts(RESTANDING if only_items else scope, params), tally_changes())


def refresh_due(*, today: date, warning_days: int) -> Written:
    """Bring up to date the items whose day to change by themselves has come, and those workers' verdicts.

    Requirements stand as stored: only the calendar moved.
    """
    _open_scratch()
    due = f"""
    asked(worker_id, course_id, due_on) AS MATERIALIZED (
        SELECT worker_id, course_id, due_on FROM {ITEMS} WHERE next_change_on <= {_date("today")}
        ORDER BY worker_id, course_id
    )"""
    params = _params(today, warning_days, Touched())
    items = _run(_changes(due), params)
    _size_up(ITEM_CHANGES)
    _write_items(items)
    written = Written(items, _write_verdicts(RESTANDING, params), tally_changes())
    forget_nothings()
    return written


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


def hold_engine(*, alone: bool) -> None:
    """Hold the engine's lock until the transaction ends; before reading anything that verdicts depend on.

    alone: because what is asked of many changed, or the calendar moved, rather than facts of single workers.
    """
    if _is_postgres():
        function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        _run(f"SELECT {function}(%(key)s)", {"key": ENGINE_LOCK})


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _params(today: date, warning_days: int, touched: Touched) -> dict[str, Any]:
    return {
        "today": today.isoformat(),
        "warn_to": (today + timedelta(days=warning_days)).isoformat(),
        "warning_days": -warning_days,
        "workers": _ids_param(touched.workers),
        "roles": _ids_param(touched.roles),
        "areas": _ids_param(touched.areas),
        "courses": _ids_param(touched.courses or ()),
        "forever": FOREVER.isoformat(),
        "before_entry": BEFORE_ENTRY.isoformat(),
    }


def _run(sql: str, params: dict[str, Any] | None = None) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params or {})
        return int(cursor.rowcount)


def _date(name: str) -> str:
    return f"%({name})s::date" if _is_postgres() else f"%({name})s"


def _plus(day: str, days: str) -> str:
    return f"({day} + ({days})::int)" if _is_postgres() else f"date({day}, ({days}) || ' days')"


def _differs(left: str, right: str) -> str:
    return f"{left} {'IS DISTINCT FROM' if _is_postgres() else 'IS NOT'} {right}"


def _ids(name: str) -> str:
    """Return what follows IN or = ANY: the ids of the parameter `name`, in the form that finds its index."""
    return f"(%({name})s::bigint[])" if _is_postgres() else f"({ids_sql()})".replace("%s", f"%({name})s")


def _ids_param(ids: Iterable[int]) -> str:
    return f"{{{','.join(map(str, sorted(ids)))}}}" if _is_postgres() else ids_param(ids)


def _among(column: str, ids: str) -> str:
    """Return the condition that `column` is among `ids`: of `_ids`, or a SELECT in brackets."""
    return f"{column} {'= ANY' if _is_postgres() else 'IN'} {ids}"


def _open_scratch() -> None:
    """Make sure that the scratch tables are there and empty; a change without `severity` is a row that goes."""
    ending = "ON COMMIT DELETE ROWS" if _is_postgres() else ""
    statements = []
    for name, columns in SCRATCH.items():
        statements += [f"CREATE TEMPORARY TABLE IF NOT EXISTS {name} ({columns}) {ending}", f"DELETE FROM {name}"]
    # SQLite takes one statement at a time; PostgreSQL would make us wait for each answer.
    for statement in [";".join(statements)] if _is_postgres() else statements:
        _run(statement)


def _scope(touched: Touched) -> str:
    """Return the ids of the touched workers, as `_among` takes them.

    Whom a role or an area touches does not change meanwhile: whoever changes rules is alone.
    """
    if not touched.rules_changed:
        return _ids("workers")
    return f"""(
        WITH RECURSIVE below(area_id) AS (
            SELECT id FROM personnel_area WHERE {_among("id", _ids("areas"))}
            UNION
            SELECT a.id FROM below JOIN personnel_area a ON a.parent_id = below.area_id
        )
        SELECT id FROM personnel_worker WHERE {_among("id", _ids("workers"))}
        UNION SELECT id FROM personnel_worker WHERE {_among("role_id", _ids("roles"))}
        UNION SELECT worker_id FROM personnel_areaassignment
              WHERE until IS NULL AND area_id IN (SELECT area_id FROM below))"""


def _size_up(table: str) -> None:
    """Let PostgreSQL know how many rows a scratch table holds now, rather than guess."""
    if _is_postgres():
        _run(f"ANALYZE {table}")


def _lock_workers(scope: str, params: dict[str, Any]) -> None:
    """Let nobody else judge these workers until the transaction ends; what follows sees what others committed."""
    if _is_postgres():
        _run(
            f"""SELECT COUNT(*) FROM (SELECT 1 FROM personnel_worker WHERE {_among("id", scope)}
            ORDER BY id FOR NO KEY UPDATE) AS locked""",
            params,
        )


def _gone(touched: Touched, scope: str | None) -> str:
    """Return the SELECT of the stored items that nobody asks for any more, of everyone `touched`.

    Of everything, they are looked for only when there are more items than are asked for: each pair is unique on both
    sides, so that as many as asked are the same ones.
    """
    some = ""
    if touched.everyone and touched.courses is None:
        some = f"""(SELECT COUNT(*) FROM {ITEMS}) > (SELECT COUNT(*) FROM asked) - (
            SELECT COUNT(*) FROM changed WHERE item_id IS NULL) AND"""
    worker = f"{_among('g.worker_id', scope)} AND" if scope else ""
    course = f"{_among('g.course_id', _ids('courses'))} AND" if touched.courses is not None else ""
    return f"""
    UNION ALL
    SELECT g.id, g.worker_id, g.course_id, NULL, NULL, NULL, NULL, NULL, g.severity, g.expires_on FROM {ITEMS} g
    WHERE {some} {worker} {course}
    NOT EXISTS (SELECT 1 FROM asked q WHERE q.worker_id = g.worker_id AND q.course_id = g.course_id)"""


def _asked(touched: Touched, scope: str | None) -> str:
    """Return the requirements of the active workers in scope: role's, areas', ancestors'; the strictest one each."""
    course = "" if touched.courses is None else f"AND {_among('r.course_id', _ids('courses'))}"
    # Workers in order of their ids keep the sorting and every look-up that follows close together; so does the order
    # of what is asked, which halves the time on PostgreSQL.
    status = "w.status" if _is_postgres() else "+w.status"
    worker = f"{status} = 'ACTIVE'" + (f" AND {_among('w.id', scope)}" if scope else "")

    def due(anchor: str) -> str:
        return f"COALESCE({_plus(anchor, 'r.grace_period_days')}, {_date('before_entry')})"

    return f"""
    lineage(area_id, ancestor_id) AS MATERIALIZED (
        SELECT id, id FROM personnel_area
        UNION
        SELECT l.area_id, a.parent_id FROM lineage l
        JOIN personnel_area a ON a.id = l.ancestor_id WHERE a.parent_id IS NOT NULL
    ),
    asked(worker_id, course_id, due_on) AS MATERIALIZED (
        SELECT worker_id, course_id, NULLIF(MIN(due_on), {_date("before_entry")})
        FROM (
            SELECT w.id AS worker_id, r.course_id, {due("w.role_assigned_on")} AS due_on
            FROM personnel_worker w
            JOIN compliance_rolerequirement r ON r.role_id = w.role_id AND r.until IS NULL
            WHERE {worker} {course}
            UNION ALL
            SELECT w.id, r.course_id, {due("a.assigned_on")}
            FROM personnel_worker w
            JOIN personnel_areaassignment a ON a.worker_id = w.id AND a.until IS NULL
            JOIN lineage l ON l.area_id = a.area_id
            JOIN compliance_arearequirement r ON r.area_id = l.ancestor_id AND r.until IS NULL
            WHERE {worker} {course}
        ) AS source GROUP BY worker_id, course_id ORDER BY worker_id, course_id
    )"""


def _changes(asked: str, *, gone: str = "") -> str:
    """Return the statement that writes into the scratch table what is to change: what is `asked`, what is `gone`."""
    differs = " OR ".join(_differs(f"i.{column}", f"j.{column}") for column in JUDGED_COLUMNS)
    return f"""
    INSERT INTO {ITEM_CHANGES} (item_id, worker_id, course_id, {", ".join(JUDGED_COLUMNS)}, was_severity,
                                was_expires_on)
    WITH RECURSIVE {asked}, {_weighed()},
    changed AS MATERIALIZED (
        SELECT i.id AS item_id, j.worker_id, j.course_id, {", ".join(f"j.{column}" for column in JUDGED_COLUMNS)},
               i.severity AS was_severity, i.expires_on AS was_expires_on
        FROM ({_judged()}) j LEFT JOIN {ITEMS} i ON i.worker_id = j.worker_id AND i.course_id = j.course_id
        WHERE i.id IS NULL OR {differs}
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
        SELECT p.worker_id, p.course_id, p.due_on, p.record_id, NULLIF(p.valid_until, {_date("forever")}) AS expires_on,
               {severity} AS severity
        FROM ({proved}) p
    )"""


def _judged() -> str:
    """Return the SELECT of what is weighed, with the day on which that changes by itself (§9.5)."""
    return f"""
        SELECT w.*, CASE severity
               WHEN {Severity.COMPLIANT} THEN {_plus("expires_on", "%(warning_days)s")}
               WHEN {Severity.EXPIRING} THEN {_plus("expires_on", "1")}
               WHEN {Severity.IN_GRACE} THEN {_plus("due_on", "1")} END AS next_change_on
        FROM weighed w"""


def _proved() -> tuple[str, str]:
    """Return what is asked with the record that proves it: of those valid today, the one that lasts longest (§9.2).

    A common table, and the SELECT from it. Id and last day come from one look-up in one index: as a row on PostgreSQL,
    as a text on SQLite.
    """
    found = f"""FROM records_trainingrecord r
            WHERE r.worker_id = q.worker_id AND r.course_id = q.course_id
              AND r.result = 'PASSED' AND r.revoked_at IS NULL AND r.valid_until >= {_date("today")}
            ORDER BY r.valid_until DESC, r.completed_on DESC, r.id DESC LIMIT 1"""
    if _is_postgres():
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


def _write_items(changes: int) -> None:
    if not changes:
        return
    columns = ", ".join(JUDGED_COLUMNS)
    kind = "CASE WHEN s.due_on IS NULL THEN 'PRE_MOB' ELSE 'POST_MOB' END"
    _run(f"DELETE FROM {ITEMS} WHERE id IN (SELECT item_id FROM {ITEM_CHANGES} WHERE severity IS NULL)")
    _run(
        f"""UPDATE {ITEMS} AS i SET requirement_type = {kind},
               {", ".join(f"{column} = s.{column}" for column in JUDGED_COLUMNS)}
        FROM {ITEM_CHANGES} s WHERE i.id = s.item_id AND s.severity IS NOT NULL"""
    )
    _run(
        f"""INSERT INTO {ITEMS} (worker_id, course_id, requirement_type, {columns})
        SELECT s.worker_id, s.course_id, {kind}, {columns} FROM {ITEM_CHANGES} s WHERE s.item_id IS NULL
        ORDER BY s.worker_id, s.course_id"""
    )


def _write_verdicts(workers: str | None, params: dict[str, Any]) -> int:
    """Bring the verdicts of `workers` (a SELECT; None: everyone) to the worst of their items (domain.md §9.4)."""
    changes = _run(_verdict_changes(workers), params)
    if not changes:
        return 0
    _run(f"DELETE FROM {VERDICTS} WHERE worker_id IN (SELECT worker_id FROM {VERDICT_CHANGES} WHERE severity IS NULL)")
    _run(
        f"""UPDATE {VERDICTS} AS v SET severity = s.severity, company_id = s.company_id, name_key = s.name_key
        FROM {VERDICT_CHANGES} s WHERE v.worker_id = s.worker_id AND s.severity IS NOT NULL"""
    )
    _run(
        f"""INSERT INTO {VERDICTS} (worker_id, severity, company_id, name_key)
        SELECT worker_id, severity, company_id, name_key FROM {VERDICT_CHANGES} WHERE was_severity IS NULL"""
    )
    return changes


def _verdict_changes(workers: str | None) -> str:
    judged, stored = (f"{_among(column, workers)} AND" if workers else "" for column in ("w.id", "g.worker_id"))
    # Nearly everybody is active, but SQLite's planner would read them by their status, in the order of their names.
    active = "w.status = 'ACTIVE'" if _is_postgres() else "+w.status = 'ACTIVE'"
    same = " AND ".join(f"v.{column} = j.{column}" for column in ("severity", "company_id", "name_key"))
    return f"""
    INSERT INTO {VERDICT_CHANGES} (worker_id, company_id, severity, name_key, was_company_id, was_severity)
    WITH judged AS MATERIALIZED (
        SELECT w.id AS worker_id, w.company_id, w.name_key, COALESCE(
            (SELECT MIN(i.severity) FROM {ITEMS} i WHERE i.worker_id = w.id), {Severity.COMPLIANT}) AS severity
        FROM personnel_worker w WHERE {judged} {active}
    )
    SELECT j.worker_id, j.company_id, j.severity, j.name_key, v.company_id, v.severity
    FROM judged j LEFT JOIN {VERDICTS} v ON v.worker_id = j.worker_id
    WHERE ({same}) IS NOT TRUE
    UNION ALL
    SELECT g.worker_id, NULL, NULL, NULL, g.company_id, g.severity FROM {VERDICTS} g
    WHERE {stored} NOT EXISTS (SELECT 1 FROM personnel_worker w WHERE w.id = g.worker_id AND w.status = 'ACTIVE')"""
