"""What a role or an area requires, its own and what it inherits (domain.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from django.db.models import Count

from titan.catalogue.queries import CourseShort, short_courses
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.text import by_code_point
from titan.personnel.models import Role
from titan.personnel.queries.areas import AreaShort, AreaView, area, lineage
from titan.personnel.queries.roles import RoleView, role


@dataclass(frozen=True)
class RequirementView:
    """One requirement, and the area it comes from (None: a role's)."""

    course_id: int
    course: CourseShort
    type: str
    grace_period_days: int | None
    area: AreaShort | None


@dataclass(frozen=True)
class RoleWithRequirements(RoleView):
    """A role and what it requires."""

    requirements: list[RequirementView]


@dataclass(frozen=True)
class AreaWithRequirements(AreaView):
    """An area and what it requires itself."""

    requirements: list[RequirementView]


def role_with_requirements(role_id: int, *, language: str) -> RoleWithRequirements:
    """Return one role with what it requires (four statements); NotFound when there is none."""
    view = role(role_id, language=language)
    asked = role_requirements(role_id, language=language)
    return RoleWithRequirements(**{one.name: getattr(view, one.name) for one in fields(view)}, requirements=asked)


def area_with_requirements(area_id: int, *, language: str) -> AreaWithRequirements:
    """Return one area with what it requires itself (four statements); NotFound when there is none."""
    view = area(area_id)
    asked = area_requirements(area_id, effective=False, language=language)
    return AreaWithRequirements(**{one.name: getattr(view, one.name) for one in fields(view)}, requirements=asked)


def role_requirements(role_id: int, *, language: str) -> list[RequirementView]:
    """Return what a role requires, by course code (three statements); NotFound when there is no such role."""
    if not Role.objects.filter(pk=role_id).exists():
        raise NotFound("role", role_id)
    held = RoleRequirement.objects.filter(role_id=role_id, until=None)
    rows = held.annotate(place=by_code_point("course__code")).order_by("place")
    found = list(rows.values_list("course_id", "type", "grace_period_days"))
    courses = _courses((row[0] for row in found), language)
    return [RequirementView(pk, courses[pk], kind, grace, None) for pk, kind, grace in found]


def area_requirements(area_id: int, *, effective: bool, language: str) -> list[RequirementView]:
    """Return what an area requires, by course code (three statements); NotFound when there is no such area.

    effective: with what it inherits from its ancestors, nearest first for one course; each says where it comes
    from.
    """
    areas = lineage(area_id) if effective else lineage(area_id)[:1]
    by_id = {area.id: (distance, area) for distance, area in enumerate(areas)}
    held = AreaRequirement.objects.filter(area_id__in=id_set(by_id), until=None)
    found = list(held.values_list("area_id", "course_id", "type", "grace_period_days"))
    courses = _courses((row[1] for row in found), language)
    found.sort(key=lambda row: (courses[row[1]].code, by_id[row[0]][0]))
    return [RequirementView(pk, courses[pk], kind, grace, by_id[area][1]) for area, pk, kind, grace in found]


def _courses(course_ids: Iterable[int], language: str) -> dict[int, CourseShort]:
    return short_courses(set(course_ids), language=language)


def counts_by_role() -> dict[int, int]:
    """Return how many courses each role requires, where it requires any (one statement)."""
    return dict(RoleRequirement.objects.filter(until=None).values_list("role_id").annotate(n=Count("id")))


def counts_by_area() -> dict[int, int]:
    """Return how many courses each area requires itself, where it requires any (one statement)."""
    return dict(AreaRequirement.objects.filter(until=None).values_list("area_id").annotate(n=Count("id")))
