"""How many active workers a role, an area or a company has."""

from __future__ import annotations

from django.db.models import Count

from titan.core.bulk import id_set
from titan.personnel.models import Area, AreaAssignment, Worker, WorkerStatus
from titan.personnel.rules import ancestors


def workers_by_role() -> dict[int, int]:
    """Return the number of active workers of each role that has any (one statement)."""
    active = Worker.objects.filter(status=WorkerStatus.ACTIVE, role__isnull=False)
    return dict(active.values_list("role_id").annotate(n=Count("id")))


def workers_by_company() -> dict[int, int]:
    """Return the number of active workers of each company that has any (one statement)."""
    active = Worker.objects.filter(status=WorkerStatus.ACTIVE)
    return dict(active.values_list("company_id").annotate(n=Count("id")))


def workers_by_area() -> dict[int, int]:
    """Return the number of active workers assigned to each area itself (one statement)."""
    held = AreaAssignment.objects.filter(until=None, worker__status=WorkerStatus.ACTIVE)
    return dict(held.values_list("area_id").annotate(n=Count("worker_id")))


def workers_below(area_id: int) -> set[int]:
    """Return the active workers assigned to an area or to any area below it (two statements)."""
    parents = dict(Area.objects.values_list("id", "parent_id"))
    inside = [pk for pk in parents if area_id in ancestors(pk, parents)]
    held = AreaAssignment.objects.filter(until=None, worker__status=WorkerStatus.ACTIVE, area_id__in=id_set(inside))
    return set(held.values_list("worker_id", flat=True))
