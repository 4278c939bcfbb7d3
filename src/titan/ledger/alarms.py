"""Alarms: what is not as it was written, until a full verification finds it right again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from titan.core.actor import Actor
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.ledger.models import Alarm, AlarmKind
from titan.ledger.queries.entries import need_ledger_reader

STOPS_EVERYTHING = (AlarmKind.LEDGER, AlarmKind.GUARD)
"""An alarm of these kinds stops every finalization; one of evidence only what rests on that file."""
MOST_OF_A_CODE = 100
"""How many alarms of one code a verification raises; one more says how many there are beside them."""


def raise_alarm(kind: AlarmKind, code: str, entity: str, entity_id: int | None, detail: str, *, at: datetime) -> int:
    """Keep an alarm open, or note that it was seen again; returns its number.

    detail: what is wrong, without names of people. Two alarms of one code about one thing are the same one.
    """
    same = Alarm.objects.filter(kind=kind, code=code, entity=entity, entity_id=entity_id, resolved_at=None)
    if entity_id is None:
        same = same.filter(detail=detail)
    known = same.values_list("pk", flat=True).first()
    if known is not None:
        Alarm.objects.filter(pk=known).update(seen_at=at)
        return known
    return Alarm.objects.create(
        kind=kind, code=code, entity=entity, entity_id=entity_id, detail=detail, found_at=at, seen_at=at
    ).pk


class Alarms:
    """The alarms that one verification raises, and those that it lets rest."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._counts: Counter[tuple[AlarmKind, str]] = Counter()
        self._seen: set[int] = set()
        # Those that were open before: beyond the most of a code, they are still told from what was mended.
        self._open = {(row.kind, row.code, row.entity, row.entity_id): row.pk for row in open_alarms()}

    def heard(self, kind: AlarmKind, code: str, entity: str, entity_id: int | None, detail: str) -> None:
        """Raise an alarm, unless there are many of its code already."""
        self._counts[kind, code] += 1
        if self._counts[kind, code] <= MOST_OF_A_CODE:
            self._seen.add(raise_alarm(kind, code, entity, entity_id, detail, at=self.at))
        elif (known := self._open.get((kind, code, entity, entity_id))) is not None:
            self._seen.add(known)

    def close(self, *, mended: bool, unsure: Callable[[Alarm], bool], at: datetime) -> None:
        """Say of how many more than were raised; and let those rest that were not found again.

        mended: everything was looked at. unsure: tells of which alarms nothing could be found out. at: now.
        """
        for (kind, code), number in self._counts.items():
            if number > MOST_OF_A_CODE:
                detail = f"More than {MOST_OF_A_CODE} things are wrong in this way: titan verify names them all."
                self._seen.add(raise_alarm(kind, code, "", None, detail, at=self.at))
        if mended:
            rest = [row.pk for row in open_alarms() if row.pk not in self._seen and row.found_at < self.at]
            sure = [row.pk for row in Alarm.objects.filter(pk__in=rest) if not unsure(row)]
            Alarm.objects.filter(pk__in=sure, resolved_at=None).update(resolved_at=at)


def open_alarms() -> list[Alarm]:
    """Return the alarms that are open, oldest first; one statement."""
    return list(Alarm.objects.filter(resolved_at=None).order_by("found_at", "id"))


@dataclass(frozen=True)
class OpenAlarms:
    """How many alarms are open that stop every finalization, and how many about single files."""

    stopping: int
    evidence: int

    def __bool__(self) -> bool:
        return bool(self.stopping or self.evidence)


def count_open_alarms() -> OpenAlarms:
    """Return how many alarms are open; one statement."""
    stops = Q(kind__in=STOPS_EVERYTHING)
    found = Alarm.objects.filter(resolved_at=None).aggregate(
        stopping=Count("pk", filter=stops), evidence=Count("pk", filter=~stops)
    )
    return OpenAlarms(**found)


def list_alarms(
    *, by: Actor, open: bool | None = None, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[Alarm]:
    """Return alarms, newest first: those that are open, or were, or all. Raises Forbidden, Invalid."""
    need_ledger_reader(by)
    found = Alarm.objects.all() if open is None else Alarm.objects.filter(resolved_at__isnull=open)
    total = found.count()
    if cursor is not None:
        (last,) = decode_cursor(cursor, int)
        found = found.filter(pk__lt=last)
    items = list(found.order_by("-pk")[: limit + 1])
    more = encode_cursor(items[limit - 1].pk) if len(items) > limit else None
    return Page(items[:limit], more, total)
