"""What the Finalize Gate looks at, and the outcome as it would be (domain.md §7)."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.db import connection
from django.db.models import OuterRef, Subquery

from titan.compliance.models import Severity
from titan.compliance.queries.verdicts import (
    Expected,
    OtherGap,
    Standing,
    fully_green,
    other_gaps,
    standing,
    standing_with,
    turned_green,
)
from titan.core import settings
from titan.core.actor import Actor
from titan.core.clock import site_date
from titan.core.errors import Conflict, FieldError, NotFound
from titan.core.language import _
from titan.core.models import SiteSettings
from titan.core.permit import need_reader
from titan.evidence.queries import verify_one
from titan.evidence.storage import Verdict
from titan.ledger.models import Alarm, AlarmKind, Leaf, LeafType
from titan.records.models import FOREVER, Result
from titan.records.rules import expires_on
from titan.resources.models import Qualification
from titan.training.access import need_visible, visible_sessions
from titan.training.gate import GateAttendee, GateFacts, reasons_against
from titan.training.models import Attendance, Attendee, Finalization, SessionStatus, Slot, TrainingSession

ATTENDEE_COLUMNS = (
    "worker_id",
    "status",
    "result",
    "score",
    "verified",
    "verified_by_id",
    "method_id",
    "remarks",
    "worker__first_name",
    "worker__last_name",
)
# Of an attendee, what goes into records.
_WRITTEN = ("worker_id", "status", "result", "score", "verified", "verified_by_id", "method_id", "remarks")


@dataclass(frozen=True)
class Outcome:
    """What finalizing a session makes, or made: the receipt (api.md, POST /sessions/{id}/finalize)."""

    session_id: int
    finalized_at: datetime | None
    training_records: int
    failed: int
    competency_pending: int
    no_show: int
    turned_green: int
    fully_green: int
    evidence_sha256: str
    ledger_entry: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return the receipt as JSON values."""
        values = asdict(self)
        values["finalized_at"] = self.finalized_at.isoformat() if self.finalized_at else None
        return values


def outcome_from(stored: dict[str, Any]) -> Outcome:
    """Return the receipt that `Outcome.plain` wrote."""
    moment = stored["finalized_at"]
    return Outcome(**{**stored, "finalized_at": datetime.fromisoformat(moment) if moment else None})


@dataclass(frozen=True)
class Gate:
    """A session at the gate: who is on the list, the last day, and every reason against finalizing now."""

    session: TrainingSession
    attendees: list[dict[str, Any]]
    completed_on: date | None
    reasons: list[FieldError]
    zone: ZoneInfo

    @property
    def attended(self) -> list[dict[str, Any]]:
        return [row for row in self.attendees if row["status"] == Attendance.ATTENDED]

    def need_open(self) -> None:
        """Raise Conflict with all reasons at once, unless there is none: NOT_READY, or TAMPERED when that is one."""
        if not self.reasons:
            return
        tampered = any(reason.code == "TAMPERED" for reason in self.reasons)
        raise Conflict(
            "TAMPERED" if tampered else "NOT_READY",
            " ".join(reason.message for reason in self.reasons[:5]),
            errors=self.reasons,
        )


@dataclass(frozen=True)
class SheetSeen:
    """What re-hashing a session's sheet just found; asked before a transaction, so that none waits for a disk."""

    evidence_id: int
    verdict: Verdict


def gate_of(session: TrainingSession, *, at: datetime, sheet: SheetSeen | None = None) -> Gate:
    """Return what stands against finalizing `session` at the moment `at`; three statements.

    sheet: how its evidence was found just now; without it, or when the session cites another file meanwhile, the
    evidence is re-hashed here.
    """
    attendees = list(
        Attendee.objects.filter(session_id=session.pk)
        .order_by("worker__name_key", "worker_id")
        .values(*ATTENDEE_COLUMNS)
    )
    ends_at, qualified, zone, alarmed = _circumstances(session)
    evidence = _verdict(session.evidence_id, sheet) if session.evidence_id else None
    facts = GateFacts(
        status=session.status,
        ends_at=ends_at.astimezone(zone) if ends_at else None,
        evidence_intact=None if evidence is None else evidence is Verdict.OK,
        trainer_qualified=qualified,
        evidence_readable=evidence is not Verdict.UNREADABLE,
        ledger_alarmed=alarmed,
    )
    people = [
        GateAttendee(
            row["worker_id"],
            row["status"],
            row["result"],
            f"{row['worker__first_name']} {row['worker__last_name']}".strip(),
        )
        for row in attendees
    ]
    return Gate(
        session=session,
        attendees=attendees,
        completed_on=site_date(ends_at, zone) if ends_at else None,
        reasons=reasons_against(facts, people, at),
        zone=zone,
    )


