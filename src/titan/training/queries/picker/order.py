"""Who stands where in the picker: keyset queries, written so that neither database reads more than the page needs.

Two ways lead to a page. Where what is wanted fits few workers, they are looked up first and sorted here. Where it fits
many, an index is walked in the order of the page, and enough of whom it meets fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection

from titan.compliance.models import ComplianceItem, Counted, Severity, Tally, WorkerVerdict
from titan.core.bulk import ids_param, ids_sql
from titan.core.page import cursor_invalid, decode_cursor, encode_cursor
from titan.personnel.models import AreaAssignment, Company, Worker, WorkerStatus
from titan.personnel.queries.letters import (
    anywhere,
    has_enough_letters,
    has_letters,
    is_indexed,
    telling,
    who_has_letters,
)
from titan.training.models import Attendee

OTHERS = 3
LISTED_FIRST = (Severity.NON_COMPLIANT, Severity.IN_GRACE, Severity.EXPIRING)
GROUPS = {0: "RED", 1: "YELLOW", 2: "YELLOW", OTHERS: "OTHER"}

# So many workers are sooner looked up and sorted than met while an index is walked; of a small site fewer: `_most_few`.
# One or two letters stand in no index: all names are read until that many are found, so that it is given up sooner.
FEW_WORKERS, FEW_READ = 10_000, 1_000
STEPS, STEPS_READING = 64, 8
FEW_REDS = 300

_WORKER, _ITEM = Worker._meta.db_table, ComplianceItem._meta.db_table
_VERDICT, _TALLY = WorkerVerdict._meta.db_table, Tally._meta.db_table
_ATTENDEE, _COMPANY, _HELD = Attendee._meta.db_table, Company._meta.db_table, AreaAssignment._meta.db_table
_OF_COURSE = "i.course_id = %(course)s AND i.severity"
_OF_COMPANY = f"w.company_id IN (SELECT id FROM {_COMPANY} WHERE search_key LIKE %(like)s ESCAPE '\\')"


@dataclass(frozen=True)
class PickerFilter:
    """search: name, badge or company. group: RED, YELLOW or OTHER."""

    search: str | None = None
    company_id: int | None = None
    role_id: int | None = None
    area_id: int | None = None
    group: str | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether some workers are wanted rather than others; a group is a part of any of them."""
        return bool(self._words) or (self.company_id, self.role_id, self.area_id) != (None, None, None)

    @property
    def _words(self) -> str:
        return (self.search or "").strip()

    @property
    def is_looked_up(self) -> bool:
        """Whether those wanted are found through an index."""
        return not self._words or has_enough_letters(self._words)

    def conditions(self) -> list[str]:
        """Return the conditions on a worker `w`, for the values of `values`."""
        found = []
        if self.company_id is not None:
            found.append("w.company_id = %(company)s")
        if self.role_id is not None:
            found.append("w.role_id = %(role)s")
        if self.area_id is not None:
            held = f"SELECT 1 FROM {_HELD} h WHERE h.worker_id = w.id AND h.area_id = %(area)s AND h.until IS NULL"
            found.append(f"EXISTS ({held})")
        return found

    def searches(self) -> list[str]:
        """Return the conditions on a worker `w`, met already, of which one must hold as well; none without a search."""
        return [has_letters("w", "%(like)s", indexed=False), _OF_COMPANY] if self._words else []

    def ways(self) -> list[str]:
        """Return the FROM and WHERE of workers `w` by each way to be found, so that each can use its index."""
        if not self._words:
            return [f"FROM {_WORKER} w WHERE 1 = 1"]
        letters = who_has_letters("w", "%(like)s", "%(telling)s", indexed=is_indexed(self._words))
        return [letters, f"FROM {_WORKER} w WHERE {_OF_COMPANY}"]

    def values(self) -> dict[str, Any]:
        """Return the parameters of `conditions`."""
        return {
            "company": self.company_id,
            "role": self.role_id,
            "area": self.area_id,
            "like": anywhere(self._words),
            "telling": telling(self._words),
        }


class Place(NamedTuple):
    """A worker's place in the picker's order. day: the day the item changes by itself; of some groups only.

    The id as well: badges that differ in their case alone give one name key to two people.
    """

    part: int
    day: str
    name_key: str
    worker_id: int

    def cursor(self) -> str:
        """Return the cursor of the page that begins after this place."""
        return encode_cursor(self.part, self.day, self.name_key, self.worker_id)


START = Place(0, "", "", 0)


def place_of(cursor: str | None) -> Place:
    """Return the place that `cursor` names; the beginning without one. Raises Invalid for a made-up one."""
    if not cursor:
        return START
    part, day, name_key, worker_id = decode_cursor(cursor, int, str, str, int)
    if part not in GROUPS or (part in {1, 2} and not _is_day(day)):
        raise cursor_invalid()
    return Place(part, day, name_key, worker_id)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class _Question:
    """Who of whom: the session, its course, conditions on a worker `w`, and their parameters."""

    params: dict[str, Any]
    conditions: list[str]

    def where(self, *more: str) -> str:
        listed = f"SELECT 1 FROM {_ATTENDEE} a WHERE a.session_id = %(session)s AND a.worker_id = w.id"
        active = f"w.status = '{WorkerStatus.ACTIVE.value}'"
        return " AND ".join([active, *self.conditions, f"NOT EXISTS ({listed})", *more])

    def rows(self, sql: str, **params: Any) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {**self.params, **params})
            return list(cursor.fetchall())


