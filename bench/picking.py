"""The Smart Picker: a page at the top and deep down, with and without search, against its raw queries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bench import raw
from bench.classes import course_ids, draft
from bench.timing import ROUNDS, Measured, in_turn

LIMIT = 2.0
PAGE = 50
DEPTH = 0.6


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure the first page, a deep one, and both with a search."""
    session_id = draft(course_ids()[0][0], [], at=at)
    for what, search, deep in (
        ("first page", None, False),
        ("deep page", None, True),
        ("first page, search 'demli'", "demli", False),
        ("first page, search 'li'", "li", False),
        ("deep page, search 'li'", "li", True),
        ("one badge", f"w-{1_000_001 + workers // 2}", False),
        ("nobody", "zzzqqq", False),
    ):
        yield _measure(workers, session_id, what, search=search, deep=deep, at=at, rounds=rounds)


def _measure(
    workers: int, session_id: int, what: str, *, search: str | None, deep: bool, at: datetime, rounds: int
) -> Measured:
    from titan.core.actor import system_actor
    from titan.training.queries.picker import PickerFilter, suggestions

    wanted = PickerFilter(search=search)
    cursor = _deep_cursor(session_id, wanted, at) if deep else None
    by = system_actor()
    shown = suggestions(session_id, wanted, limit=PAGE, cursor=cursor, by=by, at=at).items

    def floor(_: int) -> None:
        found = _raw_page(session_id, search, deep, shown[0].worker_id if deep else 0)
        if len(found) != len(shown):
            raise ValueError(f"{what}: {len(shown)} rows shown, {len(found)} by raw SQL")

    product, raw_ms = in_turn(
        lambda _: suggestions(session_id, wanted, limit=PAGE, cursor=cursor, by=by, at=at), floor, rounds=2 * rounds
    )
    return Measured(f"picker: {what}", workers, product, raw_ms, LIMIT, note=f"{len(shown)} rows")


def _deep_cursor(session_id: int, wanted: object, at: datetime) -> str | None:
    """Return the cursor of a page among everyone else, far down."""
    from titan.core.page import encode_cursor

    name, pk = raw.rows(
        """SELECT name_key, id FROM personnel_worker WHERE status = 'ACTIVE' ORDER BY name_key, id
        LIMIT 1 OFFSET (SELECT COUNT(*) * 6 / 10 FROM personnel_worker WHERE status = 'ACTIVE')"""
    )[0]
    return encode_cursor(3, "", name, pk)


_COLUMNS = """w.id, w.employee_id, w.first_name, w.last_name, w.name_key, w.company_id, c.code, c.name, p.title,
    i.severity, i.expires_on, i.due_on"""


def _raw_page(session_id: int, search: str | None, deep: bool, first_id: int) -> list[tuple[object, ...]]:
    """Return the rows of the page: the session's course, then group after group until it is full, then the past."""
    course = raw.value("SELECT course_id FROM training_trainingsession WHERE id = ?", [session_id])
    found: list[tuple[object, ...]] = []
    for severity, first in _GROUPS[3:] if deep else _GROUPS:
        sql, params = _group(session_id, course, search, first_id, severity=severity)
        found += raw.rows(f"{sql} ORDER BY {first}w.name_key, w.id LIMIT {PAGE - len(found)}", params)
        if len(found) >= PAGE:
            break
    ids = ", ".join(str(row[0]) for row in found) or "0"
    raw.rows(
        f"""SELECT worker_id, MAX(CASE WHEN result = 'PASSED' AND revoked_at IS NULL THEN expires_on END),
            MAX(CASE WHEN result = 'PASSED' AND revoked_at IS NULL THEN completed_on END),
            MAX(CASE WHEN result = 'PASSED' THEN id END),
            MAX(CASE WHEN result = 'FAILED' AND revoked_at IS NULL THEN completed_on END)
        FROM records_trainingrecord WHERE worker_id IN ({ids}) AND +course_id = ? GROUP BY worker_id""",
        [course],
    )
    return found


# The severity of each group (None: everyone else), and what it is sorted by before the name.
_GROUPS = ((0, ""), (2, "i.due_on, "), (3, "i.expires_on, "), (None, ""))


def _group(
    session_id: int, course: int, search: str | None, first_id: int, *, severity: int | None
) -> tuple[str, list[object]]:
    params: list[object] = [course]
    join, sieve = ("LEFT JOIN", "COALESCE(i.severity, 4) IN (1, 4)")
    if severity is not None:
        join, sieve = ("JOIN", f"i.severity = {severity}")
    if search:
        sieve += " AND (w.search_key LIKE ? OR c.search_key LIKE ?)"
        params += [f"%{search}%", f"%{search}%"]
    if first_id:
        sieve += " AND w.name_key >= (SELECT name_key FROM personnel_worker WHERE id = ?)"
        params.append(first_id)
    return (
        f"""SELECT {_COLUMNS} FROM personnel_worker w {join} compliance_complianceitem i
            ON i.worker_id = w.id AND i.course_id = ?
        JOIN personnel_company c ON c.id = w.company_id LEFT JOIN personnel_role p ON p.id = w.role_id
        WHERE w.status = 'ACTIVE' AND {sieve}
          AND w.id NOT IN (SELECT worker_id FROM training_attendee WHERE session_id = {session_id})""",
        params,
    )
