"""Something is found false: one person proposes what follows from it, a second one approves (domain.md §7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce

from titan.compliance.commands import refresh_now
from titan.compliance.queries.without import Red, standing_behind, turned_red
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set, insert_rows
from titan.core.command import command, say
from titan.core.errors import Conflict, Forbidden, NotFound, invalid
from titan.core.given import Wrong, is_id
from titan.core.language import _
from titan.core.permit import need_admin
from titan.personnel.models import Worker
from titan.personnel.queries.naming import somebody_named
from titan.records.commands import revoke_records, withdraw_competencies
from titan.records.commands.revoke import REASON_LIMIT, reason_given
from titan.training.consequences.queries.cases import Outcome
from titan.training.consequences.queries.listing import Subject, lines_of, need_days
from titan.training.consequences.queries.subjects import settled, subject_named
from titan.training.consequences.rules import MOST_AT_ONCE, Basis, Kind, Line, basis_of, drift
from titan.training.models import CaseRecord, CaseRed, CaseStatus, CaseSubject, ConsequenceCase, Standing

NAMED = 100
"""How many ids an answer names of what changed since."""


_DONE = {
    CaseStatus.APPROVED: "consequence_case.approved",
    CaseStatus.REJECTED: "consequence_case.rejected",
    CaseStatus.WITHDRAWN: "consequence_case.withdrawn",
}


@command
def propose_case(subject: Subject, reason: str, *, by: Actor, at: datetime, shown: str | None = None) -> int:
    """Propose to revoke all that rests on `subject`, with a reason, and return the case; nothing is revoked yet.

    shown: the digest of the list that whoever proposes was shown (Resting.digest). Raises NotFound, Invalid, Conflict
    CASE_OPEN, NOTHING_RESTS, CHANGED_SINCE, TOO_MANY. A fixed number of statements.
    """
    need_admin(by)
    proposer = _login_of(by)
    subject = settled(subject)
    subject_named(subject.kind, subject.id)
    need_days(subject, settings.current().today(at))
    reason = reason_given(reason)
    lines = lines_of(subject)
    _need_nameless("reason", reason, [line.worker_id for line in lines])
    _need_none_open(subject)
    basis = basis_of(lines)
    _need_possible(basis, lines, shown)
    case = ConsequenceCase.objects.create(
        subject=subject.kind,
        subject_id=subject.id,
        first_day=subject.first_day,
        last_day=subject.last_day,
        reason=reason,
        digest=basis.digest,
        records=len(basis.records),
        competencies=len(basis.competencies),
        proposed_at=at,
        proposed_by_id=proposer,
    )
    insert_rows(CaseRecord, [_line_row(case.pk, place, line) for place, line in enumerate(lines)], returning=())
    say("consequence_case.proposed", "consequence_case", case.pk, after=_told(case), reason=reason)
    return case.pk


@command
def approve_case(case_id: int, remark: str = "", *, by: Actor, at: datetime) -> Outcome:
    """Approve a case that somebody else proposed: revoke and withdraw its whole list with its reason, or nothing.

    Each leaves its counter-entry in the ledger and its audit event. Returns what came of it; a fixed number of
    statements. Raises NotFound, Forbidden SECOND_PERSON_NEEDED, Conflict CASE_DECIDED, and CHANGED_SINCE with how
    when something else rests on the subject now than was proposed.
    """
    need_admin(by)
    case = _locked(case_id)
    decider = _second_person(case, by)
    remark = _remark(remark)
    if remark:
        _need_nameless("remark", remark, _listed_workers(case.pk))
    _need_open(case)
    basis = _basis_as_proposed(case)
    before = standing_behind(basis.records, basis.competencies)
    if basis.records:
        revoke_records(basis.records, case.reason, by=by, at=at)
    if basis.competencies:
        withdraw_competencies(basis.competencies, case.reason, by=by, at=at)
    refresh_now()
    reds = turned_red(before, standing_behind(basis.records, basis.competencies))
    _write_reds(case.pk, reds)
    turned = len({red.worker_id for red in reds if red.turned})
    outcome = Outcome(len(basis.records), len(basis.competencies), turned)
    _decide(case, CaseStatus.APPROVED, by=decider, at=at, remark=remark, outcome=outcome)
    return outcome


@command
def reject_case(case_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Reject a case that somebody else proposed, with a reason; nothing is revoked. Raises as `approve_case`."""
    need_admin(by)
    case = _locked(case_id)
    decider = _second_person(case, by)
    reason = reason_given(reason)
    _need_nameless("reason", reason, _listed_workers(case.pk))
    _need_open(case)
    _decide(case, CaseStatus.REJECTED, by=decider, at=at, remark=reason)


