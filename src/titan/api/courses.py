"""Courses and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Filters, Flag, Id, Lax, QueryFlag, SearchText, Shape, Titles
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort
from titan.catalogue import commands, queries
from titan.catalogue.models import DeliveryMethod, VersionStatus
from titan.catalogue.rules import (
    LONGEST_CLASS,
    LONGEST_VALIDITY,
    MOST_PREREQUISITES,
    SHORTEST_CLASS,
    VersionChanges,
    VersionContent,
)
from titan.core.actor import Actor
from titan.core.permit import need_admin

router = Router(tags=["courses"])

Category = Annotated[str, StringConstraints(max_length=60)]
Minutes = Annotated[int, Field(ge=SHORTEST_CLASS, le=LONGEST_CLASS)]
Months = Annotated[int, Field(ge=0, le=LONGEST_VALIDITY)]
Score = Annotated[int, Field(ge=0, le=100)]
Prerequisites = Annotated[list[Id], Field(max_length=MOST_PREREQUISITES)]
Method = Annotated[DeliveryMethod, Lax]


class VersionBody(Body):
    """What a version holds; what is left out stays as it is. `validity_months` 0: never expires."""

    title: Titles = UNSET
    category: Category = UNSET
    duration_minutes: Minutes = UNSET
    validity_months: Months = UNSET
    delivery_method: Method = UNSET
    min_pass_score: Score | None = None
    requires_verification: Flag = UNSET
    prerequisite_ids: Prerequisites = UNSET

    def version_changes(self) -> VersionChanges:
        given = self.changes()
        if "prerequisite_ids" in given:
            given["prerequisite_ids"] = tuple(given["prerequisite_ids"])
        return VersionChanges(**given)


class NewCourse(Body):
    """A course; `title` by language, English (`en`) always."""

    code: Code
    title: Titles
    category: Category = ""
    duration_minutes: Minutes
    validity_months: Months
    delivery_method: Method = DeliveryMethod.INSTRUCTOR_LED
    min_pass_score: Score | None = None
    requires_verification: Flag = False
    prerequisite_ids: Prerequisites = []

    def content(self) -> VersionContent:
        given = self.model_dump(exclude={"code"})
        return VersionContent(**{**given, "prerequisite_ids": tuple(self.prerequisite_ids)})


class ContentShape(Shape):
    """What a version holds; `title` in your language, `titles` in all."""

    title: str
    titles: dict[str, str]
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: DeliveryMethod
    min_pass_score: int | None
    requires_verification: bool
    prerequisites: list[CourseShort]


class VersionShape(ContentShape):
    id: int
    number: int
    status: VersionStatus
    created_at: datetime
    published_at: datetime | None
    archived_at: datetime | None


class NewVersionShape(VersionShape):
    """A version on its own."""

    course: CourseShort


class CourseListShape(ContentShape):
    """A course with the content of its published version, else of its draft: `status` and `version` say which."""

    id: int
    code: str
    status: VersionStatus
    version: int
    published_version: int | None
    draft_version: int | None


class CourseShape(CourseListShape):
    """A course with all its versions, oldest first."""

    versions: list[VersionShape]


class CourseWanted(Filters):
    search: SearchText | None = None
    code: Code | None = None
    category: Category | None = None
    status: VersionStatus | None = None
    delivery_method: DeliveryMethod | None = None
    requires_verification: QueryFlag | None = None


class CourseFilters(PageFilters, CourseWanted):
    """A page of those courses."""


def may_not_write(by: Actor, course_id: int, number: str = "") -> None:
    """Refuse who may not write, and a course that does not exist."""
    need_admin(by)
    queries.course(course_id, language="en")


@router.get("/courses", response=Listed[CourseListShape])
def list_courses(request: HttpRequest, filters: Query[CourseFilters]) -> Any:
    """Courses by code."""
    wanted = queries.CourseFilters(**filters.model_dump(exclude={"limit", "cursor"}))
    language = caller(request).language
    return queries.list_courses(wanted, language=language, limit=filters.limit, cursor=filters.cursor)


@router.post("/courses", response={201: CourseShape})
@refuses_first(need_admin)
def create_course(request: HttpRequest, payload: NewCourse) -> Any:
    """Make a course, with version 1 as a draft."""
    me = caller(request)

    def work() -> Any:
        made = commands.create_course(payload.code, payload.content(), by=me.actor, at=me.at)
        return queries.course(made, language=me.language)

    return once(request, 201, work)


@router.get("/courses/{course_id}", response=CourseShape)
def one_course(request: HttpRequest, course_id: Id) -> Any:
    """One course with all its versions."""
    return queries.course(course_id, language=caller(request).language)


@router.patch("/courses/{course_id}", response=CourseShape)
@refuses_first(may_not_write)
def edit_draft(request: HttpRequest, course_id: Id, payload: VersionBody) -> Any:
    """Change the draft version. 409 NO_DRAFT_VERSION: make one first, what is published stays as it is."""
    me = caller(request)
    commands.edit_draft_version(course_id, payload.version_changes(), by=me.actor, at=me.at)
    return queries.course(course_id, language=me.language)


@router.post("/courses/{course_id}/versions", response={201: NewVersionShape})
@refuses_first(may_not_write)
def make_version(request: HttpRequest, course_id: Id, payload: VersionBody) -> Any:
    """Make a new draft from the latest version with what is sent. 409 DRAFT_EXISTS: one at a time."""
    me = caller(request)

    def work() -> Any:
        number = commands.draft_version(course_id, payload.version_changes(), by=me.actor, at=me.at)
        return queries.course_version(course_id, number, language=me.language)

    return once(request, 201, work)


@router.post("/courses/{course_id}/versions/{number}/publish", response=CourseShape)
@refuses_first(may_not_write)
def publish_version(request: HttpRequest, course_id: Id, number: Id) -> Any:
    """Publish a draft; the version before is archived, and no record changes. 409 NOT_DRAFT."""
    me = caller(request)

    def work() -> Any:
        commands.publish_version(course_id, number, by=me.actor, at=me.at)
        return queries.course(course_id, language=me.language)

    return once(request, 200, work)
