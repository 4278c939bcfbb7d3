"""The Smart Picker: whom to invite, Red first (domain.md §6).

Active workers not yet on the list, in this order: NON_COMPLIANT by name, IN_GRACE by due date, EXPIRING by expiry date,
then everyone else by name. Each group is a keyset query of its own, so that a page deep down costs what the first does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from titan.compliance.models import ComplianceItem, Severity
from titan.compliance.queries.items import History, histories, words
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import Page, cursor_invalid, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.core.text import search_key
from titan.personnel.models import AreaAssignment, Worker, WorkerStatus
from titan.training.access import visible_sessions
from titan.training.models import Attendee

OTHERS = 3
LISTED_FIRST = (Severity.NON_COMPLIANT, Severity.IN_GRACE, Severity.EXPIRING)


@dataclass(frozen=True)
class PickerFilter:
    """search: name, badge or company. group: RED, YELLOW or OTHER."""

    search: str | None = None
    company_id: int | None = None
    role_id: int | None = None
    area_id: int | None = None
    group: str | None = None


@dataclass(frozen=True)
class Suggestion:
    """A worker to invite, and why. status None: the course is not required of them. role_title: by language."""

    worker_id: int
    employee_id: str
    first_name: str
    last_name: str
    company_id: int
    company_code: str
    company_name: str
    group: str
    status: str | None
    reason: str
    expires_on: date | None
    due_on: date | None
    role_title: dict[str, str]


@dataclass(frozen=True)
class GroupCounts:
    """How many workers each group of the picker holds."""

    red: int
    yellow: int
    other: int


_GROUPS = {0: "RED", 1: "YELLOW", 2: "YELLOW", OTHERS: "OTHER"}


def suggestions(
    session_id: int, wanted: PickerFilter, *, limit: int, cursor: str | None, by: Actor, at: datetime
) -> Page[Suggestion]:
    """Return a page of suggestions for a session's course; at most eight statements. Raises NotFound."""
    need_reader(by)
    course_id = _course_of(session_id, by)
    people = _candidates(session_id, wanted)
    stage, position = _position(cursor)
    found: list[tuple[int, Any]] = []
    for part in range(stage, OTHERS + 1):
        if wanted.group and _GROUPS[part] != wanted.group:
            continue
        rows = _group(people, course_id, part, position if part == stage else None)
        found.extend((part, row) for row in rows[: limit + 1 - len(found)])
        if len(found) > limit:
            break
    page = found[:limit]
    next_cursor = _cursor(*page[-1]) if len(found) > limit else None
    return Page(_suggestions(page, course_id, settings.current().today(at)), next_cursor, None)


def red_workers(session_id: int, wanted: PickerFilter, *, by: Actor, at: datetime, most: int) -> list[int]:
    """Return the ids of all suggested Red workers, at most `most`: for "add all red"."""
    course_id = _course_of(session_id, by)
    return [row["id"] for row in _group(_candidates(session_id, wanted), course_id, 0, None)[:most]]


def group_counts(session_id: int, wanted: PickerFilter, *, by: Actor) -> GroupCounts:
    """Return how many workers there are to suggest in each group (three statements). Raises NotFound, Forbidden."""
    need_reader(by)
    course_id = _course_of(session_id, by)
    people = _candidates(session_id, wanted)
    items = people.filter(items__course_id=course_id, items__severity__in=LISTED_FIRST)
    by_severity = dict(items.order_by().values_list("items__severity").annotate(n=Count("pk")))
    red = by_severity.get(Severity.NON_COMPLIANT, 0)
    yellow = sum(by_severity.values()) - red
    return GroupCounts(red, yellow, people.count() - red - yellow)


def chosen_workers(session_id: int, worker_ids: Iterable[int], *, by: Actor, at: datetime) -> list[Suggestion]:
    """Return these workers as suggestions, by name, as far as they can be suggested at all (four statements)."""
    need_reader(by)
    course_id = _course_of(session_id, by)
    people = _candidates(session_id, PickerFilter()).filter(pk__in=id_set(worker_ids))
    rows = list(people.order_by(*_BY_NAME).values(*_COLUMNS))
    items = ComplianceItem.objects.filter(worker_id__in=id_set(worker_ids), course_id=course_id)
    parts = {pk: LISTED_FIRST.index(s) for pk, s in items.values_list("worker_id", "severity") if s in LISTED_FIRST}
    listed = [(parts.get(row["id"], OTHERS), row) for row in rows]
    return _suggestions(listed, course_id, settings.current().today(at))


