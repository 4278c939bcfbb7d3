"""Writing what changed of workers: rows, histories, verdicts, ledger and log, of one as of thousands."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from titan.core.actor import Actor
from titan.core.bulk import update_rows
from titan.core.command import Said, say_all, touch
from titan.personnel.commands.assignments import Move, keep_histories
from titan.personnel.commands.identity import IDENTIFYING, restating
from titan.personnel.commands.storing import plain_fields
from titan.personnel.models import Worker, WorkerStatus, worker_keys
from titan.personnel.rules import COLUMNS, WorkerFields, changed_fields

# Verdicts are sorted by name and counted by company.
VERDICT_FIELDS = {
    *("status", "role_id", "role_assigned_on", "areas"),
    *("company_id", "first_name", "last_name", "employee_id"),
}
NAMED_BY = ("employee_id", "first_name", "last_name")


@dataclass(frozen=True)
class Changed:
    """A worker who has something else from now on. also_key: as their row has it (`Worker.also_key`)."""

    worker_id: int
    before: WorkerFields
    after: WorkerFields
    also_key: str

    @cached_property
    def names(self) -> list[str]:
        """The fields that differ."""
        return changed_fields(self.before, self.after)

    @property
    def moves_verdicts(self) -> bool:
        """Whether somebody who is judged, or was, may stand differently."""
        judged = WorkerStatus.ACTIVE in {self.before.status, self.after.status}
        return judged and not VERDICT_FIELDS.isdisjoint(self.names)


def write_changed(changes: Sequence[Changed], *, reason: str, by: Actor, at: datetime) -> None:
    """Write these changes, checked and not empty, with one reason for the log; a fixed number of statements.

    The caller has locked the workers.
    """
    renamed = [change.worker_id for change in changes if not IDENTIFYING.isdisjoint(change.names)]
    with restating(renamed, by=by, at=at) if renamed else nullcontext():
        _store(changes)
    keep_histories([Move(change.worker_id, change.before, change.after) for change in changes], at=at)
    judged = [change.worker_id for change in changes if change.moves_verdicts]
    if judged:
        touch(judged)
    say_all(
        Said(
            "worker.updated",
            "worker",
            change.worker_id,
            before=plain_fields(change.before, change.names, names=False),
            after=plain_fields(change.after, change.names),
            reason=reason,
        )
        for change in changes
    )


def _store(changes: Sequence[Changed]) -> None:
    """Write what changed into the workers' own rows, and the keys that follow; one statement, or none."""
    changed = {name for change in changes for name in change.names}
    columns = [name for name in COLUMNS if name in changed]
    if columns:
        update_rows(Worker, [_row(change, columns) for change in changes])


def _row(change: Changed, columns: Sequence[str]) -> dict[str, Any]:
    row = {"id": change.worker_id, **{name: getattr(change.after, name) for name in columns}}
    if not set(NAMED_BY).isdisjoint(columns):
        badge, first, last = (getattr(change.after, name) for name in NAMED_BY)
        row["name_key"], row["search_key"] = worker_keys(badge, first, last, change.also_key)
    return row
