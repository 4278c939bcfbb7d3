"""One worker's items with their reasons in words, and many workers' items for the matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Exists, Func, Max, OuterRef, Q, QuerySet, Sum, TextField, Value
from django.db.models.lookups import GreaterThan

from titan.compliance.models import NAMES, ComplianceItem, Counted, Severity, Tally, WorkerVerdict
from titan.compliance.queries.summary import course_titles
from titan.compliance.rules import reason
from titan.core import settings
from titan.core.bulk import id_set, ids_param, ids_sql
from titan.core.errors import NotFound
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.core.statements import Given, Shape, Statement, given, holds, is_given
from titan.personnel.models import AreaAssignment, Worker, WorkerStatus
from titan.personnel.queries.companies import CompanyShort
from titan.personnel.queries.letters import anywhere, has_letters, is_indexed
from titan.personnel.queries.workers import WorkerShort
from titan.records.models import Result, TrainingRecord


@dataclass(frozen=True)
class Item:
    """One requirement of one worker, judged."""

    course_id: int
    course_code: str
    title: dict[str, str]
    requirement_type: str
    due_on: date | None
    status: str
    expires_on: date | None
    reason: str
    record_id: int | None


@dataclass(frozen=True)
class WorkerCompliance:
    """A worker's overall status (None: not active, so not judged) and items, worst first."""

    overall_status: str | None
    items: list[Item]


@dataclass(frozen=True)
class History:
    """What earlier results say about a worker and a course that is not proved."""

    last_expired_on: date | None = None
    trained: bool = False
    last_failed_on: date | None = None


def worker_compliance(worker_id: int, *, at: datetime) -> WorkerCompliance:
    """Return a worker's items and why each is as it is (a fixed number of statements). Raises NotFound."""
    worker = Worker.objects.filter(pk=worker_id).values("status", "verdict__severity").first()
    if worker is None:
        raise NotFound("worker", worker_id)
    today = settings.current().today(at)
    rows = list(
        ComplianceItem.objects.filter(worker_id=worker_id).select_related("course").order_by("severity", "course__code")
    )
    past = histories([(worker_id, row.course_id) for row in rows if row.severity < Severity.EXPIRING], today)
    titles = course_titles()
    overall = worker["verdict__severity"] if worker["status"] == WorkerStatus.ACTIVE else None
    return WorkerCompliance(
        overall_status=None if overall is None else Severity(overall).name,
        items=[_item(row, titles, past.get((worker_id, row.course_id), History()), today) for row in rows],
    )


def _item(row: ComplianceItem, titles: dict[int, Any], past: History, today: date) -> Item:
    return Item(
        course_id=row.course_id,
        course_code=row.course.code,
        title=titles.get(row.course_id, {}),
        requirement_type=row.requirement_type,
        due_on=row.due_on,
        status=Severity(row.severity).name,
        expires_on=row.expires_on,
        reason=words(row.severity, today, row.expires_on, row.due_on, past),
        record_id=row.record_id,
    )


def words(severity: int, today: date, expires_on: date | None, due_on: date | None, past: History) -> str:
    """Return the reason of an item in words, from its columns and what came before."""
    return reason(
        severity,
        today=today,
        expires_on=expires_on,
        due_on=due_on,
        last_expired_on=past.last_expired_on,
        trained=past.trained,
        last_failed_on=past.last_failed_on,
    )


