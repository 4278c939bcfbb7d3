"""The verification queue and the decisions taken (domain.md §8)."""

from __future__ import annotations

from typing import Any

from titan.core.errors import NotFound
from titan.core.page import Page, decode_cursor, encode_cursor
from titan.core.statements import Statement
from titan.core.text import search_key
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus


def list_competencies(
    *,
    status: str | None = None,
    worker_id: int | None = None,
    course_id: int | None = None,
    session_id: int | None = None,
    limit: int,
    cursor: str | None = None,
    counted: bool = True,
) -> Page[CompetencyRecord]:
    """Return competency records, oldest first; with status PENDING only those that still wait (two statements).

    counted: whether the page says how many there are in all.
    """
    exact = {"status": status, "worker_id": worker_id, "course_id": course_id, "session_id": session_id}
    found = CompetencyRecord.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    if status == CompetencyStatus.PENDING:
        found = found.filter(revoked_at=None)
    total = found.count() if counted else None
    if cursor:
        found = found.filter(pk__gt=decode_cursor(cursor, int)[0])
    rows = list(_with_parts(found).order_by("pk")[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, encode_cursor(rows[-1].pk) if more else None, total)


def waiting_count() -> int:
    """Return how many competency records wait for an assessor."""
    return _WAITING.count({})


_WAITING = Statement(
    lambda _shape: CompetencyRecord.objects.filter(status=CompetencyStatus.PENDING, revoked_at=None), "id"
)


def one_competency(competency_id: int) -> CompetencyRecord:
    """Return one competency record with what it refers to. Raises NotFound."""
    row: CompetencyRecord | None = _with_parts(CompetencyRecord.objects.all()).filter(pk=competency_id).first()
    if row is None:
        raise NotFound("competency record", competency_id)
    return row


def competencies(ids: list[int]) -> list[CompetencyRecord]:
    """Return these competency records in the order of their ids (one statement)."""
    return list(_with_parts(CompetencyRecord.objects.filter(pk__in=ids)).order_by("pk"))


def list_methods(*, search: str | None, limit: int, cursor: str | None) -> Page[AssessmentMethod]:
    """Return the assessment methods by code."""
    # Sorted here, as the cursor compares: a database may have an order of its own.
    rows = sorted(AssessmentMethod.objects.all(), key=lambda method: method.code)
    if search:
        rows = [row for row in rows if search_key(search) in search_key(row.code, row.name)]
    total = len(rows)
    if cursor:
        after = decode_cursor(cursor, str)[0]
        rows = [row for row in rows if row.code > after]
    page = rows[:limit]
    return Page(page, encode_cursor(page[-1].code) if len(rows) > limit else None, total)


def _with_parts(found: Any) -> Any:
    return found.select_related("worker__company", "course", "course_version", "trainer", "method")
