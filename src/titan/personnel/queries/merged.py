"""Who is whom by now: workers whose row was merged into another one (docs/decisions/0016-one-person-two-rows.md)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from titan.core.bulk import ids_param, ids_sql
from titan.core.errors import Conflict
from titan.core.given import possible_ids
from titan.core.language import _
from titan.core.merging import WORKER_MERGED
from titan.personnel.models import Worker

_WORKER = Worker._meta.db_table


@dataclass(frozen=True)
class Merge:
    """One row that went, and into which one, at what moment."""

    gone_id: int
    into_id: int
    at: datetime


@dataclass(frozen=True)
class BadgeNow:
    """A badge, and who has it or, where its row was merged, whose it is now."""

    badge: str
    worker_id: int
    badge_now: str
    name_now: str

    @property
    def is_merged(self) -> bool:
        return self.badge != self.badge_now

    @property
    def words(self) -> str:
        """What to tell somebody who asked for the badge of a row that was merged."""
        return _("%(badge)s is now %(now)s.") % {"badge": self.badge, "now": self.badge_now}


def who_stays(worker_ids: Iterable[int]) -> dict[int, int]:
    """Return who each of these workers is now, of those that were merged; one statement."""
    found = _rows(
        f"""WITH RECURSIVE way(gone, id) AS (
            SELECT id, merged_into_id FROM {_WORKER} WHERE id IN ({ids_sql()}) AND merged_into_id IS NOT NULL
            UNION
            SELECT way.gone, w.merged_into_id FROM way JOIN {_WORKER} w ON w.id = way.id
            WHERE w.merged_into_id IS NOT NULL
        ) SELECT way.gone, way.id FROM way JOIN {_WORKER} w ON w.id = way.id WHERE w.merged_into_id IS NULL""",
        worker_ids,
    )
    return dict(found)


def now_of(worker_id: int) -> int:
    """Return the number of whoever this worker is now: their own unless they were merged; one statement."""
    return who_stays([worker_id]).get(worker_id, worker_id)


def merged_into(worker_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return, for each of these workers, those who were merged into them, over any number of steps; one statement."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = _rows(
        f"""WITH RECURSIVE below(top, id) AS (
            SELECT merged_into_id, id FROM {_WORKER} WHERE merged_into_id IN ({ids_sql()})
            UNION
            SELECT below.top, w.id FROM below JOIN {_WORKER} w ON w.merged_into_id = below.id
        ) SELECT top, id FROM below ORDER BY id""",
        worker_ids,
    )
    for top, pk in rows:
        found[top].append(pk)
    return dict(found)


MERGED_PAIRS = f"""WITH RECURSIVE way(gone, id) AS (
    SELECT id, merged_into_id FROM {_WORKER} WHERE merged_into_id IS NOT NULL
    UNION
    SELECT way.gone, w.merged_into_id FROM way JOIN {_WORKER} w ON w.id = way.id WHERE w.merged_into_id IS NOT NULL)"""
"""Every worker that was merged, with each of those they are by now: the table way(gone, id)."""


def merge_map() -> dict[int, int]:
    """Return into whom each worker was merged that was, step by step; one statement."""
    rows = Worker.objects.exclude(merged_into=None).values_list("pk", "merged_into_id")
    return {pk: into for pk, into in rows if into is not None}


def end_of(worker_id: int, into: Mapping[int, int]) -> int:
    """Return who a worker is now by `merge_map`; however it was damaged, this comes to an end."""
    seen: set[int] = set()
    while worker_id in into and worker_id not in seen:
        seen.add(worker_id)
        worker_id = into[worker_id]
    return worker_id


def leads_to(worker_id: Any, other_id: Any, into: Mapping[int, int]) -> bool:
    """Tell whether merges lead from one worker to another one. into: as of `merge_map`."""
    here, steps = into.get(worker_id), 0
    while here is not None and here != other_id and steps < len(into):
        here, steps = into.get(here), steps + 1
    return here is not None and here == other_id


def merges_into(worker_id: int) -> list[Merge]:
    """Return every merge that led to this worker, the earliest first; two statements."""
    gone = merged_into([worker_id]).get(worker_id, [])
    rows = Worker.objects.filter(pk__in=gone).order_by("merged_at", "pk")
    return [
        Merge(pk, into, at)
        for pk, into, at in rows.values_list("pk", "merged_into_id", "merged_at")
        if into is not None and at is not None
    ]


def badges_now(badges: Iterable[str]) -> dict[str, BadgeNow]:
    """Return who has each of these badges now, of those that anybody has or had; three statements, for any number."""
    wanted = list(dict.fromkeys(badges))
    held = dict(Worker.objects.filter(employee_id__in=wanted).values_list("employee_id", "pk"))
    stays = who_stays(held.values())
    now = {badge: stays.get(pk, pk) for badge, pk in held.items()}
    rows = Worker.objects.filter(pk__in=set(now.values()))
    named = {pk: (badge, f"{first} {last}".strip()) for pk, badge, first, last in rows.values_list(*_NAMED)}
    return {badge: BadgeNow(badge, pk, *named[pk]) for badge, pk in now.items()}


def badge_now(badge: str) -> BadgeNow | None:
    """Return who has a badge now; None when nobody ever had it. Three statements."""
    return badges_now([badge]).get(badge)


def merged_badge(words: str) -> BadgeNow | None:
    """Return whose the badge `words` is now, if that is exactly the badge of a row that was merged.

    However its letters are written; one statement for words that are no such badge.
    """
    words = words.strip()
    if not words:
        return None
    spelled = {words, words.upper(), words.lower()}
    gone = Worker.objects.filter(employee_id__in=spelled, merged_into__isnull=False)
    badge = gone.values_list("employee_id", flat=True).first()
    return badge_now(badge) if badge is not None else None


def need_unmerged(worker: Worker) -> None:
    """Raise Conflict WORKER_MERGED for a row that was merged: it is somebody else's by now. No statement otherwise."""
    if worker.merged_into_id is None:
        return
    now = badge_now(worker.employee_id)
    if now is None:
        raise AssertionError("A row that is locked has its badge.")
    raise Conflict(
        WORKER_MERGED,
        _("%(badge)s is now %(now)s: that is the one to change.") % {"badge": now.badge, "now": now.badge_now},
        extra={"worker_id": now.worker_id},
    )


_NAMED = ("pk", "employee_id", "first_name", "last_name")


def _rows(sql: str, worker_ids: Iterable[int]) -> list[tuple[int, int]]:
    wanted = possible_ids(worker_ids)
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids_param(wanted)])
        return list(cursor.fetchall())
