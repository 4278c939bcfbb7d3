"""Workers as lists and pages show them, each with how they stand (domain.md §4, api.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from titan.compliance.models import NAMES, ComplianceItem, Severity, WorkerVerdict
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import NotFound, invalid
from titan.core.given import unknown_choice
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.core.statements import Given, Shape, Statement, given, holds, is_given
from titan.core.text import in_language
from titan.personnel.models import AreaAssignment, Worker
from titan.personnel.queries.areas import AreaShort
from titan.personnel.queries.companies import CompanyShort
from titan.personnel.queries.letters import anywhere, has_letters, is_indexed
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
class WorkerRow:
    """A worker in a list. compliance_status: the worst of their items; None when not active: nothing is judged then.

    merged_into_id: of a row that was merged, whom into.
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
    supervisor_id: int | None
    status: str
    compliance_status: str | None
    start_date: date | None
    end_date: date | None
    user_id: int | None
    anonymised_at: datetime | None
    merged_into_id: int | None
    merged_at: datetime | None


@dataclass(frozen=True)
class AlsoKnown:
    """A row that turned out to be the same person, and since when it is known."""

    id: int
    employee_id: str
    first_name: str
    last_name: str
    merged_at: datetime


@dataclass(frozen=True)
class WorkerView(WorkerRow):
    """A worker, whole. areas: by code. merged_into: of a row that was merged, who that is by now.

    also: the rows that were merged into this one.
    """

    supervisor: WorkerShort | None
    areas: list[AreaHeld]
    merged_into: WorkerShort | None = None
    also: list[AlsoKnown] | None = None


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
) -> Page[WorkerRow]:
    """Return a page of the workers by last name, first name, badge; the total stands on the first page.

    At most two statements; five by badge. Raises Forbidden for trainers.
    """
    need_reader(by)
    wanted = _wanted(filters)
    total = None if cursor else _BY_NAME.count(wanted)
    rows = _BY_NAME.rows(wanted | (_after(cursor) if cursor else {}), limit + 1)
    following = encode_cursor(rows[limit - 1][-1], rows[limit - 1][0]) if len(rows) > limit else None
    return Page([_listed(row, language) for row in rows[:limit]], following, total)


