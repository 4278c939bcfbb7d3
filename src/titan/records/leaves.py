"""Which column of a record becomes which key of a leaf: said here and nowhere else (docs/ledger-format.md §6).

Pure: rows in, leaves out. A row maps the names of `QuerySet.values()` (the tuples below) to their values. The commands
build leaves from what they write, adoption from what stands, and verification compares with what was entered.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType

Row = Mapping[str, Any]

RECORD = (
    *("id", "worker_id", "course__code", "course_version__number", "session_id", "trainer_id"),
    *("result", "score", "completed_on", "expires_on", "provider", "remarks", "source", "corrects_id"),
    *("evidence_key", "evidence_sha256", "created_at", "created_by_id"),
)
"""What the leaves about a record's making say: training.record, record.corrected."""

REVOCATION = ("id", "worker_id", "revoked_at", "revoked_by_id", "revoke_reason")
"""What the leaves about a record's or a competency's end say: record.revoked, competency.withdrawn."""

COMPETENCY = (
    *("id", "worker_id", "course__code", "course_version__number", "session_id", "trainer_id"),
    *("score", "completed_on", "evidence_key", "evidence_sha256", "created_at"),
)
"""What competency.opened says."""

DECISION = (
    *("id", "worker_id", "status", "method__code", "assessed_on", "assessed_by_id", "remarks", "record_id"),
    *("assessment_evidence__key", "assessment_evidence__sha256"),
)
"""What competency.decided says."""

EXTENDED = (
    *("id", "record_id", "worker_id", "extension_id", "days_of", "first_day", "last_day", "until", "reference"),
    *("decided_on", "reason", "evidence_key", "evidence_sha256", "made_at", "made_by_id"),
)
"""What validity.extended says: of a record, and of the extension that was made for it."""

WITHDRAWN_EXTENSION = ("id", "record_id", "worker_id", "extension_id", "revoked_at", "revoked_by_id", "revoke_reason")
"""What validity.withdrawn says."""


def record_leaf(row: Row, *, adopted: bool = False) -> NewLeaf:
    """Return the leaf about a training record. row: RECORD."""
    return NewLeaf(
        LeafType.RECORD,
        {
            "adopted": adopted,
            "completed_on": day(row["completed_on"]),
            "corrects": row["corrects_id"],
            "course": course(row),
            "evidence": {"key": row["evidence_key"], "sha256": row["evidence_sha256"]},
            "expires_on": day(row["expires_on"]),
            "record": row["id"],
            "result": row["result"],
            "score": row["score"],
            "session": row["session_id"],
            "source": row["source"],
            "trainer": row["trainer_id"],
        },
        row["created_at"],
        row["created_by_id"],
        row["id"],
        row["worker_id"],
        {"provider": row["provider"], "remarks": row["remarks"]},
    )


def corrected_leaf(row: Row, *, adopted: bool = False) -> NewLeaf:
    """Return the leaf that the record `row` (RECORD) corrects another one, which the leaf is about."""
    return NewLeaf(
        LeafType.CORRECTED,
        {"adopted": adopted, "corrected_by": row["id"], "record": row["corrects_id"]},
        row["created_at"],
        row["created_by_id"],
        row["corrects_id"],
        row["worker_id"],
    )


def revoked_leaf(row: Row, *, adopted: bool = False) -> NewLeaf:
    """Return the leaf about a record's revocation. row: REVOCATION."""
    return NewLeaf(
        LeafType.REVOKED,
        {"adopted": adopted, "record": row["id"]},
        row["revoked_at"],
        row["revoked_by_id"],
        row["id"],
        row["worker_id"],
        {"reason": row["revoke_reason"]},
    )


def opened_leaf(row: Row, *, by_id: int | None, adopted: bool = False) -> NewLeaf:
    """Return the leaf about a pass that waits for an assessor. row: COMPETENCY. by_id: who opened it, if known."""
    return NewLeaf(
        LeafType.COMPETENCY_OPENED,
        {
            "adopted": adopted,
            "competency": row["id"],
            "completed_on": day(row["completed_on"]),
            "course": course(row),
            "evidence": {"key": row["evidence_key"], "sha256": row["evidence_sha256"]},
            "score": row["score"],
            "session": row["session_id"],
            "trainer": row["trainer_id"],
        },
        row["created_at"],
        by_id,
        row["id"],
        row["worker_id"],
    )


def decided_leaf(row: Row, *, at: datetime, by_id: int | None, adopted: bool = False) -> NewLeaf:
    """Return the leaf about an assessor's decision. row: DECISION. at, by_id: when and by whom it was entered."""
    key = row["assessment_evidence__key"]
    return NewLeaf(
        LeafType.COMPETENCY_DECIDED,
        {
            "adopted": adopted,
            "assessed_by": row["assessed_by_id"],
            "assessed_on": day(row["assessed_on"]),
            "competency": row["id"],
            "evidence": {"key": key, "sha256": row["assessment_evidence__sha256"]} if key else None,
            "method": row["method__code"],
            "record": row["record_id"],
            "status": row["status"],
        },
        at,
        by_id,
        row["id"],
        row["worker_id"],
        {"remarks": row["remarks"]},
    )


def withdrawn_leaf(row: Row, *, adopted: bool = False) -> NewLeaf:
    """Return the leaf about a pending competency that was withdrawn. row: REVOCATION."""
    return NewLeaf(
        LeafType.COMPETENCY_WITHDRAWN,
        {"adopted": adopted, "competency": row["id"]},
        row["revoked_at"],
        row["revoked_by_id"],
        row["id"],
        row["worker_id"],
        {"reason": row["revoke_reason"]},
    )


def extended_leaf(row: Row) -> NewLeaf:
    """Return the leaf that a record is valid longer by an extension. row: EXTENDED; `id` of the extended record."""
    key = row["evidence_key"]
    return NewLeaf(
        LeafType.EXTENDED,
        {
            "days": {"first": day(row["first_day"]), "last": day(row["last_day"]), "of": row["days_of"]},
            "decided_on": day(row["decided_on"]),
            "evidence": {"key": key, "sha256": row["evidence_sha256"]} if key else None,
            "extension": row["extension_id"],
            "record": row["record_id"],
            "until": day(row["until"]),
        },
        row["made_at"],
        row["made_by_id"],
        row["id"],
        row["worker_id"],
        {"reason": row["reason"], "reference": row["reference"]},
    )


def extension_withdrawn_leaf(row: Row) -> NewLeaf:
    """Return the leaf that an extension of a record counts no more. row: WITHDRAWN_EXTENSION."""
    return NewLeaf(
        LeafType.EXTENSION_WITHDRAWN,
        {"extension": row["extension_id"], "record": row["record_id"]},
        row["revoked_at"],
        row["revoked_by_id"],
        row["id"],
        row["worker_id"],
        {"reason": row["revoke_reason"]},
    )


def course(row: Row) -> dict[str, Any]:
    """Return a course version as leaves name it."""
    return {"code": row["course__code"], "version": row["course_version__number"]}


def day(value: date | None) -> str | None:
    """Return a day as leaves write it."""
    return value.isoformat() if value else None