def _course_of(session_id: int, by: Actor) -> int:
    course_id = visible_sessions(by).filter(pk=session_id).values_list("course_id", flat=True).first()
    if course_id is None:
        raise NotFound("session", session_id)
    return course_id


def _candidates(session_id: int, wanted: PickerFilter) -> QuerySet[Worker]:
    listed = Attendee.objects.filter(session_id=session_id, worker_id=OuterRef("pk"))
    people = Worker.objects.filter(~Exists(listed), status=WorkerStatus.ACTIVE)
    if wanted.company_id is not None:
        people = people.filter(company_id=wanted.company_id)
    if wanted.role_id is not None:
        people = people.filter(role_id=wanted.role_id)
    if wanted.area_id is not None:
        held = AreaAssignment.objects.filter(worker_id=OuterRef("pk"), area_id=wanted.area_id, until=None)
        people = people.filter(Exists(held))
    if wanted.search and wanted.search.strip():
        words_wanted = search_key(wanted.search)
        people = people.filter(Q(search_key__contains=words_wanted) | Q(company__search_key__contains=words_wanted))
    return people


def _group(people: QuerySet[Worker], course_id: int, part: int, after: list[Any] | None) -> Any:
    """Return the candidates of one group in its order, beginning after a position."""
    if part == OTHERS:
        listed = ComplianceItem.objects.filter(worker_id=OuterRef("pk"), course_id=course_id, severity__in=LISTED_FIRST)
        others = people.filter(~Exists(listed))
        return (others.filter(_after_name(after)) if after else others).order_by(*_BY_NAME).values(*_COLUMNS)
    day = {0: None, 1: "due_on", 2: "expires_on"}[part]
    item = ComplianceItem.objects.filter(worker_id=OuterRef("pk"), course_id=course_id)
    chosen = people.filter(items__course_id=course_id, items__severity=LISTED_FIRST[part])
    if day is None:
        return (chosen.filter(_after_name(after)) if after else chosen).order_by(*_BY_NAME).values(*_COLUMNS)
    chosen = chosen.annotate(sort_on=Subquery(item.values(day)))
    if after:
        since = date.fromisoformat(after[0])
        chosen = chosen.filter(Q(sort_on__gt=since) | (Q(sort_on=since) & _after_name(after)))
    return chosen.order_by("sort_on", *_BY_NAME).values(*_COLUMNS, "sort_on")


def _after_name(after: list[Any]) -> Q:
    _, name_key, worker_id = after
    # One range of the index, less its beginning: an OR would make the database read all names before.
    return Q(name_key__gte=name_key) & ~Q(name_key=name_key, pk__lte=worker_id)


# The id as well: badges that differ in their case alone give one name key to two people.
_BY_NAME = ("name_key", "id")
_COLUMNS = (
    "id",
    "employee_id",
    "first_name",
    "last_name",
    "name_key",
    "company_id",
    "company__code",
    "company__name",
    "role__title",
)


def _position(cursor: str | None) -> tuple[int, list[Any] | None]:
    if not cursor:
        return 0, None
    part, day, name_key, worker_id = decode_cursor(cursor, int, str, str, int)
    if part not in _GROUPS or (part in {1, 2} and not _is_day(day)):
        raise cursor_invalid()
    return part, [day, name_key, worker_id]


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _cursor(part: int, row: dict[str, Any]) -> str:
    day = row.get("sort_on")
    return encode_cursor(part, day.isoformat() if day else "", row["name_key"], row["id"])


def _suggestions(page: list[tuple[int, Any]], course_id: int, today: date) -> list[Suggestion]:
    ids = [row["id"] for _, row in page]
    items = {
        item["worker_id"]: dict(item)
        for item in ComplianceItem.objects.filter(worker_id__in=ids, course_id=course_id).values(
            "worker_id", "severity", "expires_on", "due_on"
        )
    }
    past = histories([(pk, course_id) for pk in ids], today)
    return [
        _suggestion(part, row, items.get(row["id"]), past.get((row["id"], course_id), History()), today)
        for part, row in page
    ]


def _suggestion(part: int, row: dict[str, Any], item: dict[str, Any] | None, past: History, today: date) -> Suggestion:
    return Suggestion(
        worker_id=row["id"],
        employee_id=row["employee_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        company_id=row["company_id"],
        company_code=row["company__code"],
        company_name=row["company__name"],
        group=_GROUPS[part],
        status=Severity(item["severity"]).name if item else None,
        reason=words(item["severity"], today, item["expires_on"], item["due_on"], past) if item else "Not required",
        expires_on=item["expires_on"] if item else None,
        due_on=item["due_on"] if item else None,
        role_title=row["role__title"] or {},
    )
