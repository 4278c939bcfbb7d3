"""Which column of a session becomes which key of a leaf: said here and nowhere else (docs/ledger-format.md §6).

Pure: rows in, leaves out, as in records/leaves.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType
from titan.records.leaves import course, day

Row = Mapping[str, Any]

SESSION = ("id", "code", "course__code", "course_version__number", "trainer_id", "evidence__key", "evidence__sha256")
"""What session.finalized says of the session itself."""


@dataclass(frozen=True)
class Batch:
    """What one finalization wrote.

    first: the index of its first leaf (None when it was adopted). leaves: how many, before session.finalized.
    records, competencies: how many of them are training.record and competency.opened. present: who attended.
    """

    first: int | None
    leaves: int
    records: int
    competencies: int
    present: int
    no_show: int
    failed: int
    completed_on: date


def finalized_leaf(session: Row, batch: Batch, *, at: datetime, by_id: int | None, adopted: bool = False) -> NewLeaf:
    """Return the leaf that closes the batch of a session. session: SESSION. at, by_id: when and by whom it was done."""
    return NewLeaf(
        LeafType.FINALIZED,
        {
            "adopted": adopted,
            "code": session["code"],
            "competencies": batch.competencies,
            "completed_on": day(batch.completed_on),
            "course": course(session),
            "evidence": {"key": session["evidence__key"], "sha256": session["evidence__sha256"]},
            "failed": batch.failed,
            "first": batch.first,
            "leaves": batch.leaves,
            "no_show": batch.no_show,
            "present": batch.present,
            "records": batch.records,
            "session": session["id"],
            "trainer": session["trainer_id"],
        },
        at,
        by_id,
        session["id"],
    )


def superseded_leaf(
    session_id: int, old: tuple[str, str], new: tuple[str, str], *, at: datetime, by_id: int | None
) -> NewLeaf:
    """Return the leaf about a sheet that took the place of another. old, new: key and SHA-256."""
    return NewLeaf(
        LeafType.SUPERSEDED,
        {
            "new": {"key": new[0], "sha256": new[1]},
            "old": {"key": old[0], "sha256": old[1]},
            "session": session_id,
        },
        at,
        by_id,
        session_id,
    )