def list_workers_worst_first(
    filters: WorkerFilters,
    *,
    by: Actor,
    language: str,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[WorkerRow]:
    """Return a page of the workers, the worst first, then by name; who is not active stands last. As list_workers.

    At most three statements.
    """
    need_reader(by)
    wanted = _wanted(filters)
    total = None if cursor else _BY_NAME.count(wanted)
    rank, name_key, last_id = decode_cursor(cursor, int, str, int) if cursor else (0, "", 0)
    place = {"name_key": name_key, "last_id": last_id}
    rows: list[tuple[Any, ...]] = []
    # The judged first, in the order of an index; a page that reaches beyond them goes on with the others.
    if rank < NOT_JUDGED:
        rows = _JUDGED.rows(wanted | ({"rank": rank} | place if cursor else {}), limit + 1)
    if len(rows) <= limit and filters.compliance_status is None:
        rows += _NOT_JUDGED.rows(wanted | (place if rank == NOT_JUDGED else {}), limit + 1 - len(rows))
    last = rows[limit - 1] if len(rows) > limit else None
    following = None
    if last:
        following = encode_cursor(NOT_JUDGED if last[_SEVERITY] is None else last[_SEVERITY], last[-1], last[0])
    return Page([_listed(row, language) for row in rows[:limit]], following, total)


def worker_ids(filters: WorkerFilters, *, by: Actor, most: int) -> list[int]:
    """Return who a list of workers holds, by name; at most so many (one statement). Raises Forbidden for trainers."""
    need_reader(by)
    return [row[0] for row in _IDS.rows(_wanted(filters), most)]


def workers_listed(worker_ids: Iterable[int], *, language: str) -> dict[int, WorkerRow]:
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


def _wanted(filters: WorkerFilters) -> dict[str, Any]:
    """Return the values that a list is narrowed to, by the names of `_narrowed`."""
    wanted = is_given(
        company_id=filters.company_id,
        role_id=filters.role_id,
        supervisor_id=filters.supervisor_id,
        status=filters.status,
        area_id=filters.area_id,
        merged=filters.merged or None,
    )
    if filters.employee_id is not None:
        wanted["id"] = _with_badge(filters.employee_id, merged=filters.merged)
    if filters.compliance_status is not None:
        wanted["severity"] = _severity(filters.compliance_status)
    words = (filters.search or "").strip()
    if words:
        wanted["letters" if is_indexed(words) else "search"] = anywhere(words)
    return wanted


def _after(cursor: str) -> dict[str, Any]:
    name_key, last_id = decode_cursor(cursor, str, int)
    return {"name_key": name_key, "last_id": last_id}


_GIVEN = {
    **given(Worker, "id", "status", "name_key"),
    "severity": Given("severity", WorkerVerdict._meta.get_field("severity")),
    **{
        name: Given(name, Worker._meta.get_field("id"))
        for name in ("company_id", "role_id", "supervisor_id", "area_id", "last_id")
    },
}


def _narrowed(shape: Shape, *, merged: bool | None) -> QuerySet[Worker]:
    """Return the workers that a list is narrowed to. merged: whether those that were; None: of whom it is not asked."""
    workers = _rows().filter(**{name: _GIVEN[name] for name in _SAME if name in shape})
    if merged is not None:
        workers = workers.filter(merged_into__isnull=not merged)
    if "severity" in shape:
        workers = workers.filter(verdict__severity=_GIVEN["severity"])
    if "area_id" in shape:
        held = AreaAssignment.objects.filter(worker_id=OuterRef("pk"), area_id=_GIVEN["area_id"], until=None)
        workers = workers.filter(Exists(held))
    for name in shape & {"letters", "search"}:
        found = has_letters(Worker._meta.db_table, "%s", indexed=name == "letters")
        workers = workers.filter(holds(found, name, Worker._meta.get_field("search_key")))
    return workers


def _with_badge(badge: str, *, merged: bool) -> int:
    """Return who has a badge; of a row that was merged, whoever that is now, unless such rows are asked for."""
    if merged:
        return Worker.objects.filter(employee_id=badge).values_list("pk", flat=True).first() or 0
    now = badge_now(badge)
    return now.worker_id if now else 0


_SAME = ("id", "company_id", "role_id", "supervisor_id", "status")


def _past(name: str, pk: str) -> Q:
    """Return the condition that a worker stands after the given place among names."""
    return Q(**{f"{name}__gt": _GIVEN["name_key"]}) | Q(**{name: _GIVEN["name_key"], f"{pk}__gt": _GIVEN["last_id"]})


def _by_name(shape: Shape) -> QuerySet[Worker]:
    workers = _narrowed(shape, merged="merged" in shape)
    if "last_id" in shape:
        # The first condition alone bounds the walk along the index; the second one settles equal keys.
        workers = workers.filter(Q(name_key__gte=_GIVEN["name_key"]), _past("name_key", "pk"))
    return workers.order_by("name_key", "id")


def _judged(shape: Shape) -> QuerySet[Worker]:
    # Nobody who was merged is judged; asked all the same, SQLite would begin with everybody who was not.
    workers = _narrowed(shape, merged="merged" in shape or None).filter(verdict__severity__isnull=False)
    if "rank" in shape:
        rank = Given("rank", WorkerVerdict._meta.get_field("severity"))
        further = Q(verdict__severity__gt=rank) | _past("verdict__name_key", "verdict__worker_id")
        workers = workers.filter(Q(verdict__severity__gte=rank), further)
    return workers.order_by("verdict__severity", "verdict__name_key", "verdict__worker_id")


def _not_judged(shape: Shape) -> QuerySet[Worker]:
    workers = _narrowed(shape, merged="merged" in shape).filter(verdict=None)
    if "last_id" in shape:
        workers = workers.filter(_past("name_key", "pk"))
    return workers.order_by("name_key", "id")


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
_BY_NAME, _JUDGED, _NOT_JUDGED = (Statement(build, *_LISTED) for build in (_by_name, _judged, _not_judged))
_IDS = Statement(_by_name, "id")


def _listed(row: tuple[Any, ...], language: str) -> WorkerRow:
    pk, badge, first, last, email, phone, company, code, name, role, role_code, title, since, status, *rest = row
    severity, starts, ends, supervisor_id, user_id, anonymised_at, into, merged_at, _name_key = rest
    return WorkerRow(
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
        compliance_status=None if severity is None else NAMES[severity],
        start_date=starts,
        end_date=ends,
        supervisor_id=supervisor_id,
        user_id=user_id,
        anonymised_at=anonymised_at,
        merged_into_id=into,
        merged_at=merged_at,
    )


def _view(row: Worker, language: str, *, supervisor: WorkerShort | None, areas: list[AreaHeld]) -> WorkerView:
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
