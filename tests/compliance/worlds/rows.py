"""Rows as every site has them, not yet saved."""

from __future__ import annotations

from datetime import UTC, datetime

from titan.catalogue.models import Course, CourseVersion
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.personnel.models import Area, Role

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SHA = "ab" * 32


def first_version(course: Course) -> CourseVersion:
    return CourseVersion(
        course=course,
        number=1,
        status="PUBLISHED",
        title={"en": course.code},
        duration_minutes=60,
        validity_months=12,
        delivery_method="INSTRUCTOR_LED",
        requires_verification=False,
        created_at=EPOCH,
        published_at=EPOCH,
    )


def requirement(holder: Role | Area, course: Course, grace: int | None) -> RoleRequirement | AreaRequirement:
    kind = "PRE_MOB" if grace is None else "POST_MOB"
    if isinstance(holder, Role):
        return RoleRequirement(role=holder, course=course, type=kind, grace_period_days=grace, since=EPOCH)
    return AreaRequirement(area=holder, course=course, type=kind, grace_period_days=grace, since=EPOCH)