@command
def withdraw_case(case_id: int, *, by: Actor, at: datetime) -> None:
    """Take a case back that one proposed oneself. Raises NotFound, Forbidden, Conflict CASE_DECIDED."""
    need_admin(by)
    case = _locked(case_id)
    proposer = _login_of(by)
    if proposer != case.proposed_by_id:
        raise Forbidden(_("Whoever proposed a case takes it back; anybody else approves or rejects it."))
    _need_open(case)
    _decide(case, CaseStatus.WITHDRAWN, by=proposer, at=at)


def _login_of(by: Actor) -> int:
    if by.user_id is None:
        raise Forbidden(_("Two people stand behind a case, each with a login of their own. Sign in."))
    return by.user_id


def _second_person(case: ConsequenceCase, by: Actor) -> int:
    if _login_of(by) == case.proposed_by_id:
        raise Forbidden(
            _("You proposed this case, so a second person decides it. Ask another administrator, or take it back."),
            "SECOND_PERSON_NEEDED",
        )
    return _login_of(by)


def _need_nameless(field: str, text: str, worker_ids: Iterable[int]) -> None:
    """Refuse a text that names, in full or by badge, somebody on the list: it outlives them when they are erased."""
    badge = somebody_named(text, worker_ids)
    if badge is not None:
        raise invalid(
            field,
            "NAMES_THE_PERSON",
            _("Leave people out: this names %(badge)s, and it is kept in every record.") % {"badge": badge},
        )


def _listed_workers(case_id: int) -> list[int]:
    lines = CaseRecord.objects.filter(case_id=case_id)
    return list(lines.values_list(Coalesce("record__worker_id", "competency__worker_id"), flat=True).distinct())


def _need_none_open(subject: Subject) -> None:
    waiting = ConsequenceCase.objects.filter(
        subject=subject.kind, subject_id=subject.id, status=CaseStatus.PROPOSED
    ).values_list("pk", flat=True)
    found = waiting.first()
    if found is not None:
        raise Conflict(
            "CASE_OPEN",
            _("Case %(case)s about this waits for its decision already.") % {"case": found},
            extra={"case_id": found},
        )


def _need_possible(basis: Basis, lines: Sequence[Line], shown: str | None) -> None:
    if shown is not None and shown != basis.digest:
        raise Conflict("CHANGED_SINCE", _("What rests on this changed since you looked. Look at the list again."))
    if basis.is_empty:
        raise Conflict("NOTHING_RESTS", _("No record that still counts rests on this: there is nothing to revoke."))
    if len(lines) > MOST_AT_ONCE:
        raise Conflict(
            "TOO_MANY",
            _("%(count)s records rest on this, and one case holds %(limit)s. Narrow the days, or begin with sessions.")
            % {"count": len(lines), "limit": MOST_AT_ONCE},
        )


def _line_row(case_id: int, place: int, line: Line) -> dict[str, Any]:
    is_record = line.kind == Kind.RECORD
    return {
        "case_id": case_id,
        "position": place,
        "record_id": line.id if is_record else None,
        "competency_id": None if is_record else line.id,
        "standing": str(line.standing),
    }