def histories(pairs: Iterable[tuple[int, int]], today: date) -> dict[tuple[int, int], History]:
    """Return what earlier results say about (worker, course) pairs, in one statement whatever their number."""
    wanted = set(pairs)
    if not wanted:
        return {}
    rows = (
        TrainingRecord.objects.filter(
            worker_id__in=id_set(worker for worker, _ in wanted),
            course_id__in=id_set(course for _, course in wanted),
        )
        .values("worker_id", "course_id")
        .annotate(
            expired=Max("valid_until", filter=Q(result=Result.PASSED, revoked_at=None, valid_until__lt=today)),
            passed=Max("completed_on", filter=Q(result=Result.PASSED, revoked_at=None)),
            ever=Max("id", filter=Q(result=Result.PASSED)),
            failed=Max("completed_on", filter=Q(result=Result.FAILED, revoked_at=None)),
        )
        .order_by()
    )
    return {
        (row["worker_id"], row["course_id"]): History(
            last_expired_on=row["expired"],
            trained=row["ever"] is not None,
            last_failed_on=row["failed"] if row["failed"] and not row["passed"] else None,
        )
        for row in rows
        if (row["worker_id"], row["course_id"]) in wanted
    }


@dataclass(frozen=True)
class MatrixCell:
    course_id: int
    status: str
    expires_on: date | None
    due_on: date | None


@dataclass(frozen=True)
class MatrixRow:
    worker: WorkerShort
    overall_status: str
    cells: list[MatrixCell]


@dataclass(frozen=True)
class MatrixFilter:
    """Which workers and courses the matrix shows. severity: of the worker overall. search: name or badge."""

    company_id: int | None = None
    role_id: int | None = None
    area_id: int | None = None
    course_id: int | None = None
    severity: int | None = None
    search: str | None = None


