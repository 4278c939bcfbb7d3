"""The matrix as a file: a row for each worker, a column for each course, worst first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from titan.compliance.models import Severity
from titan.compliance.queries.items import History, MatrixCell, MatrixFilter, MatrixRow, histories, matrix
from titan.compliance.queries.summary import CourseCounts, summary
from titan.compliance.rules import COLOURS
from titan.core.language import _
from titan.core.page import Page
from titan.core.permit import need_reader
from titan.core.text import in_language
from titan.exchange.exports.listing import ROWS_AT_ONCE, Asked, Column, Listing, Marked
from titan.exchange.exports.marks import compliance_mark
from titan.exchange.exports.words import compliance_words
from titan.exchange.headings import headings
from titan.exchange.imports.rules.states import Kind


@dataclass(frozen=True)
class _Row:
    """A worker with their cells by course."""

    row: MatrixRow
    cells: Mapping[int, Marked]


def matrix_columns(courses: list[CourseCounts], wanted: MatrixFilter) -> list[CourseCounts]:
    """Return the courses that the matrix shows, by code: all that somebody needs, or the one asked for."""
    shown = [row for row in courses if wanted.course_id in {None, row.course_id}]
    return sorted(shown, key=lambda row: row.code)


def matrix_list(wanted: MatrixFilter, asked: Asked) -> Listing[_Row]:
    """Return the matrix. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.MATRIX)
    words = compliance_words()
    columns: list[Column[_Row]] = [
        Column("employee_id", head["employee_id"], lambda one: one.row.worker.employee_id),
        Column("last_name", head["last_name"], lambda one: one.row.worker.last_name, width=20),
        Column("first_name", head["first_name"], lambda one: one.row.worker.first_name, width=20),
        Column("company", _("Company"), lambda one: one.row.worker.company.name, width=24),
        Column("overall_status", _("Compliance"), lambda one: compliance_mark(one.row.overall_status, words), width=24),
        *(_course(course, asked.language) for course in matrix_columns(summary().by_course, wanted)),
    ]
    return Listing(
        "matrix",
        _("Compliance matrix"),
        columns,
        lambda cursor: _page(wanted, asked.today, cursor),
        asked.site.zone,
        frozen=3,
    )


def _course(course: CourseCounts, language: str) -> Column[_Row]:
    heading = f"{course.code} {in_language(course.title, language)}".strip()
    return Column(course.code, heading, lambda one: one.cells.get(course.course_id), width=22)


def _page(wanted: MatrixFilter, today: date, cursor: str | None) -> Page[_Row]:
    found = matrix(wanted, limit=ROWS_AT_ONCE, cursor=cursor, counted=False)
    red = [
        (row.worker.id, cell.course_id)
        for row in found.items
        for cell in row.cells
        if cell.status == Severity.NON_COMPLIANT.name
    ]
    past = histories(red, today)
    rows = [
        _Row(row, {cell.course_id: cell_mark(cell, past.get((row.worker.id, cell.course_id))) for cell in row.cells})
        for row in found.items
    ]
    return Page(rows, found.next_cursor, None)


def cell_mark(cell: MatrixCell, past: History | None) -> Marked:
    """Return a cell in words that stay true when the file is opened later: with days of the calendar."""
    return Marked(_words(cell, past or History()), COLOURS[Severity[cell.status]])


def _words(cell: MatrixCell, past: History) -> str:
    status = Severity[cell.status]
    if status == Severity.COMPLIANT:
        return _("Green until %(day)s") % {"day": cell.expires_on} if cell.expires_on else _("Green, never expires")
    if status == Severity.EXPIRING:
        return _("Yellow until %(day)s") % {"day": cell.expires_on}
    if status == Severity.IN_GRACE:
        return _("Yellow, due %(day)s") % {"day": cell.due_on}
    if status == Severity.AWAITING_VERIFICATION:
        return _("Blue, waits for sign-off")
    if past.last_expired_on:
        return _("Red since %(day)s") % {"day": past.last_expired_on}
    return _("Red, failed") if past.last_failed_on else _("Red, never trained")
