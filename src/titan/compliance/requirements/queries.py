"""What a role or an area requires, its own and what it inherits (domain.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, Q, QuerySet

from titan.catalogue.queries import CourseShort, short_courses
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, in_language, is_found
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


@dataclass(frozen=True)
class RequirementLine:
    """One requirement of a list. source: the role or area that requires it, with its title in the caller's language."""

    source_code: str
    source: str
    course: CourseShort
    type: str
    grace_period_days: int | None


def list_role_requirements(
    *,
    language: str,
    search: str | None = None,
    role_id: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RequirementLine]:
    """Return what roles require, by role and course code (two statements, three with a search).

    search: in code and titles of the role.
    """
    held = RoleRequirement.objects.filter(until=None)
    if role_id is not None:
        held = held.filter(role_id=role_id)
    if search and search.strip():
        rows = Role.objects.values_list("id", "code", "title")
        held = held.filter(
            role_id__in=id_set(pk for pk, code, title in rows if is_found(search, code, *title.values()))
        )
    found, following = _lines(held, ("role__code", "role__title"), limit, cursor)
    courses = _courses((row[2] for row in found), language)
    lines = [
        RequirementLine(code, in_language(title, language), courses[pk], kind, grace)
        for code, title, pk, kind, grace in found
    ]
    return Page(lines, following, None)


def list_area_requirements(
    *, language: str, area_id: int | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[RequirementLine]:
    """Return what areas require themselves, by area and course code (two statements)."""
    held = AreaRequirement.objects.filter(until=None)
    if area_id is not None:
        held = held.filter(area_id=area_id)
    found, following = _lines(held, ("area__code", "area__name"), limit, cursor)
    courses = _courses((row[2] for row in found), language)
    return Page(
        [RequirementLine(code, name, courses[pk], kind, grace) for code, name, pk, kind, grace in found],
        following,
        None,
    )


def _lines(
    held: QuerySet[Any], source: tuple[str, str], limit: int, cursor: str | None
) -> tuple[list[tuple[Any, ...]], str | None]:
    """Return source code and name, course id, type and grace of each requirement, and the cursor after them."""
    placed = held.annotate(place=by_code_point(source[0]), course_place=by_code_point("course__code"))
    if cursor:
        code, course_code = decode_cursor(cursor, str, str)
        placed = placed.filter(Q(place__gt=code) | Q(place=code, course_place__gt=course_code))
    columns = (*source, "course_id", "type", "grace_period_days", "course__code")
    rows = list(placed.order_by("place", "course_place").values_list(*columns)[: limit + 1])
    following = encode_cursor(rows[limit - 1][0], rows[limit - 1][-1]) if len(rows) > limit else None
    return [row[:-1] for row in rows[:limit]], following


def _courses(course_ids: Iterable[int], language: str) -> dict[int, CourseShort]:
    return short_courses(set(course_ids), language=language)


def counts_by_role() -> dict[int, int]:
    """Return how many courses each role requires, where it requires any (one statement)."""
    return dict(RoleRequirement.objects.filter(until=None).values_list("role_id").annotate(n=Count("id")))


def counts_by_area() -> dict[int, int]:
    """Return how many courses each area requires itself, where it requires any (one statement)."""
    return dict(AreaRequirement.objects.filter(until=None).values_list("area_id").annotate(n=Count("id")))
