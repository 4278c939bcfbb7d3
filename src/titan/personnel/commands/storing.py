"""A worker's row read into what people enter, and written back; what the worker commands share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from titan.core.errors import NotFound
from titan.core.given import is_id
from titan.personnel.models import AreaAssignment, Worker
from titan.personnel.rules import COLUMNS, PERSONAL, AreaGiven, WorkerFields

REASON_LIMIT = 2_000
NOBODY = WorkerFields(employee_id="", first_name="", company_id=0, status="")


def locked_worker(worker_id: int) -> Worker:
    """Return a worker, locked until the transaction ends; raise NotFound when there is none."""
    worker = Worker.objects.select_for_update(no_key=True).filter(pk=worker_id).first()
    if worker is None:
        raise NotFound("worker", worker_id)
    return worker


def fields_of(worker: Worker) -> WorkerFields:
    """Return what a worker has now; one statement."""
    held = AreaAssignment.objects.filter(worker=worker, until=None).order_by("area_id")
    areas = tuple(AreaGiven(area_id, day) for area_id, day in held.values_list("area_id", "assigned_on"))
    return WorkerFields(**{name: getattr(worker, name) for name in COLUMNS}, areas=areas)


def columns_of(fields: WorkerFields) -> dict[str, Any]:
    """Return what goes into the worker's own row."""
    return {name: getattr(fields, name) for name in COLUMNS}


def store_fields(worker: Worker, fields: WorkerFields, changed: Iterable[str], *more: str) -> None:
    """Write the `changed` fields into the worker's row, with its keys. more: columns that are set already."""
    columns = [name for name in changed if name in COLUMNS]
    for name in columns:
        setattr(worker, name, getattr(fields, name))
    if columns or more:
        worker.save(update_fields=[*columns, *more, "name_key", "search_key"])


def plain_fields(fields: WorkerFields, changed: Iterable[str], *, names: bool = True) -> dict[str, Any]:
    """Return the `changed` fields for the audit log: of what identifies a person only that it changed."""
    plain: dict[str, Any] = {}
    for name in changed:
        value = getattr(fields, name)
        if name == "areas":
            plain[name] = [{"area_id": held.area_id, "assigned_on": _iso(held.assigned_on)} for held in value]
        elif name not in PERSONAL:
            plain[name] = _iso(value) if isinstance(value, date) else value
    personal = [name for name in changed if name in PERSONAL]
    return {**plain, "personal_fields": personal} if names and personal else plain


def chain_above(worker_id: int) -> list[tuple[int, str, int | None]]:
    """Return the worker and everyone above them, each with badge and supervisor (one statement)."""
    if not is_id(worker_id):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH RECURSIVE chain(id, employee_id, supervisor_id) AS (
                SELECT id, employee_id, supervisor_id FROM personnel_worker WHERE id = %s
                UNION
                SELECT w.id, w.employee_id, w.supervisor_id
                FROM personnel_worker w JOIN chain c ON w.id = c.supervisor_id
            ) SELECT id, employee_id, supervisor_id FROM chain""",
            [worker_id],
        )
        return list(cursor.fetchall())


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
