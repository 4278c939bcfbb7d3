"""Importing a workbook of new workers against parsing it and writing the same rows, nothing checked.

Raw is calamine's reading and the driver's own bulk write (COPY, executemany) in one durable transaction: workers, the
histories of their roles, areas and statuses, an audit row each, what undoing needs, their items and verdicts. The
product is `titan import --yes`: the file kept, read in its child, every cell understood, every row checked, the file
kept as evidence, written.
"""

from __future__ import annotations

import io
import json
import resource
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import judging, raw
from bench.timing import Measured, in_turn

LIMIT = 3.0
HEADINGS = ("Badge", "First name", "Last name", "E-mail", "Phone", "Company", "Role", "In this role since", "Status")
MORE = ("First day", "Areas")
FIRST = date(2022, 1, 3)
FEW_ROUNDS_FROM = 10_000


def measures(workers: int, *, at: datetime, rounds: int) -> Iterator[Measured]:
    """Measure an import of as many new workers as the site has."""
    _move_sequences()
    rounds = min(rounds, 2 if workers >= FEW_ROUNDS_FROM else 5)
    files = {(side, number): workbook(f"{side}{number}", workers) for side in "PR" for number in range(rounds + 1)}
    ours, theirs = in_turn(
        lambda number: import_file(files["P", number], at=at),
        lambda number: parse_and_write(files["R", number], at=at),
        rounds=rounds,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    note = f"peak memory of the whole process {peak} MB"
    yield Measured(f"import {workers:,} workers", workers, ours, theirs, LIMIT, note=note)


def _move_sequences() -> None:
    """Let PostgreSQL number new rows after those that the loader numbered itself."""
    if not raw.is_postgres():
        return
    for table in ("personnel_worker", "personnel_roleassignment", "personnel_areaassignment", "personnel_statusperiod"):
        raw.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")


def workbook(batch: str, count: int) -> bytes:
    """Return an XLSX of `count` new workers under title rows, with dates, company and role names, lists of areas."""
    import xlsxwriter

    companies, roles, areas = _names()
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    page, day = book.add_worksheet("Personnel"), book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_string(0, 0, "PERSONNEL LIST")
    for column, heading in enumerate((*HEADINGS, *MORE)):
        page.write_string(2, column, heading)
    for number in range(count):
        row = number + 3
        badge = f"{batch}-{number:06}"
        texts = (
            badge,
            f"Ayşe{number % 977}",
            f"Yıldız{number % 1_459}",
            f"{badge.lower()}@site.example",
            "+994 50 123 45 67",
        )
        for column, text in enumerate(texts):
            page.write_string(row, column, text)
        page.write_string(row, 5, companies[number % len(companies)][1])
        page.write_string(row, 6, roles[number % len(roles)])
        page.write_datetime(row, 7, datetime.combine(FIRST + timedelta(days=number % 1_300), datetime.min.time()), day)
        page.write_string(row, 8, "Active")
        page.write_datetime(row, 9, datetime.combine(FIRST + timedelta(days=number % 1_200), datetime.min.time()), day)
        page.write_string(row, 10, f"{areas[number % len(areas)]}; {areas[(number + 7) % len(areas)]}")
    book.close()
    return target.getvalue()


def _names() -> tuple[list[tuple[str, str]], list[str], list[str]]:
    from titan.personnel.models import Area, Company, Role

    companies = list(Company.objects.order_by("pk").values_list("code", "name"))
    roles = list(Role.objects.order_by("pk").values_list("code", flat=True))
    return companies, roles, list(Area.objects.order_by("pk").values_list("code", flat=True))


def import_file(content: bytes, *, at: datetime) -> int:
    """Import a workbook as `titan import --yes` does; return the number of the import."""
    from titan.core.actor import Via, system_actor
    from titan.evidence.commands import Upload
    from titan.exchange.imports.choices import Given
    from titan.exchange.imports.commands.at_once import apply_checked, open_and_check

    by = system_actor(Via.CLI)
    number, checked = open_and_check(Upload("people.xlsx", io.BytesIO(content)), Given(), by=by, at=at)
    apply_checked(number, checked, skip_refused=False, by=by, at=at)
    return number


def parse_and_write(content: bytes, *, at: datetime) -> None:
    """Parse a workbook and write what importing it writes, nothing checked, nothing asked."""
    from python_calamine import CalamineWorkbook

    from titan.core import settings

    rows = list(CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).iter_rows())[3:]
    moment = at.astimezone(UTC) if raw.is_postgres() else at.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    ids = _ids()
    with raw.durable_transaction():
        after = int(raw.value("SELECT COALESCE(MAX(id), 0) FROM personnel_worker"))
        _write_workers(rows, ids, moment)
        new = f"id > {after}"
        _write_histories(rows, ids, after, moment)
        for statement in _following(new):
            raw.run(statement, [moment] * statement.count("?"))
        _judge(after, settings.current().today(at))


