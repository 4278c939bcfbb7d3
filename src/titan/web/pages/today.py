"""Today: how the site stands, what needs action now, what is coming, and where the largest gaps are."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.views.decorators.http import require_GET

from titan.compliance.queries.outlook import expiring, trend
from titan.compliance.queries.summary import CompanyCounts, CourseCounts, Summary, summary
from titan.ledger.alarms import open_alarms
from titan.training.consequences.queries.cases import waiting_cases
from titan.training.queries.today import Seats, booked_seats, seats_by_course, seats_within, tasks
from titan.web.chart import trend_chart
from titan.web.visit import Visit, page, show

GAPS_SHOWN, COMPANIES_SHOWN = 10, 12


@dataclass(frozen=True)
class Outlook:
    """Proofs that run out within so many days, against the seats booked by then."""

    days: int
    items: int
    seats: int


@dataclass(frozen=True)
class Gap:
    """A course with workers who need it. open: red and yellow ones for whom no seat is booked."""

    course_id: int
    code: str
    title: dict[str, str]
    red: int
    yellow: int
    seats: int

    @property
    def open(self) -> int:
        return max(0, self.red + self.yellow - self.seats)


@require_GET
@page
def today(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The first page after signing in. A trainer sees their own classes instead of the site."""
    if not visit.reads_all:
        return redirect("trainer_classes")
    found = summary()
    seats = booked_seats(at=visit.at, site=visit.site)
    gaps = _gaps(found.by_course, seats)
    values = {
        "counts": found.counts,
        "trend": trend_chart(trend(until=visit.today), found.counts, visit.today),
        "tasks": tasks(at=visit.at, by=visit.actor),
        "cases": waiting_cases(by=visit.actor),
        "alarms": open_alarms(),
        "outlook": _outlook(seats, visit),
        "gaps": gaps[:GAPS_SHOWN],
        "more_gaps": max(0, len(gaps) - GAPS_SHOWN),
        "companies": _companies(found)[:COMPANIES_SHOWN],
    }
    return show(request, visit, "today/today.html", values)


def _outlook(seats: list[Seats], visit: Visit) -> list[Outlook]:
    return [Outlook(row.days, row.items, seats_within(seats, visit.today, row.days)) for row in expiring(visit.today)]


def _gaps(courses: list[CourseCounts], seats: list[Seats]) -> list[Gap]:
    booked = seats_by_course(seats)
    gaps = [_gap(row, booked.get(row.course_id, 0)) for row in courses]
    return sorted((gap for gap in gaps if gap.red or gap.yellow), key=lambda gap: (-gap.open, -gap.red, gap.code))


def _gap(course: CourseCounts, seats: int) -> Gap:
    """Return who needs a class now: who waits for a sign-off needs an assessor instead."""
    yellow = course.counts["IN_GRACE"] + course.counts["EXPIRING"]
    return Gap(course.course_id, course.code, course.title, course.counts["NON_COMPLIANT"], yellow, seats)


def _companies(found: Summary) -> list[CompanyCounts]:
    """Return companies by their share of red workers, the worst first."""
    return sorted(found.by_company, key=lambda row: (-row.counts["NON_COMPLIANT"] / sum(row.counts.values()), row.code))


urlpatterns = [path("", today, name="today")]
