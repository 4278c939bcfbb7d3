"""The history of roles, areas and statuses: what held ends, what holds now begins, at the same moment.

Steps of the worker commands; none of them stands alone.
"""

from __future__ import annotations

from datetime import datetime

from titan.core.bulk import id_set, insert_rows
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod
from titan.personnel.rules import WorkerFields


def keep_history(worker_id: int, before: WorkerFields | None, after: WorkerFields, *, at: datetime) -> None:
    """Write what changed from `before` (None: a new worker) to `after` into the history (domain.md §3).

    A corrected anchor (`assigned_on`) ends the old entry and begins another; what stayed is left alone.
    """
    _keep_role(worker_id, before, after, at)
    _keep_areas(worker_id, before, after, at)
    _keep_status(worker_id, before, after, at)


def _keep_role(worker_id: int, before: WorkerFields | None, after: WorkerFields, at: datetime) -> None:
    old = (before.role_id, before.role_assigned_on) if before else (None, None)
    if old == (after.role_id, after.role_assigned_on):
        return
    if old[0] is not None:
        RoleAssignment.objects.filter(worker_id=worker_id, until=None).update(until=at)
    if after.role_id is not None and after.role_assigned_on is not None:
        RoleAssignment.objects.create(
            worker_id=worker_id, role_id=after.role_id, assigned_on=after.role_assigned_on, since=at
        )


def _keep_areas(worker_id: int, before: WorkerFields | None, after: WorkerFields, at: datetime) -> None:
    old, new = set(before.areas) if before else set(), set(after.areas)
    ended = id_set(area.area_id for area in old - new)
    if old - new:
        AreaAssignment.objects.filter(worker_id=worker_id, until=None, area_id__in=ended).update(until=at)
    begun = [
        {"worker_id": worker_id, "area_id": area.area_id, "assigned_on": area.assigned_on, "since": at}
        for area in sorted(new - old, key=lambda area: area.area_id)
    ]
    insert_rows(AreaAssignment, begun, returning=())


def _keep_status(worker_id: int, before: WorkerFields | None, after: WorkerFields, at: datetime) -> None:
    if before and before.status == after.status:
        return
    if before:
        StatusPeriod.objects.filter(worker_id=worker_id, until=None).update(until=at)
    StatusPeriod.objects.create(worker_id=worker_id, status=after.status, since=at)
