"""What a change of a worker would do to how they stand, shown before it is done."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from titan.compliance.models import Severity
from titan.compliance.queries.items import Item, WorkerCompliance, worker_compliance
from titan.core.actor import Actor
from titan.core.command import persistently
from titan.evidence.models import EvidenceFile
from titan.records.commands import ExternalResult, record_external_result


@dataclass(frozen=True)
class ItemChange:
    """One requirement before and after; None where it is not asked for."""

    before: Item | None
    after: Item | None

    @property
    def item(self) -> Item:
        """The item as it would be, or as it was where it goes."""
        item = self.after or self.before
        if item is None:
            raise ValueError("A change has at least one side.")
        return item


@dataclass(frozen=True)
class Effect:
    """How a worker stands before and after (overall None: not active, so not judged), and what differs, worst first."""

    overall_before: str | None
    overall_after: str | None
    changes: tuple[ItemChange, ...]

    @property
    def appear(self) -> list[ItemChange]:
        return [change for change in self.changes if change.before is None]

    @property
    def disappear(self) -> list[ItemChange]:
        return [change for change in self.changes if change.after is None]

    @property
    def differ(self) -> list[ItemChange]:
        return [change for change in self.changes if change.before and change.after]

    @property
    def is_nothing(self) -> bool:
        return not self.changes and self.overall_before == self.overall_after

    @property
    def digest(self) -> str:
        """What names this very effect, so that a later request can say which one its sender has seen."""
        shown = [
            (one.item.course_id, one.before and one.before.status, one.after and (one.after.status, one.after.due_on))
            for one in self.changes
        ]
        said = repr((self.overall_before, self.overall_after, shown))
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def effect_on(worker_id: int, change: Callable[[], object], *, at: datetime) -> Effect:
    """Return what `change`, a command on this worker, would do to their items; nothing of it stays.

    Runs the command itself in a transaction that is rolled back, so that what is shown cannot differ from what is
    done. Raises NotFound, and whatever the command refuses.
    """

    def tried() -> Effect:
        with transaction.atomic():
            before = worker_compliance(worker_id, at=at)
            change()
            after = worker_compliance(worker_id, at=at)
            transaction.set_rollback(True)
        return _effect(before, after)

    return persistently(tried)


def effect_of_result(new: ExternalResult, *, by: Actor, at: datetime) -> Effect:
    """Return what recording an outside result, or a correction, would do before its file is there (domain.md §7).

    Raises whatever the command refuses, but for the missing file.
    """

    def write() -> None:
        record_external_result(new, None if new.corrects_id else _file_to_come(at), by=by, at=at)

    return effect_on(new.worker_id, write, at=at)


def _file_to_come(at: datetime) -> int:
    """Return a row in the place of a file that is not uploaded yet; it goes with the transaction that only tries."""
    row = EvidenceFile(key="to come", sha256="0" * 64, size=1, media_type="", original_name="", uploaded_at=at)
    row.save()
    return row.pk


def _effect(before: WorkerCompliance, after: WorkerCompliance) -> Effect:
    old, new = {item.course_id: item for item in before.items}, {item.course_id: item for item in after.items}
    changes = [
        ItemChange(old.get(course_id), new.get(course_id))
        for course_id in old.keys() | new.keys()
        if _shown(old.get(course_id)) != _shown(new.get(course_id))
    ]
    changes.sort(key=lambda one: (one.after is None, Severity[one.item.status], one.item.course_code))
    return Effect(before.overall_status, after.overall_status, tuple(changes))


def _shown(item: Item | None) -> tuple[object, ...] | None:
    """Return what of an item matters: while a proof stands, how long; otherwise until when there is grace."""
    if item is None:
        return None
    proved = Severity[item.status] >= Severity.EXPIRING
    return (item.status, item.expires_on) if proved else (item.status, item.requirement_type, item.due_on)
