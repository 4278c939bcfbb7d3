"""What is coming: the trend of the site, expiring proofs, and the largest gaps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q

from titan.compliance.models import ComplianceItem, DayCounts, Severity


@dataclass(frozen=True)
class TrendDay:
    """How many workers were red and yellow at the end of a day."""

    day: date
    red: int
    yellow: int


def trend(*, until: date, days: int = 84) -> list[TrendDay]:
    """Return the kept days before `until`, oldest first (one statement)."""
    rows = DayCounts.objects.filter(day__gte=until - timedelta(days=days), day__lt=until).order_by("day")
    return [TrendDay(row.day, row.non_compliant, row.in_grace + row.expiring) for row in rows]


@dataclass(frozen=True)
class Expiring:
    """Proofs of required courses that run out within so many days."""

    days: int
    items: int


def expiring(today: date, horizons: tuple[int, ...] = (30, 60, 90)) -> list[Expiring]:
    """Return how many items of active workers run out within each horizon, in days (one statement)."""
    counted = {
        f"within_{days}": Count("id", filter=Q(expires_on__lte=today + timedelta(days=days))) for days in horizons
    }
    found = ComplianceItem.objects.filter(severity__gte=Severity.EXPIRING, expires_on__isnull=False)
    row = found.aggregate(**counted)
    return [Expiring(days, row[f"within_{days}"]) for days in horizons]


@dataclass(frozen=True)
class CourseNeed:
    """How many workers need a class in a course now: red ones, and yellow ones (in grace or expiring)."""

    course_id: int
    red: int
    yellow: int


def course_needs() -> dict[int, CourseNeed]:
    """Return the need of every course that anybody needs (one statement)."""
    needs: dict[int, dict[str, int]] = defaultdict(lambda: {"red": 0, "yellow": 0})
    rows = ComplianceItem.objects.filter(
        severity__in=[Severity.NON_COMPLIANT, Severity.IN_GRACE, Severity.EXPIRING]
    ).values_list("course_id", "severity")
    for course_id, severity, n in rows.annotate(n=Count("id")).order_by():
        needs[course_id]["red" if severity == Severity.NON_COMPLIANT else "yellow"] += n
    return {course_id: CourseNeed(course_id, **need) for course_id, need in needs.items()}
