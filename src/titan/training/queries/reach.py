"""Whom a course's next version reaches, and what stays as it is (domain.md §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from titan.compliance.models import ComplianceItem
from titan.records.models import Result, TrainingRecord
from titan.training.models import SessionStatus, TrainingSession


@dataclass(frozen=True)
class CourseReach:
    """asked: active workers of whom the course is required, who get the new version at their next class.

    records: passed records valid today, which keep their expiry. scheduled: sessions that keep the version they have.
    """

    asked: int
    records: int
    scheduled: int


def course_reach(course_id: int, *, today: date) -> CourseReach:
    """Return whom a new version of a course reaches, seen on the site's `today` (three statements)."""
    valid = TrainingRecord.objects.filter(
        course_id=course_id, result=Result.PASSED, revoked_at=None, valid_until__gte=today
    )
    scheduled = TrainingSession.objects.filter(course_id=course_id, status=SessionStatus.SCHEDULED)
    asked = ComplianceItem.objects.filter(course_id=course_id)
    return CourseReach(asked.count(), valid.count(), scheduled.count())
