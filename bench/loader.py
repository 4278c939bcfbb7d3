"""A synthetic site of any size, written by set-based SQL straight into the tables, then judged by the real engine.

About 15 items a worker: 8 courses of the role, the rest from two areas and all above them. Everything follows from row
numbers, so that two loads of one size are equal. Records carry one real, stored sheet.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench import names

FIRST_AREAS = 4
AREAS, ROLES, TRAINERS, VENUES = 40, 30, 24, 12
ZONE = "Asia/Baku"
SINCE = "2020-01-01 00:00:00"
# Three of ten workers lag behind. Of a hundred pairs of such a worker and a course: never trained; failed; run out;
# running out within a month; the rest is valid. The others' are valid, or run out within a month.
NEVER, FAILED, EXPIRED, EXPIRING = 10, 12, 20, 27


@dataclass(frozen=True)
class Loaded:
    """What a load made. seconds: of the load alone, and of judging everyone for the first time."""

    workers: int
    courses: int
    items: int
    records: int
    load_seconds: float
    judge_seconds: float


def courses_of(workers: int) -> int:
    """Return how many courses a site of this size has: 50 to 120."""
    return 50 if workers < 2_000 else 60 if workers < 20_000 else 80 if workers < 100_000 else 120


def load(workers: int, *, at: datetime, say: Callable[[str], None] = lambda _: None) -> Loaded:
    """Fill the empty database with `workers` workers as of `at`, and judge them; say: told what is going on."""
    from titan.compliance.commands import rebuild
    from titan.compliance.models import ComplianceItem
    from titan.core import settings
    from titan.core.actor import system_actor
    from titan.records.models import TrainingRecord

    began = time.perf_counter()
    settings.set_up_site("Bench site", ZONE, by=system_actor(), at=at - timedelta(days=400))
    courses = courses_of(workers)
    evidence = _evidence(at)
    with _quickly():
        for what, statement in _statements(workers, courses, evidence, settings.current().today(at).isoformat()):
            say(what)
            _run(statement)
    _tidy()
    loaded = time.perf_counter()
    say("verdicts")
    rebuild(by=system_actor(), at=at)
    _tidy()
    judged = time.perf_counter()
    return Loaded(
        workers,
        courses,
        ComplianceItem.objects.count(),
        TrainingRecord.objects.count(),
        loaded - began,
        judged - loaded,
    )


def _evidence(at: datetime) -> dict[str, Any]:
    from titan.core.actor import system_actor
    from titan.core.command import command
    from titan.demo.sheet import signed_sheet
    from titan.evidence.commands import Upload, record_evidence, stage

    staged = stage([Upload("register.pdf", io.BytesIO(signed_sheet("REGISTER", "Kept register", ["1"], ["1"])))])
    view = command(record_evidence)(staged, by=system_actor(), at=at)
    return {"id": view.id, "key": view.key, "sha256": view.sha256}


def _is_postgres() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, None)


@contextmanager
def _quickly() -> Iterator[None]:
    """Load without foreign keys checked row by row, and without waiting for the disk; then as the product works."""
    if _is_postgres():
        _run("SET synchronous_commit = off")
        _run("SET session_replication_role = replica")
        _run("SET work_mem = '128MB'")
    else:
        _run("PRAGMA foreign_keys = OFF")
        _run("PRAGMA synchronous = OFF")
        _run("PRAGMA cache_size = -400000")
    try:
        yield
    finally:
        from django.db import connections

        # The next connection has the product's settings again.
        connections.close_all()


def _tidy() -> None:
    """Do at once what the server's autovacuum would do by itself a minute later."""
    if _is_postgres():
        _run("VACUUM ANALYZE")
        _run("CHECKPOINT")
    else:
        _run("PRAGMA wal_checkpoint(TRUNCATE)")


def _series(name: str, last: int) -> str:
    """Return a common table `name(i)` of the numbers 1 to `last`."""
    return f"{name}(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM {name} WHERE i < {last})"


