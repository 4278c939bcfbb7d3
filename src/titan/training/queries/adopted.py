"""The leaves about finalizations from before the ledger began (docs/ledger-format.md §6, adopted)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from titan.ledger.entering import NewLeaf
from titan.records.models import CompetencyRecord, Source, TrainingRecord
from titan.records.queries.adopted import by_number
from titan.training.leaves import SESSION, Batch, finalized_leaf
from titan.training.models import Finalization

RECEIPT = ("at", "by_id", "outcome", "completed_on", "competencies", *(f"session__{name}" for name in SESSION))
"""What the leaf of an earlier finalization says."""


def adopted_leaves() -> Iterator[NewLeaf]:
    """Yield a leaf for each session that was finalized."""
    for row in by_number(receipts(), *RECEIPT):
        session = {name: row[f"session__{name}"] for name in SESSION}
        yield finalized_leaf(session, batch_of(row), at=row["at"], by_id=row["by_id"], adopted=True)


def count_adopted() -> int:
    """Return how many leaves `adopted_leaves` yields."""
    return Finalization.objects.count()


def receipts() -> Any:
    """Return the receipts with the day on which their records were completed, and how many competencies they opened."""
    records = TrainingRecord.objects.filter(session_id=OuterRef("pk"), source=Source.SESSION, corrects=None)
    opened = CompetencyRecord.objects.filter(session_id=OuterRef("pk"))
    counted = opened.order_by().values("session_id").annotate(n=Count("pk")).values("n")
    return Finalization.objects.annotate(
        completed_on=Coalesce(
            Subquery(records.order_by("pk").values("completed_on")[:1]),
            Subquery(opened.order_by("pk").values("completed_on")[:1]),
        ),
        competencies=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    )


def batch_of(row: dict[str, Any], *, first: int | None = None, leaves: int = 0) -> Batch:
    """Return what the finalization of `row` (RECEIPT) wrote. first, leaves: where, unless it was adopted."""
    outcome = row["outcome"]
    return Batch(
        first=first,
        leaves=leaves,
        records=outcome["training_records"],
        competencies=row["competencies"],
        present=outcome["training_records"] + outcome["competency_pending"],
        no_show=outcome["no_show"],
        failed=outcome["failed"],
        completed_on=row["completed_on"],
    )
