"""Two workers turn out to be one person: what the floors agree on (docs/decisions/0016-one-person-two-rows.md).

The row of the one who goes stays as a tombstone: inactive, for its badge. Each floor that holds rows of workers
registers what it moves to the one who stays, and what speaks against it. Nothing that was written is written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from titan.core.actor import Actor
from titan.core.errors import FieldError, SoftBlock
from titan.core.guards import Guard
from titan.core.triggers import refuse

WORKER_MERGED = "WORKER_MERGED"


@dataclass(frozen=True)
class Pair:
    """Two workers who are one person: the one whose row goes, and the one who stays."""

    gone_id: int
    stays_id: int


class Way(StrEnum):
    """What became of a row: it is now of the one who stays; it stays with the old number; it was taken off a list."""

    MOVED = "MOVED"
    KEPT = "KEPT"
    TAKEN_OFF = "TAKEN_OFF"


@dataclass(frozen=True)
class Part:
    """Some rows of one kind, and what became of them. what: their kind, in the words of the audit log."""

    what: str
    way: Way
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Merged:
    """What a merge did. changed: by field, what the one who stays had and has now; ids and days, nothing personal.

    personal: the fields that identify, of which one was taken over. parts: every row. warnings: what was acknowledged.
    """

    pair: Pair
    before: dict[str, Any]
    after: dict[str, Any]
    personal: tuple[str, ...]
    parts: tuple[Part, ...]
    warnings: tuple[SoftBlock, ...]

    def ids(self, what: str, way: Way = Way.MOVED) -> tuple[int, ...]:
        """Return the rows of one kind that went this way."""
        return tuple(pk for part in self.parts if (part.what, part.way) == (what, way) for pk in part.ids)

    @property
    def digest(self) -> str:
        """What names this very outcome, so that a later request can say which one its sender has seen."""
        parts = sorted((part.what, part.way.value, part.ids) for part in self.parts)
        fields = sorted(self.before.items(), key=str), sorted(self.after.items(), key=str), self.personal
        said = repr((self.pair, fields, parts, [(one.code, one.subject) for one in self.warnings]))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


Hold = Callable[[Pair], None]
Against = Callable[[Pair], Iterable[FieldError]]
Move = Callable[[Pair, Actor, datetime], Iterable[Part]]


@dataclass(frozen=True)
class Floor:
    """What one floor does in a merge, each in a fixed number of statements.

    hold: locks what it will move, before the workers are locked, in the order in which its commands lock. against:
    every reason why the two cannot be one person, or not this way round. move: gives its rows to the one who stays,
    once the other one's `merged_into` is set; returns what it moved and what it left.
    """

    hold: Hold
    against: Against
    move: Move


_floors: list[Floor] = []


def merge_with(floor: Floor) -> None:
    """Register what a floor does in a merge; the lower floors come first."""
    if floor not in _floors:
        _floors.append(floor)


def hold_everywhere(pair: Pair) -> None:
    """Let every floor lock what it will move, the highest first: sessions before records, as their commands do."""
    for floor in reversed(_floors):
        floor.hold(pair)


def everything_against(pair: Pair) -> list[FieldError]:
    """Return every floor's reasons against the merge."""
    return [reason for floor in _floors for reason in floor.against(pair)]


def move_everywhere(pair: Pair, by: Actor, at: datetime) -> Iterator[Part]:
    """Let every floor move its rows; yield what became of them."""
    for floor in _floors:
        yield from floor.move(pair, by, at)


def is_merged(worker: str) -> str:
    """Return the SQL condition, for guards of both engines, that the worker with the number `worker` was merged."""
    return f"EXISTS (SELECT 1 FROM personnel_worker p WHERE p.id = {worker} AND p.merged_into_id IS NOT NULL)"


def follows_merge(old: str = "OLD.worker_id", new: str = "NEW.worker_id") -> str:
    """Return the SQL condition, for guards, that a row goes from a merged worker to whom they were merged into."""
    return f"EXISTS (SELECT 1 FROM personnel_worker p WHERE p.id = {old} AND p.merged_into_id = {new})"


def not_of_merged(table: str) -> Guard:
    """Return the guard that no row of `table` comes to be of a merged worker, whoever races with the merge."""
    comes = "TG_OP = 'INSERT' OR NEW.worker_id IS DISTINCT FROM OLD.worker_id"
    return refuse(
        f"{table}_of_merged",
        table,
        WORKER_MERGED,
        insert=is_merged("NEW.worker_id"),
        update=f"NEW.worker_id IS DISTINCT FROM OLD.worker_id AND {is_merged('NEW.worker_id')}",
        # A merge locks the worker against this; what is asked next is asked when it is over.
        lock=f"IF {comes} THEN PERFORM 1 FROM personnel_worker WHERE id = NEW.worker_id FOR KEY SHARE; END IF",
    )
