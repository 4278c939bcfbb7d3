"""Which rows each type of leaf is about, and how a leaf is built from them: as when it was entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast

from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType
from titan.ledger.verifying.writing import mark
from titan.personnel.models import Worker
from titan.records import leaves
from titan.records.models import CompetencyRecord, CompetencyStatus, ExtendedRecord, TrainingRecord
from titan.records.verifying.rows import Kind


def _opened(row: Mapping[str, Any], adopted: bool) -> NewLeaf:
    # Who opened it stands in no column of it.
    return leaves.opened_leaf(row, by_id=mark("by"), adopted=adopted)


def _decided(row: Mapping[str, Any], adopted: bool) -> NewLeaf:
    return leaves.decided_leaf(row, at=mark("at"), by_id=mark("by"), adopted=adopted)


def _extended() -> QuerySet[Any]:
    """Return the extended records with what their leaves say of the extension; days and moments as they lie there."""
    days = ("first_day", "last_day", "until", "decided_on", "made_at")
    plain = ("days_of", "reference", "reason", "made_by_id")
    return ExtendedRecord.objects.annotate(
        worker_id=F("record__worker_id"),
        evidence_key=F("extension__evidence__key"),
        evidence_sha256=F("extension__evidence__sha256"),
        **{name: F(f"extension__{name}") for name in plain},
        **{name: Cast(f"extension__{name}", TextField()) for name in days},
    )


def _extension_withdrawn() -> QuerySet[Any]:
    plain = ("revoked_by_id", "revoke_reason")
    return ExtendedRecord.objects.exclude(extension__revoked_at=None).annotate(
        worker_id=F("record__worker_id"),
        revoked_at=Cast("extension__revoked_at", TextField()),
        **{name: F(f"extension__{name}") for name in plain},
    )


def _restated(row: Mapping[str, Any], adopted: bool) -> NewLeaf:
    return NewLeaf(LeafType.RESTATED, {}, mark("at"), mark("by"), row["id"], row["id"])


def _merged(row: Mapping[str, Any], adopted: bool) -> NewLeaf:
    texts = {"reason": row["merge_reason"]}
    return NewLeaf(LeafType.MERGED, {}, row["merged_at"], mark("by"), row["id"], row["id"], texts)


def _erased(row: Mapping[str, Any], adopted: bool) -> NewLeaf:
    return NewLeaf(LeafType.ERASED, {}, row["anonymised_at"], mark("by"), row["id"], row["id"])


KINDS: dict[str, Kind] = {
    kind.type: kind
    for kind in (
        Kind(
            LeafType.RECORD,
            "training_record",
            TrainingRecord.objects.all,
            leaves.RECORD,
            lambda row, adopted: leaves.record_leaf(row, adopted=adopted),
            says="record",
        ),
        Kind(
            LeafType.CORRECTED,
            "training_record",
            lambda: TrainingRecord.objects.exclude(corrects=None),
            leaves.RECORD,
            lambda row, adopted: leaves.corrected_leaf(row, adopted=adopted),
            says="record",
            found_by="corrects_id",
        ),
        Kind(
            LeafType.REVOKED,
            "training_record",
            lambda: TrainingRecord.objects.exclude(revoked_at=None),
            leaves.REVOCATION,
            lambda row, adopted: leaves.revoked_leaf(row, adopted=adopted),
            says="record",
        ),
        Kind(
            LeafType.COMPETENCY_OPENED,
            "competency_record",
            CompetencyRecord.objects.all,
            leaves.COMPETENCY,
            _opened,
            says="competency",
        ),
        Kind(
            LeafType.COMPETENCY_DECIDED,
            "competency_record",
            lambda: CompetencyRecord.objects.exclude(status=CompetencyStatus.PENDING),
            leaves.DECISION,
            _decided,
            says="competency",
            optional="assessment_evidence__key",
        ),
        Kind(
            LeafType.COMPETENCY_WITHDRAWN,
            "competency_record",
            lambda: CompetencyRecord.objects.exclude(revoked_at=None),
            leaves.REVOCATION,
            lambda row, adopted: leaves.withdrawn_leaf(row, adopted=adopted),
            says="competency",
        ),
        Kind(
            LeafType.EXTENDED,
            "extended_record",
            _extended,
            leaves.EXTENDED,
            lambda row, adopted: leaves.extended_leaf(row),
            optional="evidence_key",
        ),
        Kind(
            LeafType.EXTENSION_WITHDRAWN,
            "extended_record",
            _extension_withdrawn,
            leaves.WITHDRAWN_EXTENSION,
            lambda row, adopted: leaves.extension_withdrawn_leaf(row),
        ),
        Kind(LeafType.RESTATED, "worker", Worker.objects.all, ("id",), _restated, once=False, needed=False),
        Kind(
            LeafType.MERGED,
            "worker",
            lambda: Worker.objects.exclude(merged_into=None),
            ("id", "merged_at", "merge_reason", "merged_into_id"),
            _merged,
            tied="merged_into_id",
        ),
        Kind(
            LeafType.ERASED,
            "worker",
            lambda: Worker.objects.exclude(anonymised_at=None),
            ("id", "anonymised_at"),
            _erased,
            needed=False,
        ),
    )
}
"""By type of leaf, all that is about records, competencies and people."""