def _ids() -> dict[str, dict[str, int]]:
    tables = {"company": "name", "role": "code", "area": "code"}
    return {table: dict(raw.rows(f"SELECT {name}, id FROM personnel_{table}")) for table, name in tables.items()}


WORKER_COLUMNS = (
    "employee_id, first_name, last_name, email, phone, company_id, role_id, role_assigned_on, status, start_date,"
    " created_at, name_key, search_key"
)


def _write_workers(rows: list[list[Any]], ids: dict[str, dict[str, int]], moment: object) -> None:
    values = (
        (
            badge,
            first,
            last,
            email,
            phone,
            ids["company"][company],
            ids["role"][role],
            since if raw.is_postgres() else since.isoformat(),
            "ACTIVE",
            start if raw.is_postgres() else start.isoformat(),
            moment,
            f"{last.lower()}\x1f{first.lower()}\x1f{badge.lower()}",
            f"{first.lower()} {last.lower()} {first.lower()} {badge.lower()}",
        )
        for badge, first, last, email, phone, company, role, since, _status, start, _areas in rows
    )
    _bulk("personnel_worker", WORKER_COLUMNS, values)


def _write_histories(rows: list[list[Any]], ids: dict[str, dict[str, int]], after: int, moment: object) -> None:
    numbers = dict(raw.rows("SELECT employee_id, id FROM personnel_worker WHERE id > ?", [after]))
    held = (
        (numbers[row[0]], ids["area"][code], row[7] if raw.is_postgres() else row[7].isoformat(), moment)
        for row in rows
        for code in row[10].split("; ")
    )
    _bulk("personnel_areaassignment", "worker_id, area_id, assigned_on, since", held)


def _bulk(table: str, columns: str, values: Iterator[tuple[Any, ...]]) -> None:
    if raw.is_postgres():
        with raw.driver().cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
        return
    marks = ", ".join("?" * (columns.count(",") + 1))
    raw.driver().executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)


def _following(new: str) -> Iterator[str]:
    at = "?::timestamptz" if raw.is_postgres() else "?"
    build = "jsonb_build_object" if raw.is_postgres() else "json_object"
    spoken = (
        f"{build}('company_id', company_id, 'role_id', role_id, 'role_assigned_on', role_assigned_on, 'status', status)"
    )
    yield f"""INSERT INTO personnel_roleassignment (worker_id, role_id, assigned_on, since)
        SELECT id, role_id, role_assigned_on, {at} FROM personnel_worker WHERE {new}"""
    yield f"""INSERT INTO personnel_statusperiod (worker_id, status, since)
        SELECT id, status, {at} FROM personnel_worker WHERE {new}"""
    yield f"""INSERT INTO audit_auditevent (at, actor_role, via, action, entity, entity_id, after, reason)
        SELECT {at}, 'SUPER_ADMIN', 'CLI', 'worker.created', 'worker', id, {spoken}, ''
        FROM personnel_worker WHERE {new}"""
    note = json.dumps({"rows": 1})
    given = f"'{note}'::jsonb" if raw.is_postgres() else f"'{note}'"
    yield f"""INSERT INTO imports_import (file_name, sha256, size, language, state, version, given, choices, work, done,
            total, failure, opened_at, undo_reason)
        VALUES ('raw', '', 1, 'en', 'OPEN', 1, {given}, {given}, '', 0, 0, '', {at}, '')"""
    yield f"""INSERT INTO imports_importedthing (of_id, entity, entity_id)
        SELECT (SELECT MAX(id) FROM imports_import), 'worker', id FROM personnel_worker WHERE {new}"""


def _judge(after: int, today: date) -> None:
    """Write items and verdicts of the new workers."""
    raw.run(judging.new_items(today, workers=f"w.id > {after}"))
    raw.run(
        f"""INSERT INTO compliance_workerverdict (worker_id, severity, company_id, name_key)
        SELECT w.id, COALESCE((SELECT MIN(i.severity) FROM compliance_complianceitem i WHERE i.worker_id = w.id), 4),
               w.company_id, w.name_key
        FROM personnel_worker w WHERE w.id > {after}"""
    )
