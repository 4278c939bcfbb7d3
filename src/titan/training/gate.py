"""The Finalize Gate: every reason why a session cannot be finalized, all at once (domain.md §7).

One function, two uses: the page shows what the command refuses with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from titan.core.errors import FieldError
from titan.core.language import _


class GateAttendee(NamedTuple):
    """What the gate asks of an attendee."""

    worker_id: int
    status: str
    result: str
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or _("Worker %(worker)s") % {"worker": self.worker_id}


@dataclass(frozen=True)
class GateFacts:
    """What the gate asks of a session. ends_at: the end of its last slot. evidence_intact: None without evidence.

    evidence_readable: false while the store does not answer, so that nobody can tell whether it is intact.
    ledger_alarmed: an alarm of the ledger or of the guards is open.
    """

    status: str
    ends_at: datetime | None
    evidence_intact: bool | None
    trainer_qualified: bool
    evidence_readable: bool = True
    ledger_alarmed: bool = False


def reasons_against(facts: GateFacts, attendees: Iterable[GateAttendee], at: datetime) -> list[FieldError]:
    """Return every reason against finalizing now; an empty list opens the gate."""
    people = list(attendees)
    return [*_session_reasons(facts, at), *_attendance_reasons(people)]


def _session_reasons(facts: GateFacts, at: datetime) -> Iterator[FieldError]:
    if facts.status != "SCHEDULED":
        yield FieldError(
            "status",
            "NOT_SCHEDULED",
            _("The session is %(status)s; only a SCHEDULED one can be held.") % {"status": _(facts.status)},
        )
    if facts.ledger_alarmed:
        yield FieldError(
            "ledger",
            "LEDGER_ALARM",
            _("The ledger or the database's guards raised an alarm. Nothing is finalized until it is cleared up."),
        )
    if facts.ends_at is None or at < facts.ends_at:
        ends = facts.ends_at.isoformat() if facts.ends_at else None
        when = _("The class ends at %(time)s.") % {"time": ends} if ends else _("The class has no time yet.")
        yield FieldError("slots", "NOT_ENDED", _("%(when)s Finalize after that.") % {"when": when})
    if facts.evidence_intact is None:
        yield FieldError("evidence", "EVIDENCE_MISSING", _("No signed sheet is attached. Upload it."))
    elif not facts.evidence_readable:
        yield FieldError(
            "evidence",
            "EVIDENCE_UNAVAILABLE",
            _("The stored sheet cannot be read just now. Try again; if it stays so, tell whoever keeps the server."),
        )
    elif not facts.evidence_intact:
        yield FieldError(
            "evidence",
            "TAMPERED",
            _("The stored sheet differs from the one that was uploaded. Scan it again, upload that, and report it."),
        )
    if not facts.trainer_qualified:
        yield FieldError(
            "trainer_id",
            "TRAINER_NOT_QUALIFIED",
            _("The trainer may not teach this course now. Restore the qualification or change the trainer."),
        )


def _attendance_reasons(people: list[GateAttendee]) -> Iterator[FieldError]:
    if not any(person.status == "ATTENDED" for person in people):
        yield FieldError("attendees", "NOBODY_ATTENDED", _("Nobody is marked as present."))
    for person in people:
        field = f"attendees.{person.worker_id}"
        if person.status == "REGISTERED":
            yield FieldError(field, "MARK_MISSING", _("%(worker)s has no attendance mark.") % {"worker": person.label})
        elif person.status == "ATTENDED" and not person.result:
            yield FieldError(
                field, "RESULT_MISSING", _("%(worker)s is present but has no result.") % {"worker": person.label}
            )