def _question(session_id: int, course_id: int, wanted: PickerFilter) -> _Question:
    params = {"session": session_id, "course": course_id, **wanted.values()}
    # Met in the order of a page, a worker is read anyway: the letters are compared there, not looked up.
    met = [f"({' OR '.join(wanted.searches())})"] if wanted.searches() else []
    return _Question(params, wanted.conditions() + met)


def in_order(session_id: int, course_id: int, wanted: PickerFilter, *, after: Place, most: int) -> list[Place]:
    """Return the next places after `after`, at most `most` (at most seven statements)."""
    asked = _question(session_id, course_id, wanted)
    parts = [part for part, group in GROUPS.items() if part >= after.part and wanted.group in (None, group)]
    few = _few(asked, wanted)
    if few is not None:
        return sorted(place for place in _sorted_out(asked, few) if place > after and place.part in parts)[:most]
    found: list[Place] = []
    for part in parts:
        found += _walk(asked, part, after if part == after.part else Place(part, "", "", 0), most - len(found))
        if len(found) >= most:
            break
    return found


def these(session_id: int, course_id: int, worker_ids: Iterable[int]) -> list[Place]:
    """Return the places of these workers, by name, as far as they can be suggested (one statement)."""
    asked = _question(session_id, course_id, PickerFilter())
    return sorted(_sorted_out(asked, list(worker_ids)), key=lambda place: (place.name_key, place.worker_id))


def counts(session_id: int, course_id: int, wanted: PickerFilter) -> Counter[int]:
    """Return how many there are in each part of the order, whatever group is wanted (at most four statements)."""
    asked = _question(session_id, course_id, wanted)
    if not wanted.is_narrow:
        return _counted(asked)
    few = _few(asked, wanted)
    if few is not None:
        return Counter(place.part for place in _sorted_out(asked, few))
    found = asked.rows(
        f"""SELECT i.severity, COUNT(*) FROM {_WORKER} w
        LEFT JOIN {_ITEM} i ON i.worker_id = w.id AND i.course_id = %(course)s
        WHERE {asked.where()} GROUP BY i.severity"""
    )
    return _by_part(found)


def _counted(asked: _Question) -> Counter[int]:
    """Return the kept counts of everybody, less those on the list."""
    everybody = asked.rows(
        f"""SELECT severity, SUM(n) FROM {_TALLY} WHERE counted = {Counted.COURSE} AND of_id = %(course)s
            GROUP BY severity
        UNION ALL SELECT NULL, COALESCE(SUM(n), 0) FROM {_TALLY} WHERE counted = {Counted.COMPANY}"""
    )
    listed = asked.rows(
        f"""SELECT i.severity, COUNT(*) FROM {_ATTENDEE} a
        JOIN {_WORKER} w ON w.id = a.worker_id AND w.status = '{WorkerStatus.ACTIVE.value}'
        LEFT JOIN {_ITEM} i ON i.worker_id = w.id AND i.course_id = %(course)s
        WHERE a.session_id = %(session)s GROUP BY i.severity"""
    )
    found = Counter({severity: int(n) for severity, n in everybody})
    # Everybody active is counted once; who has an item that is listed first is not among the others.
    found[None] -= sum(n for severity, n in found.items() if severity is not None)
    found.subtract(dict(listed))
    return _by_part(found.items())


def _by_part(found: Iterable[tuple[int | None, int]]) -> Counter[int]:
    parts: Counter[int] = Counter()
    for severity, n in found:
        parts[_part(severity)] += n
    return parts


def _part(severity: int | None) -> int:
    return LISTED_FIRST.index(Severity(severity)) if severity in LISTED_FIRST else OTHERS


def _few(asked: _Question, wanted: PickerFilter) -> list[int] | None:
    """Return the workers that fit, when they are few; None: they are many, or everybody is wanted."""
    if not wanted.is_narrow:
        return None
    # Nearly everybody is active: joined to nothing, the status tempts SQLite's planner to read them all by it.
    fits = " AND ".join(["", f"w.status || '' = '{WorkerStatus.ACTIVE.value}'", *wanted.conditions()])
    most = _most_few(asked, wanted)
    queries = [f"SELECT w.id {way}{fits} LIMIT {most + 1}" for way in wanted.ways()]
    found = asked.rows(" UNION ".join(f"SELECT id FROM ({query}) AS found{n}" for n, query in enumerate(queries)))
    return None if len(found) > most else [row[0] for row in found]