def _told(case: ConsequenceCase) -> dict[str, Any]:
    days = {"from": case.first_day, "to": case.last_day}
    return {
        "status": CaseStatus.PROPOSED,
        "subject": str(case.subject),
        "subject_id": case.subject_id,
        **{name: day.isoformat() for name, day in days.items() if day},
        "records": case.records,
        "competencies": case.competencies,
        "digest": case.digest,
    }


def _locked(case_id: int) -> ConsequenceCase:
    cases = ConsequenceCase.objects.filter(pk=case_id) if is_id(case_id) else ConsequenceCase.objects.none()
    if connection.vendor == "postgresql":
        cases = cases.select_for_update(no_key=True)
    case = cases.first()
    if case is None:
        raise NotFound("case", case_id)
    return case


def _need_open(case: ConsequenceCase) -> None:
    if case.status != CaseStatus.PROPOSED:
        raise Conflict(
            "CASE_DECIDED",
            _("Case %(case)s is %(status)s: it is decided once.") % {"case": case.pk, "status": _(case.status)},
        )


def _remark(text: str) -> str:
    wrong = Wrong()
    clean = wrong.text("remark", text, limit=REASON_LIMIT, lines=True)
    wrong.refuse()
    return clean


def _basis_as_proposed(case: ConsequenceCase) -> Basis:
    """Return what rests on the subject now; raise Conflict CHANGED_SINCE unless it is what was proposed."""
    subject = Subject(CaseSubject(case.subject), case.subject_id, case.first_day, case.last_day)
    now = basis_of(lines_of(subject))
    if now.digest == case.digest:
        return now
    changed = drift(_proposed(case.pk), now)
    more, less = len(changed.more.records) + len(changed.more.competencies), changed.less
    raise Conflict(
        "CHANGED_SINCE",
        _(
            "What rests on this is not what was proposed: %(more)s came to it, and %(less)s no longer count. Reject "
            "the case, and propose the list as it is now."
        )
        % {"more": more, "less": len(less.records) + len(less.competencies)},
        extra={"more": _ids(changed.more), "less": _ids(changed.less)},
    )


def _proposed(case_id: int) -> Basis:
    lines = CaseRecord.objects.filter(case_id=case_id, standing=Standing.RESTS).order_by("position")
    rows = list(lines.values_list("record_id", "competency_id"))
    return Basis(tuple(record for record, _other in rows if record), tuple(other for _record, other in rows if other))


def _ids(basis: Basis) -> dict[str, list[int]]:
    return {"record_ids": list(basis.records[:NAMED]), "competency_ids": list(basis.competencies[:NAMED])}


def _write_reds(case_id: int, reds: Sequence[Red]) -> None:
    names = dict(Worker.objects.filter(pk__in=id_set(red.worker_id for red in reds)).values_list("pk", "name_key"))
    ordered = sorted(reds, key=lambda red: (not red.turned, names[red.worker_id], red.worker_id, red.course_id))
    rows = [
        {
            "case_id": case_id,
            "position": place,
            "worker_id": red.worker_id,
            "course_id": red.course_id,
            "was": red.was,
            "turned": red.turned,
        }
        for place, red in enumerate(ordered)
    ]
    insert_rows(CaseRed, rows, returning=())


def _decide(
    case: ConsequenceCase,
    status: CaseStatus,
    *,
    by: int,
    at: datetime,
    remark: str = "",
    outcome: Outcome | None = None,
) -> None:
    """Write the decision by compare-and-set, and say it. by: the login of whoever decided."""
    done = asdict(outcome) if outcome else {}
    hit = ConsequenceCase.objects.filter(pk=case.pk, status=CaseStatus.PROPOSED).update(
        status=status, decided_at=at, decided_by_id=by, remark=remark, **done
    )
    if hit != 1:
        raise AssertionError(f"Case {case.pk} was decided under its lock.")
    say(
        _DONE[status],
        "consequence_case",
        case.pk,
        before={"status": CaseStatus.PROPOSED},
        after={"status": status, **done},
        reason=remark or case.reason,
    )
