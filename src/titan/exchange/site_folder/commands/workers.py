"""The people of a folder, with the history of their roles, areas and statuses (domain.md §3, §4)."""

from __future__ import annotations

from datetime import date
from typing import Any

from titan.core.bulk import id_set, insert_rows, update_rows
from titan.core.command import Said, say_all
from titan.exchange.site_folder.commands.writing import FileReport, Load, by_code, iso, report
from titan.exchange.site_folder.differences import WORKER_PLAIN, WorkerChange, anchor, worker_change
from titan.exchange.site_folder.layout import WORKERS
from titan.exchange.site_folder.queries import KnownWorker
from titan.exchange.site_folder.rows import WorkerRow
from titan.personnel.commands.identity import restating
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod, Worker, worker_keys
from titan.personnel.rules import PERSONAL


def write_workers(load: Load) -> FileReport:
    """Make new workers, change changed ones; the cell of areas is the whole list of a worker's areas."""
    rows, known = load.folder.workers, load.known.workers
    new = [row for row in rows if row.employee_id not in known]
    standing = [(row, known[row.employee_id]) for row in rows if row.employee_id in known]
    changes = [change for row, worker in standing if (change := worker_change(row, worker))]
    # Supervisors come second: a row may name one that stands further down.
    made = insert_rows(
        Worker,
        [{**_columns(row, load), "supervisor_id": None, "created_at": load.at} for row in new],
        returning=("id", "employee_id"),
    )
    load.ids.workers.update(by_code(made))
    ids = load.ids.workers
    update_rows(
        Worker,
        [
            {"id": ids[row.employee_id], "supervisor_id": ids[row.supervisor_employee_id]}
            for row in new
            if row.supervisor_employee_id
        ],
    )
    # Freed first: where two change places, SQLite's guard would see a circle between the one row and the other.
    update_rows(
        Worker,
        [
            {"id": change.worker.id, "supervisor_id": None}
            for change in changes
            if "supervisor_employee_id" in change.fields
        ],
    )
    with restating([change.worker.id for change in changes if change.renames], by=load.by, at=load.at):
        update_rows(
            Worker,
            [
                {
                    "id": change.worker.id,
                    **_columns(change.row, load),
                    "supervisor_id": _supervisor(change.row, load),
                }
                for change in changes
                if change.fields
            ],
        )
    _keep_roles(load, new, changes)
    _keep_areas(load, new, changes)
    _keep_statuses(load, new, changes)
    say_all(_created(row, load) for row in new)
    say_all(_updated(change, load) for change in changes)
    return report(WORKERS.file, len(rows), created=len(new), changed=len(changes))


def _supervisor(row: WorkerRow, load: Load) -> int | None:
    return load.ids.workers[row.supervisor_employee_id] if row.supervisor_employee_id else None


def _columns(row: WorkerRow, load: Load) -> dict[str, Any]:
    stands = load.known.workers.get(row.employee_id)
    also_key = stands.also_key if stands else ""
    name_key, search_key = worker_keys(row.employee_id, row.first_name, row.last_name, also_key)
    return {
        "employee_id": row.employee_id,
        **{name: getattr(row, name) for name in WORKER_PLAIN},
        "company_id": load.ids.companies[row.company_code],
        "role_id": load.ids.roles[row.role_code] if row.role_code else None,
        "name_key": name_key,
        "search_key": search_key,
    }


def _keep_roles(load: Load, new: list[WorkerRow], changes: list[WorkerChange]) -> None:
    moved = [change for change in changes if {"role_code", "role_assigned_on"} & set(change.fields)]
    ended = id_set(change.worker.id for change in moved)
    RoleAssignment.objects.filter(worker_id__in=ended, until=None).update(until=load.at)
    insert_rows(
        RoleAssignment,
        [
            {
                "worker_id": load.ids.workers[row.employee_id],
                "role_id": load.ids.roles[row.role_code],
                "assigned_on": row.role_assigned_on,
                "since": load.at,
            }
            for row in (*new, *(change.row for change in moved))
            if row.role_code
        ],
        returning=(),
    )


def _keep_areas(load: Load, new: list[WorkerRow], changes: list[WorkerChange]) -> None:
    ended = [change.worker.areas[code].id for change in changes for code in change.ended]
    AreaAssignment.objects.filter(id__in=id_set(ended)).update(until=load.at)
    begun = [(row.employee_id, code, anchor(row, None, code)) for row in new for code in row.area_codes]
    begun += [(change.row.employee_id, code, day) for change in changes for code, day in change.begun.items()]
    insert_rows(
        AreaAssignment,
        [
            {
                "worker_id": load.ids.workers[badge],
                "area_id": load.ids.areas[code],
                "assigned_on": day,
                "since": load.at,
            }
            for badge, code, day in begun
        ],
        returning=(),
    )


def _keep_statuses(load: Load, new: list[WorkerRow], changes: list[WorkerChange]) -> None:
    moved = [change for change in changes if "status" in change.fields]
    ended = id_set(change.worker.id for change in moved)
    StatusPeriod.objects.filter(worker_id__in=ended, until=None).update(until=load.at)
    insert_rows(
        StatusPeriod,
        [
            {"worker_id": load.ids.workers[row.employee_id], "status": row.status, "since": load.at}
            for row in (*new, *(change.row for change in moved))
        ],
        returning=(),
    )


def _created(row: WorkerRow, load: Load) -> Said:
    areas = {code: anchor(row, None, code) for code in row.area_codes}
    after = {**_spoken_row(row, load), "areas": _spoken_areas(areas, load)}
    return Said("worker.created", "worker", load.ids.workers[row.employee_id], after=after)


def _updated(change: WorkerChange, load: Load) -> Said:
    before, after = _spoken_worker(change.worker, load), _spoken_row(change.row, load)
    names = [name for name in after if after[name] != before[name]]
    old, new = {name: before[name] for name in names}, {name: after[name] for name in names}
    if change.begun or change.ended:
        held = {code: assignment.assigned_on for code, assignment in change.worker.areas.items()}
        kept = {code: day for code, day in held.items() if code not in change.ended}
        old["areas"], new["areas"] = _spoken_areas(held, load), _spoken_areas({**kept, **change.begun}, load)
    personal = [name for name in change.fields if name in PERSONAL]
    if personal:
        new["personal_fields"] = personal
    return Said("worker.updated", "worker", change.worker.id, before=old, after=new)


def _spoken_row(row: WorkerRow, load: Load) -> dict[str, Any]:
    ids = load.ids
    return {
        "company_id": ids.companies[row.company_code],
        "role_id": ids.roles[row.role_code] if row.role_code else None,
        "role_assigned_on": iso(row.role_assigned_on),
        "supervisor_id": _supervisor(row, load),
        "status": row.status,
    }


def _spoken_worker(worker: KnownWorker, load: Load) -> dict[str, Any]:
    ids = load.ids
    return {
        "company_id": ids.companies[worker.company_code],
        "role_id": ids.roles[worker.role_code] if worker.role_code else None,
        "role_assigned_on": iso(worker.role_assigned_on),
        "supervisor_id": ids.workers.get(worker.supervisor_employee_id),
        "status": worker.status,
    }


def _spoken_areas(days: dict[str, date | None] | dict[str, date], load: Load) -> list[dict[str, Any]]:
    found = [{"area_id": load.ids.areas[code], "assigned_on": iso(day)} for code, day in days.items()]
    return sorted(found, key=lambda area: int(str(area["area_id"])))
