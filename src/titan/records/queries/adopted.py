"""The leaves about what was recorded before the ledger began, a few at a time (docs/ledger-format.md §6, adopted)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from titan.audit.models import AuditEvent
from titan.ledger.entering import NewLeaf
from titan.records.leaves import (
    COMPETENCY,
    DECISION,
    RECORD,
    REVOCATION,
    corrected_leaf,
    decided_leaf,
    opened_leaf,
    record_leaf,
    revoked_leaf,
    withdrawn_leaf,
)
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord

AT_ONCE = 2_000


def adopted_leaves() -> Iterator[NewLeaf]:
    """Yield a leaf for each record, correction, revocation, competency, decision and withdrawal there is."""
    for rows, columns, leaf in _sources():
        for row in by_number(rows, *columns):
            yield leaf(row)


def count_adopted() -> int:
    """Return how many leaves `adopted_leaves` yields."""
    return sum(rows.count() for rows, _columns, _leaf in _sources())


def by_number(rows: QuerySet[Any], *columns: str) -> Iterator[dict[str, Any]]:
    """Yield `columns`, with the id, of all rows in its order; memory holds AT_ONCE of them."""
    last = 0
    while True:
        some = list(rows.filter(pk__gt=last).order_by("pk").values("pk", *columns)[:AT_ONCE])
        yield from some
        if len(some) < AT_ONCE:
            return
        last = some[-1]["pk"]


Source = tuple[QuerySet[Any], tuple[str, ...], Callable[[dict[str, Any]], NewLeaf]]


def _sources() -> list[Source]:
    records, competencies = TrainingRecord.objects.all(), CompetencyRecord.objects.all()
    decisions = competencies.exclude(status=CompetencyStatus.PENDING).annotate(
        said_at=Coalesce(_said("decided", "at"), F("created_at")),
        said_by=Coalesce(_said("decided", "actor_id"), _said("created", "actor_id")),
    )
    opened = competencies.annotate(said_by=_said("created", "actor_id"))
    revoked = Q(revoked_at__isnull=False)
    return [
        (records, RECORD, lambda row: record_leaf(row, adopted=True)),
        (records.exclude(corrects=None), RECORD, lambda row: corrected_leaf(row, adopted=True)),
        (records.filter(revoked), REVOCATION, lambda row: revoked_leaf(row, adopted=True)),
        (
            opened,
            (*COMPETENCY, "said_by"),
            lambda row: opened_leaf(row, by_id=row["said_by"], adopted=True),
        ),
        (
            decisions,
            (*DECISION, "said_at", "said_by"),
            lambda row: decided_leaf(row, at=row["said_at"], by_id=row["said_by"], adopted=True),
        ),
        (competencies.filter(revoked), REVOCATION, lambda row: withdrawn_leaf(row, adopted=True)),
    ]


def _said(action: str, column: str) -> Subquery:
    """Return what the audit log knows of when and by whom: competencies hold only the day and the assessor."""
    said = AuditEvent.objects.filter(
        entity="competency_record", entity_id=OuterRef("pk"), action=f"competency_record.{action}"
    )
    return Subquery(said.order_by("id").values(column)[:1])
