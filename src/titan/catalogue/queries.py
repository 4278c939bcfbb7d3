"""What is taught: courses as lists and pages show them (domain.md §3, api.md)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from titan.catalogue.models import CourseVersion, Prerequisite, VersionStatus
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.language import _
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.text import by_code_point, in_language, is_found


@dataclass(frozen=True)
class CourseShort:
    """A course as others embed it; the title in the caller's language."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class VersionView:
    """One version of a course. `titles` by language; times are aware."""

    id: int
    number: int
    status: str
    title: str
    titles: dict[str, str]
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: str
    min_pass_score: int | None
    requires_verification: bool
    prerequisites: list[CourseShort]
    created_at: datetime
    published_at: datetime | None
    archived_at: datetime | None


@dataclass(frozen=True)
class CourseView:
    """A course with the content of its published version, or of its draft while nothing is published.

    status, version: of the version shown. published_version, draft_version: their numbers, if there are such.
    versions: all of them, oldest first; None in a list.
    """

    id: int
    code: str
    title: str
    titles: dict[str, str]
    status: str
    version: int
    published_version: int | None
    draft_version: int | None
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: str
    min_pass_score: int | None
    requires_verification: bool
    prerequisites: list[CourseShort]
    versions: list[VersionView] | None = None


@dataclass(frozen=True)
class VersionOfCourse(VersionView):
    """A version on its own."""

    course: CourseShort


@dataclass(frozen=True)
class CourseFilters:
    """What a list of courses is narrowed to; None: not at all. All but `code` look at the version shown."""

    search: str | None = None
    code: str | None = None
    category: str | None = None
    status: str | None = None
    delivery_method: str | None = None
    requires_verification: bool | None = None


def short_courses(course_ids: Iterable[int], *, language: str) -> dict[int, CourseShort]:
    """Return courses in short by id, titles in `language` (one statement)."""
    shown = _shown_versions().filter(course_id__in=id_set(course_ids))
    rows = shown.values_list("course_id", "course__code", "title")
    return {pk: CourseShort(pk, code, in_language(title, language)) for pk, code, title in rows}


def course(course_id: int, *, language: str) -> CourseView:
    """Return one course with all its versions; NotFound when there is none (three statements)."""
    views = _views([course_id], language=language, long=True)
    if not views:
        raise NotFound("course", course_id)
    return views[0]


def course_version(course_id: int, number: int, *, language: str) -> VersionOfCourse:
    """Return one version of a course; NotFound when there is none (three statements)."""
    whole = course(course_id, language=language)
    for version in whole.versions or []:
        if version.number == number:
            short = CourseShort(whole.id, whole.code, whole.title)
            return VersionOfCourse(**{one.name: getattr(version, one.name) for one in fields(version)}, course=short)
    raise NotFound(_("version of course %(course)s with the number") % {"course": course_id}, number)


def list_courses(
    filters: CourseFilters, *, language: str, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[CourseView]:
    """Return a page of the courses by code; the total stands on the first page (at most five statements)."""
    versions = _filtered(_shown_versions(), filters).annotate(place=by_code_point("course__code"))
    total = None if cursor else versions.count()
    if cursor:
        versions = versions.filter(place__gt=decode_cursor(cursor, str)[0])
    found = list(versions.order_by("place").values_list("course_id", "course__code")[: limit + 1])
    views = _views([pk for pk, _ in found[:limit]], language=language, long=False)
    following = encode_cursor(found[limit - 1][1]) if len(found) > limit else None
    return Page(views, following, total)


def _shown_versions() -> QuerySet[CourseVersion]:
    """Each course's published version, else its draft: every course has one of the two."""
    published = CourseVersion.objects.filter(status=VersionStatus.PUBLISHED, course_id=OuterRef("course_id"))
    only_draft = Q(status=VersionStatus.DRAFT) & ~Exists(published)
    return CourseVersion.objects.filter(Q(status=VersionStatus.PUBLISHED) | only_draft)


def _filtered(versions: QuerySet[CourseVersion], filters: CourseFilters) -> QuerySet[CourseVersion]:
    same = {
        "course__code": filters.code,
        "category": filters.category,
        "status": filters.status,
        "delivery_method": filters.delivery_method,
        "requires_verification": filters.requires_verification,
    }
    versions = versions.filter(**{name: value for name, value in same.items() if value is not None})
    if filters.search and filters.search.strip():
        rows = versions.values_list("id", "course__code", "title")
        found = [pk for pk, code, title in rows if is_found(filters.search, code, *title.values())]
        versions = versions.filter(pk__in=id_set(found))
    return versions


def _views(course_ids: list[int], *, language: str, long: bool) -> list[CourseView]:
    """Return views of these courses in the order given (three statements)."""
    rows = CourseVersion.objects.filter(course_id__in=id_set(course_ids)).select_related("course")
    if not long:
        rows = rows.exclude(status=VersionStatus.ARCHIVED)
    versions: dict[int, list[CourseVersion]] = {}
    for row in rows.order_by("number"):
        versions.setdefault(row.course_id, []).append(row)
    asked = _prerequisites(rows, language)
    return [_view(versions[pk], asked, language=language, long=long) for pk in course_ids if pk in versions]


def _prerequisites(versions: QuerySet[CourseVersion], language: str) -> dict[int, list[CourseShort]]:
    pairs = list(
        Prerequisite.objects.filter(version__in=versions.order_by().values("id"))
        .annotate(place=by_code_point("course__code"))
        .order_by("place")
        .values_list("version_id", "course_id")
    )
    shorts = short_courses({pk for _, pk in pairs}, language=language) if pairs else {}
    asked: dict[int, list[CourseShort]] = {}
    for version_id, pk in pairs:
        asked.setdefault(version_id, []).append(shorts[pk])
    return asked


def _view(
    versions: list[CourseVersion], asked: dict[int, list[CourseShort]], *, language: str, long: bool
) -> CourseView:
    numbers = {version.status: version.number for version in versions}
    shown = next((v for v in versions if v.status == VersionStatus.PUBLISHED), versions[-1])
    return CourseView(
        id=shown.course_id,
        code=shown.course.code,
        status=shown.status,
        version=shown.number,
        published_version=numbers.get(VersionStatus.PUBLISHED),
        draft_version=numbers.get(VersionStatus.DRAFT),
        **_content(shown, asked, language),
        versions=[_version(version, asked, language) for version in versions] if long else None,
    )


def _version(version: CourseVersion, asked: dict[int, list[CourseShort]], language: str) -> VersionView:
    return VersionView(
        id=version.pk,
        number=version.number,
        status=version.status,
        created_at=version.created_at,
        published_at=version.published_at,
        archived_at=version.archived_at,
        **_content(version, asked, language),
    )


def _content(version: CourseVersion, asked: dict[int, list[CourseShort]], language: str) -> dict[str, Any]:
    return {
        "title": in_language(version.title, language),
        "titles": version.title,
        "category": version.category,
        "duration_minutes": version.duration_minutes,
        "validity_months": version.validity_months,
        "delivery_method": version.delivery_method,
        "min_pass_score": version.min_pass_score,
        "requires_verification": version.requires_verification,
        "prerequisites": asked.get(version.pk, []),
    }