def matrix(wanted: MatrixFilter, *, limit: int, cursor: str | None, counted: bool = True) -> Page[MatrixRow]:
    """Return workers with their items, worst first then by name, a page at a time (at most three statements).

    counted: whether the page says how many workers there are in all.
    """
    narrowed = _narrowed(wanted)
    total = _matrix_total(wanted, narrowed) if counted else None
    place = (
        dict(zip(("rank", "name_key", "last_id"), decode_cursor(cursor, int, str, int), strict=True)) if cursor else {}
    )
    rows = _workers(wanted).rows(narrowed | place, limit + 1)
    cells = _cells([row[_WORKER_ID] for row in rows[:limit]], wanted.course_id)
    shown = [_matrix_row(row, cells) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    next_cursor = encode_cursor(last[0], last[1], last[_WORKER_ID]) if last else None
    return Page(shown, next_cursor, total)


# The row's severity and name key make its place; then who it is, and how they stand overall.
_SHOWN = tuple(
    f"worker__{name}"
    for name in ("id", "employee_id", "first_name", "last_name", "company_id", "company__code", "company__name")
)
_WORKER_ID = 2


def _matrix_row(row: tuple[Any, ...], cells: dict[int, list[MatrixCell]]) -> MatrixRow:
    _rank, _name, pk, badge, first, last, company, code, name, severity = row
    worker = WorkerShort(pk, badge, first, last, CompanyShort(company, code, name))
    return MatrixRow(worker, NAMES[severity], cells[pk])


class _Row(Func):
    """Several values compared as one, which an index over them can answer."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def _narrowed(wanted: MatrixFilter) -> dict[str, Any]:
    """Return the values that the matrix is narrowed to, by the names of `_filtered`."""
    narrowed = is_given(
        company_id=wanted.company_id,
        severity=wanted.severity,
        role_id=wanted.role_id,
        area_id=wanted.area_id,
        course_id=wanted.course_id,
    )
    words = (wanted.search or "").strip()
    if words:
        narrowed["letters" if is_indexed(words) else "search"] = anywhere(words)
    return narrowed


_NUMBER = Worker._meta.get_field("id")
_SEVERITY = WorkerVerdict._meta.get_field("severity")


def _filtered(rows: QuerySet[Any], shape: Shape, verdict: str) -> QuerySet[Any]:
    same = {
        "company_id": f"{verdict}company_id",
        "severity": f"{verdict}severity",
        "role_id": "worker__role_id",
        "course_id": "course_id",
    }
    found = {same[name]: Given(name, _SEVERITY if name == "severity" else _NUMBER) for name in same if name in shape}
    rows = rows.filter(**found)
    if "area_id" in shape:
        held = AreaAssignment.objects.filter(
            worker_id=OuterRef("worker_id"), area_id=Given("area_id", _NUMBER), until=None
        )
        rows = rows.filter(Exists(held))
    for name in shape & {"letters", "search"}:
        found_by = has_letters("w", "%s", indexed=name == "letters")
        who = f"SELECT 1 FROM {Worker._meta.db_table} w WHERE w.id = {rows.model._meta.db_table}.worker_id"
        rows = rows.filter(holds(f"EXISTS ({who} AND {found_by})", name, Worker._meta.get_field("search_key")))
    return rows


def _in_order(rows: QuerySet[Any], shape: Shape, name_key: str) -> QuerySet[Any, Any]:
    order = ("severity", name_key, "worker_id")
    if "rank" in shape:
        values = (Given("rank", _SEVERITY), Given("name_key", Worker._meta.get_field("name_key")))
        place = _Row(*values, Given("last_id", _NUMBER))
        rows = rows.filter(GreaterThan(_Row(*order), place))
    return rows.order_by(*order)


def _everybody(shape: Shape) -> QuerySet[Any, Any]:
    """Return the workers by their verdicts, which an index has in order."""
    rows = _filtered(WorkerVerdict.objects.all(), shape, "")
    return _in_order(rows, shape, "name_key")


def _of_course(shape: Shape) -> QuerySet[Any, Any]:
    """Return the workers by their items of one course."""
    rows = _filtered(ComplianceItem.objects.all(), shape, "worker__verdict__")
    return _in_order(rows, shape, "worker__verdict__name_key")


_EVERYBODY = Statement(_everybody, "severity", "name_key", *_SHOWN, "severity")
_OF_COURSE = Statement(_of_course, "severity", "worker__verdict__name_key", *_SHOWN, "worker__verdict__severity")


def _workers(wanted: MatrixFilter) -> Statement:
    return _EVERYBODY if wanted.course_id is None else _OF_COURSE


def _matrix_total(wanted: MatrixFilter, narrowed: dict[str, Any]) -> int:
    """Return how many workers there are: from the kept counts where they know, else counted."""
    few = bool(narrowed.keys() & {"role_id", "area_id", "letters", "search"})
    of_course = wanted.course_id is not None
    if few or (of_course and (wanted.company_id is not None or wanted.severity is not None)):
        return _workers(wanted).count(narrowed)
    kept = {"counted": Counted.COURSE if of_course else Counted.COMPANY}
    of = wanted.course_id if of_course else wanted.company_id
    return int(_KEPT.rows(kept | is_given(of_id=of, severity=wanted.severity))[0][0] or 0)


def _kept(shape: Shape) -> QuerySet[Any, Any]:
    tallies = Tally.objects.filter(**given(Tally, *sorted(shape)))
    return tallies.annotate(one=Value(1)).values("one").annotate(total=Sum("n")).order_by()


def _cells(worker_ids: list[int], course_id: int | None) -> dict[int, list[MatrixCell]]:
    wanted = {"ids": ids_param(worker_ids)} | is_given(course_id=course_id)
    cells: dict[int, list[MatrixCell]] = defaultdict(list)
    for worker, course, severity, expires_on, due_on in _CELLS.rows(wanted):
        cells[worker].append(MatrixCell(course, NAMES[severity], expires_on, due_on))
    return cells


def _of_workers(shape: Shape) -> QuerySet[Any, Any]:
    among = holds(f"{ComplianceItem._meta.db_table}.worker_id IN ({ids_sql()})", "ids", TextField())
    items = ComplianceItem.objects.filter(among)
    if "course_id" in shape:
        items = items.filter(course_id=Given("course_id", _NUMBER))
    return items.order_by("course__code")


_KEPT = Statement(_kept, "total")
_CELLS = Statement(_of_workers, "worker_id", "course_id", "severity", "expires_on", "due_on")