def _day(today: str, days: str) -> str:
    """Return the expression of the day `days` (SQL, may be negative) after `today`."""
    return f"(date '{today}' + ({days})::int)" if _is_postgres() else f"date('{today}', ({days}) || ' days')"


def _json(text: str) -> str:
    return f"({text})::jsonb" if _is_postgres() else text


def _true() -> str:
    return "true" if _is_postgres() else "1"


def _false() -> str:
    return "false" if _is_postgres() else "0"


def _statements(workers: int, courses: int, evidence: dict[str, Any], today: str) -> Iterator[tuple[str, str]]:
    yield from _catalogue(courses)
    yield from _places(workers)
    yield from _requirements(courses)
    yield from _people(workers, today)
    yield from _facts(courses, evidence, today)


def _catalogue(courses: int) -> Iterator[tuple[str, str]]:
    n = _series("n", courses)
    yield (
        "courses",
        f"""INSERT INTO catalogue_course (id, code, created_at)
        WITH RECURSIVE {n} SELECT i, 'C-' || substr('000' || i, -3), '{SINCE}' FROM n""".replace(
            "substr('000' || i, -3)", "right('000' || i, 3)" if _is_postgres() else "substr('000' || i, -3)"
        ),
    )
    # Every eighth asks for a sign-off, every fifth never runs out.
    yield (
        "versions",
        f"""INSERT INTO catalogue_courseversion (id, course_id, number, status, title, category, duration_minutes,
            validity_months, delivery_method, requires_verification, created_at, published_at)
        WITH RECURSIVE {n}
        SELECT i, i, 1, 'PUBLISHED', {_json(''''{"en": "Course ' || i || '", "tr": "Kurs ' || i || '"}' ''')},
               'GENERAL', 240, CASE WHEN i % 5 = 0 THEN 0 WHEN i % 3 = 0 THEN 24 ELSE 12 END, 'INSTRUCTOR_LED',
               CASE WHEN i % 8 = 0 THEN {_true()} ELSE {_false()} END, '{SINCE}', '{SINCE}' FROM n""",
    )
    yield (
        "trainers",
        f"""INSERT INTO resources_trainer (id, code, first_name, last_name, type, email, company_name, is_active)
        WITH RECURSIVE {_series("n", TRAINERS)}
        SELECT i, 'TR-' || i, 'Trainer', 'Number ' || i, 'INTERNAL', '', '', {_true()} FROM n""",
    )
    yield (
        "qualifications",
        f"""INSERT INTO resources_qualification (trainer_id, course_id, since)
        SELECT t.id, c.id, '{SINCE}' FROM resources_trainer t CROSS JOIN catalogue_course c""",
    )
    yield (
        "venues",
        f"""INSERT INTO resources_venue (id, name, capacity, location, is_active)
        WITH RECURSIVE {_series("n", VENUES)} SELECT i, 'Room ' || i, 30, '', {_true()} FROM n""",
    )


