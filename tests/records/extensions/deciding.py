"""An authority decides: what these tests extend, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from tests.training.acting import DAY
from titan.compliance.models import ComplianceItem
from titan.ledger.models import Leaf, LeafType
from titan.ledger.rules.canonical import read
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import TrainingRecord

EXPIRY = date(2026, 11, 10)
"""The expiry of most records here: twelve days ago."""

UNTIL = date(2027, 3, 31)
DECISION = AuthorityDecision("Order 118/26", date(2026, 11, 3), "The training centre is closed until March.")
WHY_NOT = "The order is about other sites."


def choice(course: Any, **values: Any) -> Extending:
    """Choose what ran or runs out within a month of EXPIRY."""
    plain = Extending(course.pk, "EXPIRES_ON", EXPIRY - 30 * DAY, EXPIRY + 30 * DAY, UNTIL)
    return replace(plain, **values)


def item(record: TrainingRecord) -> ComplianceItem:
    return ComplianceItem.objects.get(worker_id=record.worker_id, course_id=record.course_id)


def leaves(kind: LeafType) -> list[dict[str, Any]]:
    return [read(bytes(leaf.data)) for leaf in Leaf.objects.filter(type=kind).order_by("index")]
