"""Who asks a worker for which course: the trace from each item back to role and areas (domain.md §9.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from titan.compliance.models import AreaRequirement, RequirementType, RoleRequirement
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.text import in_language
from titan.personnel.models import Area, AreaAssignment, Worker
from titan.personnel.rules import ancestors


@dataclass(frozen=True)
class Asker:
    """The worker's ROLE, or an AREA. `held_area`: the assigned area through which an inherited one asks."""

    kind: str
    code: str
    name: str
    held_area: str = ""


@dataclass(frozen=True)
class Source:
    """One who asks for a course. assigned_on: the day that grace counts from.

    due_on: the end of grace (None: before site entry). decides: the item's type and due day come from it.
    """

    asker: Asker
    requirement_type: str
    assigned_on: date
    grace_period_days: int | None
    due_on: date | None
    decides: bool = False


def sources_of(worker_id: int, *, language: str) -> dict[int, list[Source]]:
    """Return who asks an active worker for each course, the deciding one first (five statements). Raises NotFound."""
    worker = Worker.objects.select_related("role").filter(pk=worker_id).first()
    if worker is None:
        raise NotFound("worker", worker_id)
    found: dict[int, list[Source]] = defaultdict(list)
    role, since = worker.role, worker.role_assigned_on
    if role is not None and since is not None:
        asked = RoleRequirement.objects.filter(role=role, until=None)
        for course_id, kind, grace in asked.values_list("course_id", "type", "grace_period_days"):
            title = in_language(role.title, language)
            found[course_id].append(source(Asker("ROLE", role.code, title), since, kind, grace))
    for course_id, asks in _of_areas(worker_id):
        found[course_id].append(asks)
    return {course_id: deciding_first(sources) for course_id, sources in found.items()}


def _of_areas(worker_id: int) -> list[tuple[int, Source]]:
    assigned = AreaAssignment.objects.filter(worker_id=worker_id, until=None)
    held = dict(assigned.values_list("area_id", "assigned_on"))
    areas = {row.pk: row for row in Area.objects.all()} if held else {}
    parents: Mapping[int, int | None] = {pk: row.parent_id for pk, row in areas.items()}
    through = [(areas[above], areas[pk], day) for pk, day in held.items() for above in ancestors(pk, parents)]
    asked: dict[int, list[tuple[int, str, int | None]]] = defaultdict(list)
    rows = AreaRequirement.objects.filter(area_id__in=id_set(above.pk for above, _area, _day in through), until=None)
    for area_id, course_id, kind, grace in rows.values_list("area_id", "course_id", "type", "grace_period_days"):
        asked[area_id].append((course_id, kind, grace))
    return [
        (course_id, source(area_asks(above, area), day, kind, grace))
        for above, area, day in through
        for course_id, kind, grace in asked[above.pk]
    ]


def area_asks(above: Area, held: Area) -> Asker:
    """Return who asks when the assigned area `held` inherits from `above`, or asks itself."""
    return Asker("AREA", above.code, above.name, held.name if held.pk != above.pk else "")


def source(asker: Asker, since: date, kind: str, grace: int | None) -> Source:
    """Return a source from what is asked. since: the day that `grace` (days, for POST_MOB) counts from."""
    due_on = None if kind == RequirementType.PRE_MOB else since + timedelta(days=grace or 0)
    return Source(asker, kind, since, grace, due_on)


def deciding_first(sources: list[Source]) -> list[Source]:
    """Return who asks for one course, the deciding one first: any PRE_MOB, else the earliest due day (domain.md §9.1).

    One who asks by several ways is named once, by the first.
    """
    ordered = sorted(sources, key=lambda one: (one.due_on is not None, one.due_on or date.min, _closeness(one.asker)))
    once: dict[tuple[str, str], Source] = {}
    for one in ordered:
        once.setdefault((one.asker.kind, one.asker.code), replace(one, decides=one.due_on == ordered[0].due_on))
    return list(once.values())


def _closeness(asker: Asker) -> tuple[bool, bool]:
    return asker.kind != "ROLE", bool(asker.held_area)
