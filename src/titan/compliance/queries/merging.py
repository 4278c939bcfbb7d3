"""Two workers side by side, and what merging them would do, before it is done."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max

from titan.compliance.queries.effect import Effect, effect_on
from titan.compliance.queries.workers import AreaHeld, WorkerRow, workers_listed
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.merging import Merged
from titan.core.permit import need_admin
from titan.personnel.commands.merge import SOFT_CODES, merge_workers, need_both
from titan.personnel.models import AreaAssignment
from titan.personnel.queries.areas import AreaShort
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord

# Nothing of it stays.
UNSAID = "To see what it would do."


@dataclass(frozen=True)
class Side:
    """A worker as one of two: who and where they are, and what they have. last_class: the day of the newest record.

    waiting: how many passes wait for a sign-off.
    """

    worker: WorkerRow
    areas: list[AreaHeld]
    records: int
    last_class: date | None
    waiting: int

    @property
    def id(self) -> int:
        return self.worker.id


def sides_of(worker_ids: Iterable[int], *, language: str) -> dict[int, Side]:
    """Return these workers with what tells them apart, by id; four statements, for any number."""
    wanted = set(worker_ids)
    workers = workers_listed(wanted, language=language)
    held: dict[int, list[AreaHeld]] = defaultdict(list)
    assigned = AreaAssignment.objects.filter(worker_id__in=id_set(wanted), until=None).order_by("area__code")
    for worker_id, pk, code, name, day in assigned.values_list(
        "worker_id", "area_id", "area__code", "area__name", "assigned_on"
    ):
        held[worker_id].append(AreaHeld(AreaShort(pk, code, name), day))
    records = TrainingRecord.objects.filter(worker_id__in=id_set(wanted)).order_by()
    rows = records.values("worker_id").annotate(n=Count("pk"), last=Max("completed_on"))
    counts = {row["worker_id"]: (row["n"], row["last"]) for row in rows}
    pending = CompetencyRecord.objects.filter(
        worker_id__in=id_set(wanted), status=CompetencyStatus.PENDING, revoked_at=None
    ).order_by()
    waiting = dict(pending.values_list("worker_id").annotate(n=Count("pk")))
    return {
        pk: Side(worker, held[pk], *counts.get(pk, (0, None)), waiting.get(pk, 0)) for pk, worker in workers.items()
    }


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do: with every row, and with how the one who stays stands."""

    merged: Merged
    effect: Effect

    @property
    def digest(self) -> str:
        """What names this very outcome, so that a later request can say which one its sender has seen."""
        return hashlib.sha256(f"{self.merged.digest}{self.effect.digest}".encode()).hexdigest()[:16]


def merge_preview(gone_id: int, stays_id: int, *, by: Actor, at: datetime) -> MergePreview:
    """Return what merging would do, soft blocks acknowledged; nothing of it stays.

    Runs the command itself in a transaction that is rolled back, so that what is shown cannot differ from what is done.
    Raises whatever the command refuses.
    """
    need_admin(by)
    need_both(gone_id, stays_id)
    done: list[Merged] = []

    def merge() -> None:
        done[:] = [merge_workers(gone_id, stays_id, UNSAID, override=SOFT_CODES, by=by, at=at)]

    effect = effect_on(stays_id, merge, at=at)
    return MergePreview(done[0], effect)