def _most_few(asked: _Question, wanted: PickerFilter) -> int:
    """Return how many workers count as few: those looked up cost about what a walk to a page's last worker does.

    The more there are of whom it fits, the shorter is the walk; the larger the site, the longer.
    """
    latest = asked.rows(f"SELECT MAX(id) FROM {_WORKER}")[0][0] or 0
    most, steps = (FEW_WORKERS, STEPS) if wanted.is_looked_up else (FEW_READ, STEPS_READING)
    return min(most, int((steps * latest) ** 0.5))


def _sorted_out(asked: _Question, worker_ids: list[int]) -> list[Place]:
    """Return the places of these workers, whatever else is wanted, in no order."""
    if not worker_ids:
        return []
    given = ids_sql().replace("%s", "%(ids)s")
    rows = asked.rows(
        f"""SELECT w.id, w.name_key, i.severity, i.next_change_on FROM ({given}) AS given CROSS JOIN {_WORKER} w
        LEFT JOIN {_ITEM} i ON i.worker_id = w.id AND i.course_id = %(course)s
        WHERE w.id = given.id AND {replace(asked, conditions=[]).where()}""",
        ids=ids_param(worker_ids),
    )
    return [_place(_part(severity), pk, name_key, day) for pk, name_key, severity, day in rows]


def _place(part: int, worker_id: int, name_key: str, changes_on: Any = None) -> Place:
    return Place(part, str(changes_on) if part in {1, 2} else "", name_key, worker_id)


def _walk(asked: _Question, part: int, after: Place, most: int) -> list[Place]:
    """Return the next places of one part after `after`, by walking the index of its order."""
    if most <= 0:
        return []
    params = {"name": after.name_key, "after": after.worker_id, "most": most}
    if part == OTHERS:
        rows = asked.rows(_others(asked), **params)
    elif part == 0:
        rows = asked.rows(_reds_of_few(asked) if _has_few_reds(asked) else _reds_of_many(asked), **params)
    else:
        rows = asked.rows(_by_day(asked, LISTED_FIRST[part]), **params, day=after.day or date.min.isoformat())
    return [_place(part, *row) for row in rows]


_AFTER_NAME = "(w.name_key, w.id) > (%(name)s, %(after)s)"
_BY_NAME = "ORDER BY w.name_key, w.id LIMIT %(most)s"


def _others(asked: _Question) -> str:
    listed_first = ", ".join(str(severity.value) for severity in LISTED_FIRST)
    item = f"SELECT 1 FROM {_ITEM} i WHERE i.worker_id = w.id AND {_OF_COURSE} IN ({listed_first})"
    return (
        f"SELECT w.id, w.name_key FROM {_WORKER} w WHERE {asked.where(_AFTER_NAME, f'NOT EXISTS ({item})')} {_BY_NAME}"
    )


def _has_few_reds(asked: _Question) -> bool:
    red = f"SELECT 1 FROM {_ITEM} i WHERE {_OF_COURSE} = {Severity.NON_COMPLIANT} LIMIT {FEW_REDS + 1}"
    return int(asked.rows(f"SELECT COUNT(*) FROM ({red}) AS red")[0][0]) <= FEW_REDS


def _reds_of_few(asked: _Question) -> str:
    return f"""SELECT w.id, w.name_key FROM {_ITEM} i JOIN {_WORKER} w ON w.id = i.worker_id
        WHERE {_OF_COURSE} = {Severity.NON_COMPLIANT} AND {asked.where(_AFTER_NAME)} {_BY_NAME}"""


def _reds_of_many(asked: _Question) -> str:
    """Walk the Red workers by name, and keep those whom this course makes Red. CROSS JOIN: in this order."""
    return f"""SELECT w.id, w.name_key FROM {_VERDICT} v CROSS JOIN {_ITEM} i CROSS JOIN {_WORKER} w
        WHERE v.severity = {Severity.NON_COMPLIANT} AND (v.name_key, v.worker_id) > (%(name)s, %(after)s)
          AND i.worker_id = v.worker_id AND {_OF_COURSE} = {Severity.NON_COMPLIANT}
          AND w.id = v.worker_id AND {asked.where()} ORDER BY v.name_key, v.worker_id LIMIT %(most)s"""


def _by_day(asked: _Question, severity: Severity) -> str:
    """Find the last day that the page reaches, walking days alone; then sort whom these days have by name."""
    after = f"(i.next_change_on > %(day)s OR {_AFTER_NAME})"
    people = f"""FROM {_ITEM} i JOIN {_WORKER} w ON w.id = i.worker_id
        WHERE {_OF_COURSE} = {severity} AND i.next_change_on >= %(day)s AND {asked.where(after)}"""
    last = f"SELECT i.next_change_on {people} ORDER BY i.next_change_on LIMIT 1 OFFSET %(most)s - 1"
    return f"""SELECT w.id, w.name_key, i.next_change_on {people}
        AND i.next_change_on <= COALESCE(({last}), '{date.max.isoformat()}')
        ORDER BY i.next_change_on, w.name_key, w.id LIMIT %(most)s"""
