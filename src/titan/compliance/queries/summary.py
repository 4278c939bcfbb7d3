"""How the site stands: counts by status, by company and by course (GET /compliance/summary)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from titan.catalogue.models import Course, CourseVersion
from titan.compliance.models import Counted, Severity, Tally
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
    rows = Tally.objects.filter(counted=Counted.COMPANY).values_list("severity").annotate(total=Sum("n"))
    return empty_counts() | {Severity(severity).name: n for severity, n in rows}


def kept_counts(counted: Counted) -> dict[int, Counts]:
    """Return the kept counts of each company, or of each course, that has any (one statement)."""
    found: dict[int, Counts] = defaultdict(empty_counts)
    rows = Tally.objects.filter(counted=counted).values_list("of_id", "severity").annotate(total=Sum("n"))
    for of_id, severity, n in rows.exclude(total=0).order_by():
        found[of_id][Severity(severity).name] = n
    return found


def summary() -> Summary:
    """Return the site's counts, companies and courses worst first (a fixed number of statements).

    All of them are kept counts: no verdict and no item is read, so that it costs the same for any number of workers.
    """
    companies, courses = kept_counts(Counted.COMPANY), kept_counts(Counted.COURSE)
    totals = empty_counts()
    for counts in companies.values():
        for status, n in counts.items():
            totals[status] += n
    return Summary(totals, _companies(companies), _courses(courses))


def _companies(found: dict[int, Counts]) -> list[CompanyCounts]:
    rows = Company.objects.order_by("code").values_list("id", "code", "name")
    named = [CompanyCounts(pk, code, name, found[pk]) for pk, code, name in rows if pk in found]
    return sorted(named, key=lambda row: _worst_first(row.counts))


def _courses(found: dict[int, Counts]) -> list[CourseCounts]:
    titles = course_titles()
    rows = Course.objects.order_by("code").values_list("id", "code")
    named = [CourseCounts(pk, code, titles.get(pk, {}), found[pk]) for pk, code in rows if pk in found]
    return sorted(named, key=lambda row: _worst_first(row.counts))


def _worst_first(counts: Counts) -> list[int]:
    return [-counts[severity.name] for severity in Severity]


def course_titles() -> dict[int, Any]:
    """Return the title mapping of each course: of its published version, else of its latest (one statement)."""
    titles: dict[int, Any] = {}
    ordered = CourseVersion.objects.order_by("course_id", "number").values_list("course_id", "status", "title")
    published: set[int] = set()
    for course_id, status, title in ordered:
        if course_id not in published:
            titles[course_id] = title
        if status == "PUBLISHED":
            titles[course_id] = title
            published.add(course_id)
    return titles
