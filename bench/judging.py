"""The shortest statements that judge: what items should be, written where they differ."""

from __future__ import annotations

from datetime import date, timedelta

from bench import raw

_COLUMNS = ("requirement_type", "due_on", "severity", "record_id", "expires_on", "next_change_on")


def write_items(today: date, *, workers: str = "TRUE", courses: str = "TRUE") -> None:
    """Bring items up to `today`, in one statement.

    workers: a condition on `w`, a worker; courses: a condition on `r`, a requirement.
    """
    assigned = ", ".join(f"{column} = s.{column}" for column in _COLUMNS)
    differs = "IS DISTINCT FROM" if raw.is_postgres() else "IS NOT"
    changed = " OR ".join(f"i.{column} {differs} s.{column}" for column in _COLUMNS)
    raw.run(
        f"""WITH RECURSIVE {_asked(workers, courses)} UPDATE compliance_complianceitem AS i SET {assigned}
        FROM ({_judged(today)}) AS s
        WHERE s.worker_id = i.worker_id AND s.course_id = i.course_id AND ({changed})"""
    )


def new_items(today: date, *, workers: str) -> str:
    """Return the statement that writes the first items of workers who have none. workers: a condition on `w`."""
    columns = ", ".join(("worker_id", "course_id", *_COLUMNS))
    return f"""WITH RECURSIVE {_asked(workers, "TRUE")} INSERT INTO compliance_complianceitem ({columns})
        SELECT {columns} FROM ({_judged(today)}) AS s"""


def write_verdicts(workers: str = "TRUE") -> None:
    """Bring verdicts to the worst of the items; workers: a condition on `i`, an item."""
    raw.run(
        f"""UPDATE compliance_workerverdict AS v SET severity = d.severity
        FROM (SELECT i.worker_id, MIN(i.severity) AS severity FROM compliance_complianceitem i WHERE {workers}
              GROUP BY i.worker_id) AS d
        WHERE d.worker_id = v.worker_id AND d.severity <> v.severity"""
    )


def _asked(workers: str, courses: str) -> str:
    return f"""
    lineage(area_id, ancestor_id) AS (
        SELECT id, id FROM personnel_area
        UNION SELECT l.area_id, a.parent_id FROM lineage l
              JOIN personnel_area a ON a.id = l.ancestor_id WHERE a.parent_id IS NOT NULL),
    source(worker_id, course_id, kind, due_on) AS (
        SELECT w.id, r.course_id, r.type = 'POST_MOB', {_plus("w.role_assigned_on", "r.grace_period_days")}
        FROM personnel_worker w JOIN compliance_rolerequirement r ON r.role_id = w.role_id AND r.until IS NULL
        WHERE w.status = 'ACTIVE' AND {workers} AND {courses}
        UNION ALL
        SELECT w.id, r.course_id, r.type = 'POST_MOB', {_plus("a.assigned_on", "r.grace_period_days")}
        FROM personnel_worker w JOIN personnel_areaassignment a ON a.worker_id = w.id AND a.until IS NULL
        JOIN lineage l ON l.area_id = a.area_id
        JOIN compliance_arearequirement r ON r.area_id = l.ancestor_id AND r.until IS NULL
        WHERE w.status = 'ACTIVE' AND {workers} AND {courses}),
    asked(worker_id, course_id, grace, due_on) AS (
        SELECT worker_id, course_id, {_least("kind")}, CASE WHEN {_least("kind")} THEN MIN(due_on) END
        FROM source GROUP BY worker_id, course_id)"""


def _judged(today: date) -> str:
    """Return the query of judged items: the proof that lasts longest, looked up once for each."""
    day, warned = _day(today), _day(today + timedelta(days=30))
    severity = f"""CASE WHEN r.valid_until > {warned} THEN 4 WHEN r.id IS NOT NULL THEN 3
        WHEN q.grace AND {day} <= q.due_on THEN 2
        WHEN EXISTS (SELECT 1 FROM records_competencyrecord c WHERE c.worker_id = q.worker_id
                     AND c.course_id = q.course_id AND c.status = 'PENDING' AND c.revoked_at IS NULL) THEN 1
        ELSE 0 END"""
    proof = f"""SELECT * FROM records_trainingrecord r WHERE r.worker_id = q.worker_id AND r.course_id = q.course_id
        AND r.result = 'PASSED' AND r.revoked_at IS NULL AND r.valid_until >= {day}
        ORDER BY r.valid_until DESC, r.completed_on DESC, r.id DESC LIMIT 1"""
    joined = (
        f"LEFT JOIN LATERAL ({proof}) AS r ON TRUE"
        if raw.is_postgres()
        else f"LEFT JOIN records_trainingrecord r ON r.id = ({proof.replace('SELECT *', 'SELECT r.id')})"
    )
    return f"""SELECT worker_id, course_id, requirement_type, due_on, severity, record_id, expires_on,
            CASE severity WHEN 4 THEN {_plus("expires_on", "-30")} WHEN 3 THEN {_plus("expires_on", "1")}
                          WHEN 2 THEN {_plus("due_on", "1")} END AS next_change_on
        FROM (SELECT q.worker_id, q.course_id, CASE WHEN q.grace THEN 'POST_MOB' ELSE 'PRE_MOB' END AS requirement_type,
                     q.due_on, r.id AS record_id, r.expires_on, {severity} AS severity
              FROM asked q {joined}) AS j"""


def _day(day: date) -> str:
    return f"date '{day.isoformat()}'" if raw.is_postgres() else f"'{day.isoformat()}'"


def _plus(day: str, days: str) -> str:
    return f"({day} + ({days})::int)" if raw.is_postgres() else f"date({day}, ({days}) || ' days')"


def _least(flag: str) -> str:
    return f"bool_and({flag})" if raw.is_postgres() else f"MIN({flag})"
