"""Workers as lists and pages show them, each with how they stand (domain.md §4, api.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from titan.compliance.models import ComplianceItem, Severity
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import NotFound, invalid
from titan.core.given import unknown_choice
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.core.text import in_language, search_key
from titan.personnel.models import AreaAssignment, Worker
from titan.personnel.queries.areas import AreaShort
from titan.personnel.queries.companies import CompanyShort
from titan.personnel.queries.merged import badge_now, merged_into, now_of
from titan.personnel.queries.workers import WorkerShort, short_worker, short_workers

NOT_JUDGED = 9


@dataclass(frozen=True)
class RoleShort:
    """A role as workers embed it; the title in the caller's language."""

    id: int
    code: str
    title: str


@dataclass(frozen=True)
class AreaHeld:
    """An area of a worker, and the day its requirements count from."""

    area: AreaShort
    assigned_on: date


@dataclass(frozen=True)
class WorkerView:
    """A worker. compliance_status: the worst of their items; None when not active: nothing is judged then.

    merged_into_id: of a row that was merged, whom into; merged_into: who that is by now. also: the rows that were
    merged into this one. areas: by code; None in a list, as are the supervisor, merged_into and also.
    """

    id: int
    employee_id: str
    first_name: str
    last_name: str
    email: str
    phone: str
    company: CompanyShort
    role: RoleShort | None
    role_assigned_on: date | None
    status: str
    compliance_status: str | None
    start_date: date | None
    end_date: date | None
    supervisor_id: int | None
    user_id: int | None
    anonymised_at: datetime | None
    merged_into_id: int | None = None
    merged_at: datetime | None = None
    supervisor: WorkerShort | None = None
    areas: list[AreaHeld] | None = None
    merged_into: WorkerShort | None = None
    also: list[AlsoKnown] | None = None


@dataclass(frozen=True)
class AlsoKnown:
    """A row that turned out to be the same person, and since when it is known."""

    id: int
    employee_id: str
    first_name: str
    last_name: str
    merged_at: datetime


@dataclass(frozen=True)
class WorkerFilters:
    """What a list of workers is narrowed to; None: not at all.

    search: in names and badges, those of rows merged into a worker too. employee_id: a badge; of a row that was merged,
    whoever it is now. area_id: those assigned to the area itself, not to one below it. merged: the rows that were
    merged, instead of all others.
    """

    search: str | None = None
    employee_id: str | None = None
    company_id: int | None = None
    role_id: int | None = None
    area_id: int | None = None
    supervisor_id: int | None = None
    status: str | None = None
    compliance_status: str | None = None
    merged: bool = False


def worker(worker_id: int, *, by: Actor, language: str) -> WorkerView:
    """Return one worker, whole (four statements at most). Raises Forbidden for trainers, NotFound."""
    need_reader(by)
    row = _rows().select_related("supervisor__company").filter(pk=worker_id).first()
    if row is None:
        raise NotFound("worker", worker_id)
    held = AreaAssignment.objects.filter(worker=row, until=None).select_related("area")
    areas = [
        AreaHeld(AreaShort(one.area.pk, one.area.code, one.area.name), one.assigned_on)
        for one in sorted(held, key=lambda one: one.area.code)
    ]
    supervisor = short_worker(row.supervisor) if row.supervisor else None
    whole = _view(row, language, supervisor=supervisor, areas=areas)
    if row.merged_into_id is not None:
        stays = now_of(worker_id)
        return replace(whole, also=[], merged_into=short_workers([stays])[stays])
    return replace(whole, also=_also(worker_id))


def _also(worker_id: int) -> list[AlsoKnown]:
    rows = Worker.objects.filter(pk__in=merged_into([worker_id]).get(worker_id, [])).order_by("merged_at", "pk")
    return [
        AlsoKnown(row.pk, row.employee_id, row.first_name, row.last_name, row.merged_at)
        for row in rows
        if row.merged_at is not None
    ]


