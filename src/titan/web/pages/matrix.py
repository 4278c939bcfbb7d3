"""The matrix: workers by courses, worst first; from a red cell to a draft in two clicks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from markupsafe import Markup, escape

from titan.compliance.models import Severity
from titan.compliance.queries.items import (
    History,
    MatrixCell,
    MatrixFilter,
    MatrixRow,
    histories,
    matrix,
    words,
    worker_compliance,
)
from titan.compliance.queries.summary import CourseCounts, summary
from titan.compliance.rules import COLOURS
from titan.core.errors import NotFound, invalid
from titan.core.permit import need_reader
from titan.exchange.exports.lists.matrix import matrix_columns
from titan.personnel.models import Area, Company, Role, Worker
from titan.personnel.queries.workers import WorkerShort
from titan.web.query import given_id, given_text
from titan.web.shown import TOKENS, local
from titan.web.visit import Visit, page, part, show

ROWS = 50
STATUSES = tuple(Severity.names)


@dataclass(frozen=True)
class Row:
    """One worker. colour: of the worst item. cells: of each course in order, blank where nothing is required."""

    worker: WorkerShort
    colour: str
    red: int
    yellow: int
    cells: Markup


@require_GET
@page
def matrix_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Workers by courses, filtered as the address says, fifty at a time."""
    need_reader(visit.actor)
    wanted = wanted_rows(request)
    found = matrix(wanted, limit=ROWS, cursor=given_text(request, "cursor") or None)
    counts = summary()
    values = {
        "counts": counts.counts,
        "courses": (columns := matrix_columns(counts.by_course, wanted)),
        "rows": _rows(found.items, columns, visit.today),
        "page": found,
        "wanted": wanted,
        "status_name": given_text(request, "status"),
        "choices": _choices(counts.by_course),
        "query": _query_without_cursor(request),
    }
    return show(request, visit, "matrix/matrix.html", values)


@require_GET
@page
def matrix_cell(request: HttpRequest, visit: Visit, worker_id: int, course_id: int) -> HttpResponse:
    """One cell opened: why it is as it is, and the ways out."""
    need_reader(visit.actor)
    worker = Worker.objects.select_related("company", "role").filter(pk=worker_id).first()
    if worker is None:
        raise NotFound("worker", worker_id)
    items = worker_compliance(worker_id, at=visit.at).items
    item = next((item for item in items if item.course_id == course_id), None)
    if item is None:
        raise NotFound("requirement", course_id)
    colour = TOKENS[COLOURS[Severity[item.status]]]
    return part(request, visit, "matrix/_cell.html", {"worker": worker, "item": item, "colour": colour})


def wanted_rows(request: HttpRequest) -> MatrixFilter:
    """Return which workers and courses the address asks for. Raises Invalid."""
    status = given_text(request, "status")
    if status and status not in STATUSES:
        raise invalid("status", "UNKNOWN", _("Choose one of the statuses."))
    return MatrixFilter(
        company_id=given_id(request, "company_id"),
        role_id=given_id(request, "role_id"),
        area_id=given_id(request, "area_id"),
        course_id=given_id(request, "course_id"),
        severity=Severity[status].value if status else None,
        search=given_text(request, "search") or None,
    )


def _query_without_cursor(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    return query.urlencode()


def _choices(courses: list[CourseCounts]) -> dict[str, list[tuple[int, str]]]:
    return {
        "company_id": list(Company.objects.order_by("name").values_list("id", "name")),
        "role_id": sorted(
            ((pk, local(title)) for pk, title in Role.objects.values_list("id", "title")), key=lambda row: row[1]
        ),
        "area_id": list(Area.objects.order_by("code").values_list("id", "name")),
        "course_id": sorted((row.course_id, f"{row.code} {local(row.title)}") for row in courses),
    }


def _rows(found: list[MatrixRow], columns: list[CourseCounts], today: date) -> list[Row]:
    """Return the rows with the reason of each cell in words; one statement for all of them."""
    unproved = [
        (row.worker.id, cell.course_id)
        for row in found
        for cell in row.cells
        if Severity[cell.status] < Severity.EXPIRING
    ]
    grid = _Grid(columns, histories(unproved, today), today)
    return [grid.row(row, first=number == 0) for number, row in enumerate(found)]


class _Grid:
    """Makes the cells of a page as finished HTML: there are thousands, most of them blank or said before."""

    def __init__(self, columns: list[CourseCounts], past: dict[tuple[int, int], History], today: date) -> None:
        self.past, self.today, self.opens = past, today, reverse("matrix")
        self.titles = {column.course_id: escape(local(column.title)) for column in columns}
        self.blanks = {
            column.course_id: f'<td role="gridcell" class="cell glyph" data-status="none" tabindex="-1" '
            f'aria-label="{escape(column.code)}: {escape(_("not required"))}"></td>'
            for column in columns
        }
        self.said: dict[tuple[Any, ...], tuple[str, str]] = {}

    def row(self, row: MatrixRow, *, first: bool) -> Row:
        """Return one worker's row. first: it holds the cell that the keyboard reaches first."""
        colours = [TOKENS[COLOURS[Severity[cell.status]]] for cell in row.cells]
        filled = {
            cell.course_id: self._cell(row.worker.id, cell, colour)
            for cell, colour in zip(row.cells, colours, strict=True)
            if cell.course_id in self.titles
        }
        cells = "".join([filled.get(course_id) or blank for course_id, blank in self.blanks.items()])
        if first:
            cells = cells.replace('tabindex="-1"', 'tabindex="0"', 1)
        worst = TOKENS[COLOURS[Severity[row.overall_status]]]
        return Row(row.worker, worst, colours.count("red"), colours.count("amber"), Markup(cells))  # noqa: S704

    def _cell(self, worker_id: int, cell: MatrixCell, colour: str) -> str:
        text, why = self._words(cell, self.past.get((worker_id, cell.course_id), History()))
        return (
            f'<td role="gridcell" class="cell glyph" data-status="{colour}" '
            f'data-opens-cell="{self.opens}/{worker_id}/{cell.course_id}" tabindex="-1" '
            f'aria-label="{self.titles[cell.course_id]}: {why}">{text}</td>'
        )

    def _words(self, cell: MatrixCell, past: History) -> tuple[str, str]:
        """Return a few letters, and the whole in words for who listens, both escaped."""
        asked = (cell.status, cell.expires_on, cell.due_on, past)
        if asked not in self.said:
            severity = Severity[cell.status]
            why = words(severity, self.today, cell.expires_on, cell.due_on, past)
            letters = _few_letters(severity, cell, past, self.today)
            self.said[asked] = (str(escape(letters)), str(escape(f"{severity.label}, {why}")))
        return self.said[asked]


def _few_letters(severity: Severity, cell: MatrixCell, past: History, today: date) -> str:
    """Return what fits into a cell: −12d expired, never, 9d left, sign, or the month until which it is valid."""
    if severity == Severity.COMPLIANT:
        return f"{cell.expires_on:%m/%y}" if cell.expires_on else "∞"
    if severity == Severity.AWAITING_VERIFICATION:
        return _("sign")
    until = cell.due_on if severity == Severity.IN_GRACE else cell.expires_on
    if severity != Severity.NON_COMPLIANT and until:
        return _("%(days)dd") % {"days": (until - today).days}
    if past.last_expired_on:
        return _("−%(days)dd") % {"days": (today - past.last_expired_on).days}
    return _("failed") if past.last_failed_on else _("never")


urlpatterns = [
    path("matrix", matrix_page, name="matrix"),
    path("matrix/<int:worker_id>/<int:course_id>", matrix_cell, name="matrix_cell"),
]
