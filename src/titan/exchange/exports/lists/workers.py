"""Workers as a file: who they are, where they work, and how they stand."""

from __future__ import annotations

from dataclasses import dataclass

from titan.compliance.models import Severity
from titan.compliance.queries.workers import (
    WorkerFilters,
    WorkerRow,
    list_workers,
    list_workers_worst_first,
    open_items,
)
from titan.compliance.rules import COLOURS, Colour
from titan.core.language import _
from titan.core.page import Page
from titan.core.permit import need_reader
from titan.exchange.exports.listing import ROWS_AT_ONCE, Asked, Column, Listing, Shape
from titan.exchange.exports.marks import compliance_mark, worker_status_mark
from titan.exchange.exports.words import compliance_words, worker_status_words
from titan.exchange.headings import headings
from titan.exchange.imports.rules.states import Kind
from titan.personnel.queries.areas import area_codes_of
from titan.personnel.queries.workers import short_workers

AREA_SEPARATOR = ";"


@dataclass(frozen=True)
class WorkersWanted(WorkerFilters):
    """Which workers, and in which order: the worst first, or by name."""

    by_name: bool = False


@dataclass(frozen=True)
class _Row:
    worker: WorkerRow
    areas: list[str]
    supervisor: str
    open: dict[Colour, int]


def workers(wanted: WorkersWanted, asked: Asked) -> Listing[_Row]:
    """Return the list of workers. Raises Forbidden for trainers."""
    need_reader(asked.by)
    head = headings(Kind.WORKERS)
    compliance, statuses = compliance_words(), worker_status_words()
    columns: list[Column[_Row]] = [
        Column("employee_id", head["employee_id"], lambda row: row.worker.employee_id),
        Column("last_name", head["last_name"], lambda row: row.worker.last_name, width=20),
        Column("first_name", head["first_name"], lambda row: row.worker.first_name, width=20),
        Column(
            "compliance_status",
            _("Compliance"),
            lambda row: compliance_mark(row.worker.compliance_status, compliance),
            width=24,
        ),
        *(_open(colour, word) for colour, word in ((Colour.RED, _("Red")), (Colour.BLUE, _("Blue")))),
        _open(Colour.YELLOW, _("Yellow")),
        Column("status", head["status"], lambda row: worker_status_mark(row.worker.status, statuses), width=12),
        Column("company_code", head["company_code"], lambda row: row.worker.company.code),
        Column("company", _("Company"), lambda row: row.worker.company.name, width=24),
        Column("role_code", head["role_code"], lambda row: row.worker.role.code if row.worker.role else None),
        Column("role", _("Role"), lambda row: row.worker.role.title if row.worker.role else None, width=24),
        Column("role_assigned_on", head["role_assigned_on"], lambda row: row.worker.role_assigned_on, Shape.DAY),
        Column("area_codes", head["area_codes"], lambda row: AREA_SEPARATOR.join(row.areas), width=20),
        Column("supervisor_employee_id", head["supervisor_employee_id"], lambda row: row.supervisor),
        Column("email", head["email"], lambda row: row.worker.email, width=26),
        Column("phone", head["phone"], lambda row: row.worker.phone, width=18),
        Column("start_date", head["start_date"], lambda row: row.worker.start_date, Shape.DAY),
        Column("end_date", head["end_date"], lambda row: row.worker.end_date, Shape.DAY),
    ]
    return Listing("workers", _("Workers"), columns, lambda cursor: _page(wanted, asked, cursor), asked.site.zone)


def _open(colour: Colour, word: str) -> Column[_Row]:
    """Return the column of how many requirements of a worker have this colour; blank where none has."""
    return Column(f"open_{colour.value.lower()}", word, lambda row: row.open.get(colour), Shape.NUMBER, 8)


def _page(wanted: WorkersWanted, asked: Asked, cursor: str | None) -> Page[_Row]:
    find = list_workers if wanted.by_name else list_workers_worst_first
    found = find(wanted, by=asked.by, language=asked.language, limit=ROWS_AT_ONCE, cursor=cursor)
    ids = [row.id for row in found.items]
    areas, open_ones = area_codes_of(ids), open_items(ids)
    above = short_workers({row.supervisor_id for row in found.items if row.supervisor_id})
    rows = [
        _Row(
            row,
            areas.get(row.id, []),
            above[row.supervisor_id].employee_id if row.supervisor_id else "",
            _by_colour(open_ones.get(row.id, {})),
        )
        for row in found.items
    ]
    return Page(rows, found.next_cursor, found.total)


def _by_colour(counts: dict[str, int]) -> dict[Colour, int]:
    found: dict[Colour, int] = {}
    for status, n in counts.items():
        colour = COLOURS[Severity[status]]
        found[colour] = found.get(colour, 0) + n
    return found
