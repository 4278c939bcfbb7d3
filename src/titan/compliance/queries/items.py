"""One worker's items with their reasons in words, and many workers' items for the matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Func, Max, Q, Sum, Value
from django.db.models.lookups import GreaterThan

from titan.compliance.models import ComplianceItem, Counted, Severity, Tally, WorkerVerdict
from titan.compliance.queries.summary import course_titles
from titan.compliance.rules import reason
from titan.core import settings
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.core.text import search_key
from titan.personnel.models import Worker, WorkerStatus
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
    worker: Worker
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
    found = _matrix_workers(wanted)
    total = _matrix_total(wanted, found) if counted else None
    order = ("severity", "name_key" if wanted.course_id is None else "worker__verdict__name_key", "worker_id")
    ordered = found.order_by(*order)
    if cursor:
        ordered = ordered.filter(GreaterThan(_Row(*order), _Row(*map(Value, decode_cursor(cursor, int, str, int)))))
    page = list(ordered[: limit + 1])
    more = len(page) > limit
    page = page[:limit]
    cells = _cells([row.worker_id for row in page], wanted.course_id)
    rows = [MatrixRow(row.worker, Severity(_verdict(row).severity).name, cells[row.worker_id]) for row in page]
    last = page[-1] if more else None
    next_cursor = encode_cursor(last.severity, _verdict(last).name_key, last.worker_id) if last else None
    return Page(rows, next_cursor, total)


class _Row(Func):
    """Several values compared as one, which an index over them can answer."""

    template = "(%(expressions)s)"
    output_field = BooleanField()


def _verdict(row: WorkerVerdict | ComplianceItem) -> WorkerVerdict:
    return row if isinstance(row, WorkerVerdict) else row.worker.verdict


def _matrix_workers(wanted: MatrixFilter) -> Any:
    """Return the verdicts of the workers, which an index has in order; of one course its items, with the verdicts."""
    rows: Any = WorkerVerdict.objects.select_related("worker__company")
    verdict = ""
    if wanted.course_id is not None:
        rows = ComplianceItem.objects.filter(course_id=wanted.course_id)
        rows, verdict = rows.select_related("worker__company", "worker__verdict"), "worker__verdict__"
    same = {
        f"{verdict}company_id": wanted.company_id,
        f"{verdict}severity": wanted.severity,
        "worker__role_id": wanted.role_id,
    }
    rows = rows.filter(**{name: value for name, value in same.items() if value is not None})
    if wanted.area_id is not None:
        rows = rows.filter(worker__area_assignments__area_id=wanted.area_id, worker__area_assignments__until=None)
    if wanted.search and wanted.search.strip():
        rows = rows.filter(worker__search_key__contains=search_key(wanted.search))
    return rows


def _matrix_total(wanted: MatrixFilter, found: Any) -> int:
    """Return how many workers there are: from the kept counts where they know, else counted."""
    few = wanted.role_id is not None or wanted.area_id is not None or bool(wanted.search and wanted.search.strip())
    of_course = wanted.course_id is not None
    if few or (of_course and (wanted.company_id is not None or wanted.severity is not None)):
        return int(found.count())
    kept = Tally.objects.filter(counted=Counted.COURSE if of_course else Counted.COMPANY)
    same = {"of_id": wanted.course_id if of_course else wanted.company_id, "severity": wanted.severity}
    kept = kept.filter(**{name: value for name, value in same.items() if value is not None})
    return int(kept.aggregate(total=Sum("n"))["total"] or 0)


def _cells(worker_ids: list[int], course_id: int | None) -> dict[int, list[MatrixCell]]:
    items = ComplianceItem.objects.filter(worker_id__in=id_set(worker_ids)).order_by("course__code")
    if course_id is not None:
        items = items.filter(course_id=course_id)
    cells: dict[int, list[MatrixCell]] = defaultdict(list)
    for row in items.values("worker_id", "course_id", "severity", "expires_on", "due_on"):
        cells[row["worker_id"]].append(
            MatrixCell(row["course_id"], Severity(row["severity"]).name, row["expires_on"], row["due_on"])
        )
    return cells
