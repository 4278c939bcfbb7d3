"""What a worker was: roles, areas and statuses, from when until when (domain.md §3, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from titan.core.text import in_language
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod


@dataclass(frozen=True)
class Held:
    """A role, area or status that a worker had. assigned_on: the day it counts from (None for a status)."""

    kind: str
    what: str
    assigned_on: date | None
    since: datetime
    until: datetime | None


def assignments_of(worker_id: int, *, language: str) -> list[Held]:
    """Return every role, area and status a worker ever had, oldest first (three statements)."""
    roles = RoleAssignment.objects.filter(worker_id=worker_id).select_related("role")
    areas = AreaAssignment.objects.filter(worker_id=worker_id).select_related("area")
    held = [
        *(Held("ROLE", in_language(one.role.title, language), one.assigned_on, one.since, one.until) for one in roles),
        *(Held("AREA", one.area.name, one.assigned_on, one.since, one.until) for one in areas),
        *(
            Held("STATUS", one.status, None, one.since, one.until)
            for one in StatusPeriod.objects.filter(worker_id=worker_id)
        ),
    ]
    return sorted(held, key=lambda one: one.since)
