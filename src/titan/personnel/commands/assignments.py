"""The history of roles, areas and statuses: what held ends, what holds now begins, at the same moment.

Steps of the worker commands; none of them stands alone. One worker and five thousand cost the same statements.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from titan.core.bulk import id_set, insert_rows
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod
from titan.personnel.rules import AreaGiven, WorkerFields


@dataclass(frozen=True)
class Move:
    """What a worker had (None: a new worker), and has from now on."""

    worker_id: int
    before: WorkerFields | None
    after: WorkerFields


def keep_history(worker_id: int, before: WorkerFields | None, after: WorkerFields, *, at: datetime) -> None:
    """Write what changed of one worker into the history; see `keep_histories`."""
    keep_histories([Move(worker_id, before, after)], at=at)


def keep_histories(moves: Sequence[Move], *, at: datetime) -> None:
    """Write what changed of each worker into the history (domain.md §3); a fixed number of statements.

    A corrected anchor (`assigned_on`) ends the old entry and begins another; what stayed is left alone.
    """
    _keep_roles(moves, at)
    _keep_areas(moves, at)
    _keep_statuses(moves, at)


def _keep_roles(moves: Sequence[Move], at: datetime) -> None:
    changed = [move for move in moves if _role(move.before) != _role(move.after)]
    ended = [move.worker_id for move in changed if _role(move.before)[0] is not None]
    if ended:
        RoleAssignment.objects.filter(worker_id__in=id_set(ended), until=None).update(until=at)
    begun = [
        {
            "worker_id": move.worker_id,
            "role_id": move.after.role_id,
            "assigned_on": move.after.role_assigned_on,
            "since": at,
        }
        for move in changed
        if move.after.role_id is not None
    ]
    insert_rows(RoleAssignment, begun, returning=())


def _role(fields: WorkerFields | None) -> tuple[object, object]:
    return (fields.role_id, fields.role_assigned_on) if fields else (None, None)


def _keep_areas(moves: Sequence[Move], at: datetime) -> None:
    ended = {(move.worker_id, area.area_id) for move in moves for area in _areas(move.before) - _areas(move.after)}
    if ended:
        held = AreaAssignment.objects.filter(worker_id__in=id_set(worker for worker, _area in ended), until=None)
        rows = held.values_list("pk", "worker_id", "area_id")
        gone = [pk for pk, worker_id, area_id in rows if (worker_id, area_id) in ended]
        AreaAssignment.objects.filter(pk__in=id_set(gone)).update(until=at)
    begun = [
        {"worker_id": move.worker_id, "area_id": area.area_id, "assigned_on": area.assigned_on, "since": at}
        for move in moves
        for area in sorted(_areas(move.after) - _areas(move.before), key=lambda area: area.area_id)
    ]
    insert_rows(AreaAssignment, begun, returning=())


def _areas(fields: WorkerFields | None) -> set[AreaGiven]:
    return set(fields.areas) if fields else set()


def _keep_statuses(moves: Sequence[Move], at: datetime) -> None:
    changed = [move for move in moves if move.before is None or move.before.status != move.after.status]
    ended = [move.worker_id for move in changed if move.before is not None]
    if ended:
        StatusPeriod.objects.filter(worker_id__in=id_set(ended), until=None).update(until=at)
    begun = [{"worker_id": move.worker_id, "status": move.after.status, "since": at} for move in changed]
    insert_rows(StatusPeriod, begun, returning=())
