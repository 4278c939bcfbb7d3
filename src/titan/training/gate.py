"""The Finalize Gate: every reason why a session cannot be finalized, all at once (domain.md §7).

One function, two uses: the page shows what the command refuses with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from titan.core.errors import FieldError


@dataclass(frozen=True)
class GateAttendee:
    """What the gate asks of an attendee."""

    worker_id: int
    status: str
    result: str
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or f"Worker {self.worker_id}"


@dataclass(frozen=True)
class GateFacts:
    """What the gate asks of a session. ends_at: the end of its last slot. evidence_intact: None without evidence."""

    status: str
    ends_at: datetime | None
    evidence_intact: bool | None
    trainer_qualified: bool


def reasons_against(facts: GateFacts, attendees: Iterable[GateAttendee], at: datetime) -> list[FieldError]:
    """Return every reason against finalizing now; an empty list opens the gate."""
    people = list(attendees)
    return [*_session_reasons(facts, at), *_attendance_reasons(people)]


def _session_reasons(facts: GateFacts, at: datetime) -> Iterator[FieldError]:
    if facts.status != "SCHEDULED":
        yield FieldError("status", "NOT_SCHEDULED", f"The session is {facts.status}; only a SCHEDULED one can be held.")
    if facts.ends_at is None or at < facts.ends_at:
        when = f"The class ends at {facts.ends_at.isoformat()}." if facts.ends_at else "The class has no time yet."
        yield FieldError("slots", "NOT_ENDED", f"{when} Finalize after that.")
    if facts.evidence_intact is None:
        yield FieldError("evidence", "EVIDENCE_MISSING", "No signed sheet is attached. Upload it.")
    elif not facts.evidence_intact:
        yield FieldError(
            "evidence",
            "TAMPERED",
            "The stored sheet differs from the one that was uploaded. Scan it again, upload that, and report it.",
        )
    if not facts.trainer_qualified:
        yield FieldError(
            "trainer_id",
            "TRAINER_NOT_QUALIFIED",
            "The trainer may not teach this course now. Restore the qualification or change the trainer.",
        )


def _attendance_reasons(people: list[GateAttendee]) -> Iterator[FieldError]:
    if not any(person.status == "ATTENDED" for person in people):
        yield FieldError("attendees", "NOBODY_ATTENDED", "Nobody is marked as present.")
    for person in people:
        field = f"attendees.{person.worker_id}"
        if person.status == "REGISTERED":
            yield FieldError(field, "MARK_MISSING", f"{person.label} has no attendance mark.")
        elif person.status == "ATTENDED" and not person.result:
            yield FieldError(field, "RESULT_MISSING", f"{person.label} is present but has no result.")
