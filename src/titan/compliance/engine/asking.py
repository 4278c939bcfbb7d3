"""Which courses are asked of whom (domain.md §9.1), and which nobody asks for any more."""

from __future__ import annotations

from titan.compliance.dialect import among, date_sql, ids, is_postgres, plus
from titan.compliance.engine.tables import ITEMS
from titan.compliance.tallies import number_of_items
from titan.core.command import Touched


def asked_of(touched: Touched, scope: str | None) -> str:
    """Return the requirements of the active workers in scope: role's, areas', ancestors'; the strictest one each."""
    course = "" if touched.courses is None else f"AND {among('r.course_id', ids('courses'))}"
    given = _given(scope) if scope and not touched.rules_changed else ""
    people, assigned = ("people", "assigned") if given else ("personnel_worker", "personnel_areaassignment")
    # Workers in order of their ids keep the sorting and every look-up that follows close together; so does the order
    # of what is asked, which halves the time on PostgreSQL.
    status = "w.status" if is_postgres() else "+w.status"
    worker = f"{status} = 'ACTIVE'" + (f" AND {among('w.id', scope)}" if scope and not given else "")

    def due(anchor: str) -> str:
        return f"COALESCE({plus(anchor, 'r.grace_period_days')}, {date_sql('before_entry')})"

    return f"""
    lineage(area_id, ancestor_id) AS MATERIALIZED (
        SELECT id, id FROM personnel_area
        UNION
        SELECT l.area_id, a.parent_id FROM lineage l
        JOIN personnel_area a ON a.id = l.ancestor_id WHERE a.parent_id IS NOT NULL
    ),
    {given}
    asked(worker_id, course_id, due_on) AS MATERIALIZED (
        SELECT worker_id, course_id, NULLIF(MIN(due_on), {date_sql("before_entry")})
        FROM (
            SELECT w.id AS worker_id, r.course_id, {due("w.role_assigned_on")} AS due_on
            FROM {people} w
            JOIN compliance_rolerequirement r ON r.role_id = w.role_id AND r.until IS NULL
            WHERE {worker} {course}
            UNION ALL
            SELECT w.id, r.course_id, {due("a.assigned_on")}
            FROM {people} w
            JOIN {assigned} a ON a.worker_id = w.id AND a.until IS NULL
            JOIN lineage l ON l.area_id = a.area_id
            JOIN compliance_arearequirement r ON r.area_id = l.ancestor_id AND r.until IS NULL
            WHERE {worker} {course}
        ) AS source GROUP BY worker_id, course_id ORDER BY worker_id, course_id
    )"""


def _given(scope: str) -> str:
    """Return the common tables of workers whose ids are given, and of where they are assigned.

    Looked up first: PostgreSQL would begin with everybody who works in an area that asks, and grow with the site.
    """
    return f"""
    people AS MATERIALIZED (
        SELECT id, role_id, role_assigned_on, status FROM personnel_worker WHERE {among("id", scope)}
    ),
    assigned AS MATERIALIZED (
        SELECT worker_id, area_id, assigned_on, until FROM personnel_areaassignment
        WHERE {among("worker_id", scope)} AND until IS NULL
    ),"""


def scope_of(touched: Touched) -> str:
    """Return the ids of the touched workers, as `among` takes them.

    Whom a role or an area touches does not change meanwhile: whoever changes rules is alone.
    """
    if not touched.rules_changed:
        return ids("workers")
    return f"""(
        WITH RECURSIVE below(area_id) AS (
            SELECT id FROM personnel_area WHERE {among("id", ids("areas"))}
            UNION
            SELECT a.id FROM below JOIN personnel_area a ON a.parent_id = below.area_id
        )
        SELECT id FROM personnel_worker WHERE {among("id", ids("workers"))}
        UNION SELECT id FROM personnel_worker WHERE {among("role_id", ids("roles"))}
        UNION SELECT worker_id FROM personnel_areaassignment
              WHERE until IS NULL AND area_id IN (SELECT area_id FROM below))"""


def gone_of(touched: Touched, scope: str | None) -> str:
    """Return the SELECT of the stored items that nobody asks for any more, of everyone `touched`.

    Of everything, they are looked for only when there are more items than are asked for: each pair is unique on both
    sides, so that as many as asked are the same ones.
    """
    some = ""
    if touched.everyone and touched.courses is None:
        some = f"""(SELECT {number_of_items()} FROM {ITEMS}) > (SELECT COUNT(*) FROM asked) - (
            SELECT COUNT(*) FROM changed WHERE item_id IS NULL) AND"""
    worker = f"{among('g.worker_id', scope)} AND" if scope else ""
    course = f"{among('g.course_id', ids('courses'))} AND" if touched.courses is not None else ""
    return f"""
    UNION ALL
    SELECT g.id, g.worker_id, g.course_id, NULL, NULL, NULL, NULL, NULL, g.severity, g.expires_on FROM {ITEMS} g
    WHERE {some} {worker} {course}
    NOT EXISTS (SELECT 1 FROM asked q WHERE q.worker_id = g.worker_id AND q.course_id = g.course_id)"""


def asked_by_the_calendar() -> str:
    """Return the requirements of the items whose day to change by themselves has come, as they are stored."""
    return f"""
    asked(worker_id, course_id, due_on) AS MATERIALIZED (
        SELECT worker_id, course_id, due_on FROM {ITEMS} WHERE next_change_on <= {date_sql("today")}
        ORDER BY worker_id, course_id
    )"""
