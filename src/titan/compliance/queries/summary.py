"""How the site stands: counts by status, by company and by course (GET /compliance/summary)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet, Sum

from titan.catalogue.models import Course, CourseVersion
from titan.compliance.models import NAMES, Counted, Severity, Tally
from titan.core.statements import Shape, Statement, given
from titan.personnel.models import Company

Counts = dict[str, int]


@dataclass(frozen=True)
class CompanyCounts:
    company_id: int
    code: str
    name: str
    counts: Counts


@dataclass(frozen=True)
class CourseCounts:
    course_id: int
    code: str
    title: dict[str, str]
    counts: Counts


@dataclass(frozen=True)
class Summary:
    """Active workers by overall status, of the site and of each company; items by status of each course."""

    counts: Counts
    by_company: list[CompanyCounts]
    by_course: list[CourseCounts]


def empty_counts() -> Counts:
    return {severity.name: 0 for severity in Severity}


def site_counts() -> Counts:
    """Return how many active workers have which overall status (one statement, of counts that are kept)."""
    return _added(kept_counts(Counted.COMPANY))


def _added(found: dict[int, Counts]) -> Counts:
    total = empty_counts()
    for counts in found.values():
        for status, n in counts.items():
            total[status] += n
    return total


def kept_counts(counted: Counted) -> dict[int, Counts]:
    """Return the kept counts of each company, or of each course, that has any (one statement)."""
    found: dict[int, Counts] = defaultdict(empty_counts)
    for of_id, severity, n in _KEPT.rows({"counted": counted}):
        found[of_id][NAMES[severity]] = n
    return found


def _kept(_shape: Shape) -> QuerySet[Any]:
    tallies = Tally.objects.filter(**given(Tally, "counted")).values("of_id", "severity")
    return tallies.annotate(total=Sum("n")).exclude(total=0).order_by()


_KEPT = Statement(_kept, "of_id", "severity", "total")
_COMPANIES = Statement(lambda _shape: Company.objects.order_by("code"), "id", "code", "name")
_COURSES = Statement(lambda _shape: Course.objects.order_by("code"), "id", "code")
_TITLES = Statement(
    lambda _shape: CourseVersion.objects.order_by("course_id", "number"), "course_id", "status", "title"
)


def summary() -> Summary:
    """Return the site's counts, companies and courses worst first (a fixed number of statements).

    All of them are kept counts: no verdict and no item is read, so that it costs the same for any number of workers.
    """
    companies, courses = kept_counts(Counted.COMPANY), kept_counts(Counted.COURSE)
    return Summary(_added(companies), _companies(companies), _courses(courses))


def _companies(found: dict[int, Counts]) -> list[CompanyCounts]:
    named = [CompanyCounts(pk, code, name, found[pk]) for pk, code, name in _COMPANIES.rows({}) if pk in found]
    return sorted(named, key=lambda row: _worst_first(row.counts))


def _courses(found: dict[int, Counts]) -> list[CourseCounts]:
    titles = course_titles()
    named = [CourseCounts(pk, code, titles.get(pk, {}), found[pk]) for pk, code in _COURSES.rows({}) if pk in found]
    return sorted(named, key=lambda row: _worst_first(row.counts))


def _worst_first(counts: Counts) -> list[int]:
    return [-counts[severity.name] for severity in Severity]


def course_titles() -> dict[int, Any]:
    """Return the title mapping of each course: of its published version, else of its latest (one statement)."""
    titles: dict[int, Any] = {}
    published: set[int] = set()
    for course_id, status, title in _TITLES.rows({}):
        if course_id not in published:
            titles[course_id] = title
        if status == "PUBLISHED":
            titles[course_id] = title
            published.add(course_id)
    return titles