def _verdict(evidence_id: int, sheet: SheetSeen | None) -> Verdict:
    if sheet is not None and sheet.evidence_id == evidence_id:
        return sheet.verdict
    return verify_one(evidence_id)


# Written out: it runs inside every finalization, under the session's lock.
_CIRCUMSTANCES = f"""SELECT (SELECT MAX(ends_at) FROM {Slot._meta.db_table} WHERE session_id = %s),
    EXISTS (SELECT 1 FROM {Qualification._meta.db_table} WHERE trainer_id = %s AND course_id = %s AND until IS NULL),
    (SELECT timezone FROM {SiteSettings._meta.db_table} WHERE until IS NULL),
    EXISTS (SELECT 1 FROM {Alarm._meta.db_table} WHERE resolved_at IS NULL AND kind <> %s)"""


def _circumstances(session: TrainingSession) -> tuple[datetime | None, bool, ZoneInfo, bool]:
    """Return when the last slot ends, whether the trainer may teach the course now, the zone, and an open alarm."""
    with connection.cursor() as cursor:
        cursor.execute(_CIRCUMSTANCES, [session.pk, session.trainer_id, session.course_id, AlarmKind.EVIDENCE])
        ends_at, qualified, zone, alarmed = cursor.fetchone()
    if isinstance(ends_at, str):
        # SQLite keeps moments as text, in UTC.
        ends_at = datetime.fromisoformat(ends_at).replace(tzinfo=UTC)
    zone_now = settings.Site(timezone=zone).zone if zone else settings.Site().zone
    return ends_at, bool(qualified), zone_now, bool(alarmed)


def need_not_finalized(session: TrainingSession) -> None:
    """Raise Conflict ALREADY_FINALIZED with the first outcome when the session is completed."""
    if session.status == SessionStatus.COMPLETED:
        raise Conflict(
            "ALREADY_FINALIZED",
            _("%(session)s was finalized already. Nothing was written again; here is the first outcome.")
            % {"session": session.code},
            extra={"outcome": _stored(session.pk)},
        )


def _stored(session_id: int) -> dict[str, Any] | None:
    """Return the receipt; one from before the ledger gets the entry by which the ledger took it in."""
    entered = Leaf.objects.filter(type=LeafType.FINALIZED, entity_id=OuterRef("pk")).order_by("index").values("index")
    found = Finalization.objects.filter(pk=session_id).annotate(entry=Subquery(entered[:1]))
    row = found.values("outcome", "entry").first()
    return {**row["outcome"], "ledger_entry": row["entry"]} if row else None


def digest_of(gate: Gate) -> str:
    """Return what finalizing would write, in short: the same digest means the same records."""
    session = gate.session
    facts = [
        session.course_version_id,
        session.trainer_id,
        session.evidence.sha256 if session.evidence else None,
        gate.completed_on,
        [{name: row[name] for name in _WRITTEN} for row in gate.attendees],
    ]
    return hashlib.sha256(orjson.dumps(facts)).hexdigest()


@dataclass(frozen=True)
class Preview:
    """What finalizing would do now. before, after: how many who attended stand how for the course, by status.

    expires_on: of the passed records (None: they never expire). gaps: what keeps those who turn green for the course
    from being green overall.
    """

    outcome: Outcome
    passed: int
    expires_on: date | None
    before: dict[str, int]
    after: dict[str, int]
    gaps: tuple[OtherGap, ...]


@dataclass(frozen=True)
class GateView:
    """A session before the gate: what stands against it, or what finalizing would do (then there are no reasons)."""

    reasons: tuple[FieldError, ...]
    preview: Preview | None
    digest: str