def list_workers(
    filters: WorkerFilters,
    *,
    by: Actor,
    language: str,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[WorkerView]:
    """Return a page of the workers by last name, first name, badge; the total stands on the first page.

    At most two statements; five by badge. Raises Forbidden for trainers.
    """
    need_reader(by)
    workers = _filtered(_rows(), filters)
    total = None if cursor else workers.count()
    if cursor:
        name_key, last_id = decode_cursor(cursor, str, int)
        # The first condition alone bounds the walk along the index; the second one settles equal keys.
        workers = workers.filter(
            Q(name_key__gte=name_key), Q(name_key__gt=name_key) | Q(name_key=name_key, pk__gt=last_id)
        )
    rows = list(workers.order_by("name_key", "id").values_list(*_LISTED)[: limit + 1])
    following = encode_cursor(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page([_listed(row, language) for row in rows[:limit]], following, total)


def list_workers_worst_first(
    filters: WorkerFilters,
    *,
    by: Actor,
    language: str,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[WorkerView]:
    """Return a page of the workers, the worst first, then by name; who is not active stands last. As list_workers.

    At most three statements.
    """
    need_reader(by)
    workers = _filtered(_rows(), filters)
    total = None if cursor else workers.count()
    rank, name_key, last_id = decode_cursor(cursor, int, str, int) if cursor else (0, "", 0)
    by_name = Q(name_key__gt=name_key) | Q(name_key=name_key, pk__gt=last_id)
    rows: list[tuple[Any, ...]] = []
    # The judged first, in the order of an index; a page that reaches beyond them goes on with the others.
    if rank < NOT_JUDGED:
        judged = workers.filter(verdict__severity__gte=rank)
        if cursor:
            judged = judged.filter(Q(verdict__severity__gt=rank) | by_name)
        ordered = judged.order_by("verdict__severity", "verdict__name_key", "verdict__worker_id")
        rows = list(ordered.values_list(*_LISTED)[: limit + 1])
    if len(rows) <= limit and filters.compliance_status is None:
        others = workers.filter(verdict=None)
        others = others.filter(by_name) if rank == NOT_JUDGED else others
        rows += others.order_by("name_key", "id").values_list(*_LISTED)[: limit + 1 - len(rows)]
    last = rows[limit - 1] if len(rows) > limit else None
    following = None
    if last:
        following = encode_cursor(NOT_JUDGED if last[_SEVERITY] is None else last[_SEVERITY], last[-1], last[0])
    return Page([_listed(row, language) for row in rows[:limit]], following, total)


def worker_ids(filters: WorkerFilters, *, by: Actor, most: int) -> list[int]:
    """Return who a list of workers holds, by name; at most so many (one statement). Raises Forbidden for trainers."""
    need_reader(by)
    found = _filtered(Worker.objects.all(), filters).order_by("name_key", "id")
    return list(found.values_list("pk", flat=True)[:most])


def workers_listed(worker_ids: Iterable[int], *, language: str) -> dict[int, WorkerView]:
    """Return these workers as a list shows them, by id, also those that were merged (one statement)."""
    rows = _rows().filter(pk__in=id_set(worker_ids)).values_list(*_LISTED)
    return {row[0]: _listed(row, language) for row in rows}


def open_items(worker_ids: Iterable[int]) -> dict[int, dict[str, int]]:
    """Return how many items of these workers are not compliant, by status (one statement)."""
    items = ComplianceItem.objects.filter(worker_id__in=id_set(worker_ids), severity__lt=Severity.COMPLIANT)
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    rows = items.values_list("worker_id", "severity").annotate(n=Count("id")).order_by("worker_id", "severity")
    for worker_id, severity, n in rows:
        counts[worker_id][Severity(severity).name] = n
    return dict(counts)


def _rows() -> QuerySet[Worker]:
    return Worker.objects.select_related("company", "role", "verdict")


def _filtered(workers: QuerySet[Worker], filters: WorkerFilters) -> QuerySet[Worker]:
    same = {
        "company_id": filters.company_id,
        "role_id": filters.role_id,
        "supervisor_id": filters.supervisor_id,
        "status": filters.status,
    }
    workers = workers.filter(merged_into__isnull=not filters.merged)
    if filters.employee_id is not None:
        workers = workers.filter(pk=_with_badge(filters.employee_id, merged=filters.merged))
    workers = workers.filter(**{name: value for name, value in same.items() if value is not None})
    if filters.compliance_status is not None:
        workers = workers.filter(verdict__severity=_severity(filters.compliance_status))
    if filters.area_id is not None:
        held = AreaAssignment.objects.filter(worker_id=OuterRef("pk"), area_id=filters.area_id, until=None)
        workers = workers.filter(Exists(held))
    if filters.search and filters.search.strip():
        workers = workers.filter(search_key__contains=search_key(filters.search))
    return workers


def _with_badge(badge: str, *, merged: bool) -> int:
    """Return who has a badge; of a row that was merged, whoever that is now, unless such rows are asked for."""
    if merged:
        return Worker.objects.filter(employee_id=badge).values_list("pk", flat=True).first() or 0
    now = badge_now(badge)
    return now.worker_id if now else 0


def _severity(status: str) -> Severity:
    if status not in Severity.names:
        raise invalid("compliance_status", "UNKNOWN_CHOICE", unknown_choice(status, Severity.names))
    return Severity[status]


# What a list shows of a worker; plain values, because making models of them costs more than reading them.
_LISTED = (
    "id",
    "employee_id",
    "first_name",
    "last_name",
    "email",
    "phone",
    "company_id",
    "company__code",
    "company__name",
    "role_id",
    "role__code",
    "role__title",
    "role_assigned_on",
    "status",
    "verdict__severity",
    "start_date",
    "end_date",
    "supervisor_id",
    "user_id",
    "anonymised_at",
    "merged_into_id",
    "merged_at",
    "name_key",
)
_SEVERITY = _LISTED.index("verdict__severity")


def _listed(row: tuple[Any, ...], language: str) -> WorkerView:
    pk, badge, first, last, email, phone, company, code, name, role, role_code, title, since, status, *rest = row
    severity, starts, ends, supervisor_id, user_id, anonymised_at, into, merged_at, _name_key = rest
    return WorkerView(
        id=pk,
        employee_id=badge,
        first_name=first,
        last_name=last,
        email=email,
        phone=phone,
        company=CompanyShort(company, code, name),
        role=RoleShort(role, role_code, in_language(title, language)) if role else None,
        role_assigned_on=since,
        status=status,
        compliance_status=None if severity is None else Severity(severity).name,
        start_date=starts,
        end_date=ends,
        supervisor_id=supervisor_id,
        user_id=user_id,
        anonymised_at=anonymised_at,
        merged_into_id=into,
        merged_at=merged_at,
    )


def _view(
    row: Worker, language: str, *, supervisor: WorkerShort | None = None, areas: list[AreaHeld] | None = None
) -> WorkerView:
    short = short_worker(row)
    role = RoleShort(row.role.pk, row.role.code, in_language(row.role.title, language)) if row.role else None
    verdict = getattr(row, "verdict", None)
    return WorkerView(
        id=short.id,
        employee_id=short.employee_id,
        first_name=short.first_name,
        last_name=short.last_name,
        email=row.email,
        phone=row.phone,
        company=short.company,
        role=role,
        role_assigned_on=row.role_assigned_on,
        status=row.status,
        compliance_status=Severity(verdict.severity).name if verdict else None,
        start_date=row.start_date,
        end_date=row.end_date,
        supervisor_id=row.supervisor_id,
        user_id=row.user_id,
        anonymised_at=row.anonymised_at,
        merged_into_id=row.merged_into_id,
        merged_at=row.merged_at,
        supervisor=supervisor,
        areas=areas,
    )
