"""What the engine stored, held against the oracle, and the days and statuses in which the tests of the rules speak.

The engine decides; the oracle must say the same, so that neither is wrong alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tests.compliance.worlds import World, noon
from tests.oracle import differences
from titan.catalogue.models import Course
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.actor import system_actor
from titan.personnel.models import Worker

SYSTEM = system_actor()
TODAY = date(2026, 11, 24)
RED, BLUE, GRACE, EXPIRING, GREEN = (
    "NON_COMPLIANT",
    "AWAITING_VERIFICATION",
    "IN_GRACE",
    "EXPIRING",
    "COMPLIANT",
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@dataclass(frozen=True)
class Seen:
    status: str
    requirement_type: str
    due_on: date | None
    record_id: int | None
    expires_on: date | None
    next_change_on: date | None


def decide(world: World, worker: Worker, course: Course, today: date = TODAY) -> Seen:
    """Rebuild as of `today`, hold it against the oracle, and return the item."""
    rebuild(at=noon(today), by=SYSTEM)
    return stored(worker, course, today)


def stored(worker: Worker, course: Course, today: date = TODAY) -> Seen:
    found = differences(today)
    assert not found, "\n".join(found)
    row = ComplianceItem.objects.get(worker=worker, course=course)
    return Seen(
        Severity(row.severity).name,
        row.requirement_type,
        row.due_on,
        row.record_id,
        row.expires_on,
        row.next_change_on,
    )


def overall(worker: Worker) -> str:
    return Severity(WorkerVerdict.objects.get(worker=worker).severity).name