def preview_finalize(session_id: int, *, by: Actor, at: datetime, sheet: SheetSeen | None = None) -> Outcome:
    """Return the outcome as it would be now; raises what finalizing would raise. Writes nothing."""
    need_reader(by)
    gate = _gate_now(session_id, by=by, at=at, sheet=sheet)
    gate.need_open()
    before, after = _standings(gate, at)
    return count_outcome(gate, len(turned_green(before, after)), len(fully_green(before, after)), at=None)


def look_at_gate(session_id: int, *, by: Actor, at: datetime) -> GateView:
    """Return every reason against finalizing now, or what it would do, with the digest to send back with the click.

    A fixed number of statements. Raises NotFound, Conflict ALREADY_FINALIZED with the first outcome.
    """
    need_reader(by)
    gate = _gate_now(session_id, by=by, at=at)
    return GateView(tuple(gate.reasons), None if gate.reasons else _preview(gate, at), digest_of(gate))


def receipt_of(session_id: int, *, by: Actor) -> Outcome | None:
    """Return the first and only outcome of a session's finalization; None before it. Raises NotFound."""
    need_reader(by)
    need_visible(session_id, by=by)
    stored = _stored(session_id)
    return outcome_from(stored) if stored else None


def _gate_now(session_id: int, *, by: Actor, at: datetime, sheet: SheetSeen | None = None) -> Gate:
    session = visible_sessions(by).select_related("course_version", "evidence").filter(pk=session_id).first()
    if session is None:
        raise NotFound("session", session_id)
    need_not_finalized(session)
    return gate_of(session, at=at, sheet=sheet)


def _standings(gate: Gate, at: datetime) -> tuple[Standing, Standing]:
    """Return how those who attended stand now, and would stand after finalizing."""
    site = settings.current()
    after = standing_with(
        [_expected(gate, row) for row in gate.attended],
        gate.session.course_id,
        today=site.today(at),
        warning_days=site.warning_days,
    )
    return standing([row["worker_id"] for row in gate.attended], gate.session.course_id), after


def _preview(gate: Gate, at: datetime) -> Preview:
    before, after = _standings(gate, at)
    turned, fully = turned_green(before, after), fully_green(before, after)
    version, day = gate.session.course_version, gate.completed_on
    return Preview(
        outcome=count_outcome(gate, len(turned), len(fully), at=None),
        passed=sum(row["result"] == Result.PASSED and not becomes_pending(gate.session, row) for row in gate.attended),
        expires_on=expires_on(day, version.validity_months) if version and day else None,
        before=_by_status(before.items),
        after=_by_status(after.items),
        gaps=tuple(other_gaps(set(turned) - set(fully), gate.session.course_id)),
    )


def _by_status(severities: Mapping[int, int]) -> dict[str, int]:
    counts = Counter(severities.values())
    return {severity.name: counts[severity] for severity in Severity}


def count_outcome(gate: Gate, turned: int, fully: int, *, at: datetime | None) -> Outcome:
    """Return the receipt of a gate that is open; `at` is None for a preview."""
    failed = [row for row in gate.attended if row["result"] == Result.FAILED]
    pending = [row for row in gate.attended if becomes_pending(gate.session, row)]
    return Outcome(
        session_id=gate.session.pk,
        # In site time, so that the stored receipt reads exactly like the first answer.
        finalized_at=at.astimezone(gate.zone) if at else None,
        training_records=len(gate.attended) - len(pending),
        failed=len(failed),
        competency_pending=len(pending),
        no_show=len(gate.attendees) - len(gate.attended),
        turned_green=turned,
        fully_green=fully,
        evidence_sha256=gate.session.evidence.sha256 if gate.session.evidence else "",
    )


def becomes_pending(session: TrainingSession, attendee: dict[str, Any]) -> bool:
    """Say whether a pass waits for an assessor: the version requires it and the trainer did not verify (§7)."""
    version = session.course_version
    needs = version is not None and version.requires_verification
    return bool(needs and attendee["result"] == Result.PASSED and not attendee["verified"])


def _expected(gate: Gate, attendee: dict[str, Any]) -> Expected:
    version, day = gate.session.course_version, gate.completed_on
    pending = becomes_pending(gate.session, attendee)
    if pending or attendee["result"] != Result.PASSED or version is None or day is None:
        return Expected(attendee["worker_id"], None, pending)
    return Expected(attendee["worker_id"], expires_on(day, version.validity_months) or FOREVER, False)