def _places(workers: int) -> Iterator[tuple[str, str]]:
    companies = min(200, max(20, workers // 100))
    yield (
        "companies",
        f"""INSERT INTO personnel_company (id, code, name, search_key)
        WITH RECURSIVE {_series("n", companies)}
        SELECT i, 'CO-' || i, 'Contractor ' || i, 'contractor ' || i || ' co-' || i FROM n""",
    )
    yield (
        "roles",
        f"""INSERT INTO personnel_role (id, code, title)
        WITH RECURSIVE {_series("n", ROLES)}
        SELECT i, 'JOB-' || i, {_json(''''{"en": "Job ' || i || '", "tr": "Is ' || i || '"}' ''')} FROM n""",
    )
    # A tree of 4 sites with 12 units with 24 places below.
    parent = f"CASE WHEN i <= {FIRST_AREAS} THEN NULL WHEN i <= 16 THEN 1 + (i - 5) / 3 ELSE 5 + (i - 17) / 2 END"
    yield (
        "areas",
        f"""INSERT INTO personnel_area (id, code, name, parent_id)
        WITH RECURSIVE {_series("n", AREAS)} SELECT i, 'AREA-' || i, 'Area ' || i, {parent} FROM n""",
    )
    yield (
        "placements",
        f"""INSERT INTO personnel_areaplacement (area_id, parent_id, since)
        SELECT id, parent_id, '{SINCE}' FROM personnel_area""",
    )


def _requirements(courses: int) -> Iterator[tuple[str, str]]:
    """Eight courses a role; one a site, two a unit, one or two a place: with the overlap, about 15 a worker."""
    kind = "CASE WHEN (p.id + k.i) % 3 = 0 THEN 'POST_MOB' ELSE 'PRE_MOB' END"
    grace = "CASE WHEN (p.id + k.i) % 3 = 0 THEN 90 END"
    for place, most, step in (("role", 8, 5), ("area", 2, 7)):
        yield (
            f"requirements of {place}s",
            f"""INSERT INTO compliance_{place}requirement ({place}_id, course_id, type, grace_period_days, since)
            WITH RECURSIVE {_series("k", most)}
            SELECT p.id, 1 + (p.id * {step} + k.i * 11) % {courses}, MIN({kind}), MIN({grace}), '{SINCE}'
            FROM personnel_{place} p CROSS JOIN k
            GROUP BY p.id, 1 + (p.id * {step} + k.i * 11) % {courses}
            HAVING MIN({kind}) = MAX({kind})""",
        )


def _people(workers: int, today: str) -> Iterator[tuple[str, str]]:
    first, last = names.FIRST, names.LAST
    for table, texts in (("bench_first", first), ("bench_last", last)):
        values = ", ".join(f"({i}, '{text}', '{names.sorts(text)}', '{names.searches(text)}')" for i, text in texts)
        yield table, f"CREATE TEMPORARY TABLE {table} (i integer PRIMARY KEY, name text, sorts text, searches text)"
        yield table, f"INSERT INTO {table} VALUES {values}"
    separator = "chr(31)" if _is_postgres() else "char(31)"
    # Badges go up in another order than names, so that neither order is that of the table.
    yield (
        "workers",
        f"""INSERT INTO personnel_worker (id, employee_id, first_name, last_name, email, phone, company_id, role_id,
            role_assigned_on, status, created_at, name_key, search_key)
        WITH RECURSIVE {_series("n", workers)},
        who AS (SELECT i, 'W-' || (1000000 + i) AS badge, i % {len(first)} AS f,
                       (i / {len(first)} + i * 7) % {len(last)} AS l FROM n)
        SELECT w.i, w.badge, f.name, l.name, '', '', 1 + (w.i * 7) % (SELECT COUNT(*) FROM personnel_company),
               1 + (w.i * 11) % {ROLES}, {_day(today, "-(10 + w.i % 900)")},
               CASE WHEN w.i % 50 = 0 THEN 'INACTIVE' ELSE 'ACTIVE' END, '{SINCE}',
               l.sorts || {separator} || f.sorts || {separator} || lower(w.badge),
               f.searches || ' ' || l.searches || ' ' || f.searches || ' ' || lower(w.badge)
        FROM who w JOIN bench_first f ON f.i = w.f JOIN bench_last l ON l.i = w.l""",
    )
    yield (
        "roles held",
        f"""INSERT INTO personnel_roleassignment (worker_id, role_id, assigned_on, since)
        SELECT id, role_id, role_assigned_on, '{SINCE}' FROM personnel_worker""",
    )
    yield (
        "statuses held",
        f"""INSERT INTO personnel_statusperiod (worker_id, status, since)
        SELECT id, status, '{SINCE}' FROM personnel_worker""",
    )
    for number, area in ((1, "17 + (w.id * 5) % 24"), (2, "5 + (w.id * 3) % 12")):
        yield (
            f"areas held ({number})",
            f"""INSERT INTO personnel_areaassignment (worker_id, area_id, assigned_on, since)
            SELECT w.id, {area}, w.role_assigned_on, '{SINCE}' FROM personnel_worker w""",
        )


def _facts(courses: int, evidence: dict[str, Any], today: str) -> Iterator[tuple[str, str]]:
    yield (
        "pairs",
        """CREATE TEMPORARY TABLE bench_pair AS
        WITH RECURSIVE lineage(area_id, ancestor_id) AS (
            SELECT id, id FROM personnel_area
            UNION SELECT l.area_id, a.parent_id FROM lineage l
                  JOIN personnel_area a ON a.id = l.ancestor_id WHERE a.parent_id IS NOT NULL),
        wanted AS (SELECT DISTINCT l.area_id, r.course_id FROM lineage l
                   JOIN compliance_arearequirement r ON r.area_id = l.ancestor_id)
        SELECT worker_id, course_id,
               CASE WHEN worker_id % 10 IN (1, 4, 9) THEN (worker_id * 31 + course_id * 17 + worker_id / 97) % 100
                    ELSE 20 + (worker_id * 31 + course_id * 17 + worker_id / 97) % 160 END AS luck,
               (worker_id * 13 + course_id * 7) % 330 AS days FROM (
            SELECT w.id AS worker_id, r.course_id FROM personnel_worker w
            JOIN compliance_rolerequirement r ON r.role_id = w.role_id
            UNION
            SELECT a.worker_id, d.course_id FROM personnel_areaassignment a JOIN wanted d ON d.area_id = a.area_id
        ) AS x ORDER BY worker_id, course_id""",
    )
    until = f"""CASE WHEN luck < {FAILED} THEN NULL
        WHEN luck < {EXPIRED} THEN {_day(today, "-1 - days / 3")}
        WHEN luck < {EXPIRING} THEN {_day(today, "days % 30")}
        WHEN v.validity_months = 0 THEN NULL ELSE {_day(today, "31 + days")} END"""
    done = f"""CASE WHEN luck < {EXPIRED} THEN {_day(today, "-400 - days")} ELSE {_day(today, "-30 - days")} END"""
    yield (
        "records",
        _records(
            f"CASE WHEN luck < {FAILED} THEN 'FAILED' ELSE 'PASSED' END", done, until, evidence, f"luck >= {NEVER}"
        ),
    )
    # What was before: every third pair had an older record.
    before = _day(today, "-900 - days")
    yield "older records", _records("'PASSED'", before, _day(today, "-500 - days"), evidence, "days % 3 = 0")
    yield (
        "pending competencies",
        f"""INSERT INTO records_competencyrecord (worker_id, course_id, course_version_id, completed_on, evidence_id,
            evidence_key, evidence_sha256, status, remarks, created_at, revoke_reason)
        SELECT worker_id, course_id, course_id, {_day(today, "-20")}, {evidence["id"]}, '{evidence["key"]}',
               '{evidence["sha256"]}', 'PENDING', '', '{SINCE}', ''
        FROM bench_pair WHERE luck < 5 AND course_id % 8 = 0""",
    )
    yield "pairs", "DROP TABLE bench_pair"


def _records(result: str, done: str, until: str, evidence: dict[str, Any], where: str) -> str:
    forever = "COALESCE(until, date '9999-12-31')" if _is_postgres() else "COALESCE(until, '9999-12-31')"
    return f"""INSERT INTO records_trainingrecord (worker_id, course_id, course_version_id, result, completed_on,
            expires_on, valid_until, provider, evidence_id, evidence_key, evidence_sha256, source, remarks, created_at,
            revoke_reason)
        SELECT worker_id, course_id, course_id, result, done, until, {forever}, '', {evidence["id"]},
               '{evidence["key"]}', '{evidence["sha256"]}', 'MIGRATED', '', '{SINCE}', ''
        FROM (SELECT p.worker_id, p.course_id, {result} AS result, {done} AS done, {until} AS until
              FROM bench_pair p JOIN catalogue_courseversion v ON v.id = p.course_id WHERE {where}) AS x"""
