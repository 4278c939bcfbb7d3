"""Statuses as cells: their word, and the colour that a file with colours fills them with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from titan.compliance.models import Severity
from titan.compliance.rules import COLOURS, Colour
from titan.core.language import _
from titan.exchange.exports.listing import Marked
from titan.personnel.models import WorkerStatus
from titan.records.models import CompetencyStatus, Result, TrainingRecord
from titan.training.models import Attendance, SessionStatus
from titan.training.queries.sessions import SessionView


def compliance_mark(status: str | None, words: Mapping[str, str]) -> Marked | None:
    """Return a compliance status; nothing of who is not judged. words: by status."""
    return Marked(words[status], COLOURS[Severity[status]]) if status else None


def worker_status_mark(status: str, words: Mapping[str, str]) -> Marked:
    """Return the status of a worker; being blacklisted is Red."""
    return Marked(words[status], Colour.RED if status == WorkerStatus.BLACKLISTED else None)


def attendance_mark(status: str, words: Mapping[str, str]) -> Marked:
    """Return the mark of an attendee; a no-show is Red."""
    return Marked(words[status], Colour.RED if status == Attendance.NO_SHOW else None)


def result_mark(result: str | None, words: Mapping[str, str]) -> Marked | None:
    """Return a result: passed is Green, failed is Red."""
    return Marked(words[result], Colour.GREEN if result == Result.PASSED else Colour.RED) if result else None


def competency_mark(status: str, words: Mapping[str, str]) -> Marked:
    """Return the state of a competency record."""
    colours = {CompetencyStatus.PENDING: Colour.BLUE, CompetencyStatus.COMPETENT: Colour.GREEN}
    return Marked(words[status], colours.get(CompetencyStatus(status), Colour.RED))


def session_mark(session: SessionView, words: Mapping[str, str]) -> Marked:
    """Return the state of a session: finalized is Green, one that cannot run is Red."""
    if session.cannot_run:
        return Marked(_("Cannot run: trainer not qualified"), Colour.RED)
    return Marked(words[session.status], Colour.GREEN if session.status == SessionStatus.COMPLETED else None)


def record_mark(record: TrainingRecord, *, today: date, warning_days: int) -> Marked:
    """Return whether a record counts today, in words. warning_days: from when it is said to run out soon."""
    if record.revoked_at:
        return Marked(_("Revoked"), Colour.RED)
    if record.result == Result.FAILED:
        return Marked(_("Failed"), Colour.RED)
    if record.valid_until < today:
        return Marked(_("Ran out"), Colour.RED)
    if record.expires_on and (record.valid_until - today).days <= warning_days:
        return Marked(_("Valid, runs out soon"), Colour.YELLOW)
    return Marked(_("Valid"), Colour.GREEN)
