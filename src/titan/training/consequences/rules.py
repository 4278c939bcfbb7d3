"""What a list of consequences is: which of it is ended, what names it, and how two lists differ. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

MOST_AT_ONCE = 50_000
"""Lines of one list: what a command can hold and the ledger take in at once."""


class Kind(StrEnum):
    """What a line is about. The order of the names is the order of a list."""

    RECORD = "RECORD"
    COMPETENCY = "COMPETENCY"


@dataclass(frozen=True, slots=True)
class Line:
    """A record, or competency record, and where it stands towards what was found false (training.models.Standing)."""

    kind: str
    id: int
    worker_id: int
    standing: str


@dataclass(frozen=True)
class Basis:
    """Whatever is to be ended: ids of records to revoke and of pending competencies to withdraw, sorted."""

    records: tuple[int, ...]
    competencies: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        return not self.records and not self.competencies

    @property
    def digest(self) -> str:
        """What names this very list: the SHA-256 (hex) over its ids, a line each, records first."""
        lines = [f"record {pk}\n" for pk in self.records] + [f"competency {pk}\n" for pk in self.competencies]
        return hashlib.sha256("".join(lines).encode()).hexdigest()


@dataclass(frozen=True)
class Drift:
    """What a list holds more and less than it did."""

    more: Basis
    less: Basis


def basis_of(lines: Collection[Line]) -> Basis:
    """Return what of a list rests on what was found false and still counts."""
    resting = [line for line in lines if line.standing == "RESTS"]
    return Basis(
        tuple(sorted(line.id for line in resting if line.kind == Kind.RECORD)),
        tuple(sorted(line.id for line in resting if line.kind == Kind.COMPETENCY)),
    )


def drift(proposed: Basis, now: Basis) -> Drift:
    """Return what came to a list and what left it since it was proposed."""
    return Drift(_less(now, proposed), _less(proposed, now))


def _less(one: Basis, other: Basis) -> Basis:
    records = set(one.records) - set(other.records)
    competencies = set(one.competencies) - set(other.competencies)
    return Basis(tuple(sorted(records)), tuple(sorted(competencies)))
