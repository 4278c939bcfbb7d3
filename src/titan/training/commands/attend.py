"""Marking how it went: partial work is saved any number of times until finalization (domain.md §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from titan.core.actor import Actor, Role
from titan.core.bulk import id_set, update_rows
from titan.core.command import Said, command, nothing_changed, say_all
from titan.core.errors import Conflict, FieldError, Forbidden, Invalid, Refusal
from titan.core.given import Wrong, possible_ids
from titan.core.language import _, number
from titan.core.permit import need_role
from titan.records.models import AssessmentMethod
from titan.records.rules import passed_by_score
from titan.training.access import locked_session, need_open, need_status
from titan.training.commands.plan import UNSET, Unset, read_slots
from titan.training.models import Attendance, Attendee, SessionStatus, TrainingSession
from titan.training.rules import Mark, mark_errors

MOST_AT_ONCE = 1_000
REMARKS_LIMIT = 2_000
_MARK_FIELDS = ("status", "result", "score", "verified", "method_id", "remarks")


@dataclass(frozen=True)
class MarkChange:
    """What changes in one attendee's mark; what is UNSET stays."""

    worker_id: int
    status: str | Unset = UNSET
    result: str | Unset | None = UNSET
    score: int | Unset | None = UNSET
    verified: bool | Unset = UNSET
    method_id: int | Unset | None = UNSET
    remarks: str | Unset = UNSET

    def given(self) -> dict[str, Any]:
        """Return the given fields of the mark, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "worker_id"}
        return {name: value for name, value in values.items() if value is not UNSET}


@command
def mark_attendance(session_id: int, changes: Sequence[MarkChange], *, by: Actor, at: datetime) -> int:
    """Save marks of a scheduled session that has begun, all or none; returns how many attendees changed.

    By an admin, or the session's own trainer. A score decides the result where the course has a minimum and no result
    was sent. Marking someone absent takes back their result. Raises NotFound, Invalid, Conflict.
    """
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
    session = locked_session(session_id, by=by)
    rows = _attendees(session_id, changes)
    minimum = session.course_version.min_pass_score if session.course_version else None
    wanted = {change.worker_id: overlay(rows[change.worker_id], change, minimum) for change in changes}
    marks = _checked(wanted, minimum, _known_methods(wanted.values()))
    need_open(session)
    need_status(session, SessionStatus.SCHEDULED, _("marking attendance"))
    _need_begun(session, at)
    _need_not_own(rows, marks, by)
    changed = [pk for pk, mark in marks.items() if mark != _stored(rows[pk])]
    if not changed:
        nothing_changed()
        return 0
    _save(rows, {worker_id: marks[worker_id] for worker_id in changed}, by)
    say_all(_said(session_id, worker_id, _stored(rows[worker_id]), marks[worker_id]) for worker_id in changed)
    TrainingSession.objects.filter(pk=session_id).update(version=session.version + 1)
    return len(changed)


@dataclass(frozen=True)
class ShownMark:
    """A change of one row of the class list, and the mark that the row showed when it was made."""

    change: MarkChange
    shown: Mark


class RowState(StrEnum):
    """What became of a row's change."""

    SAVED = "SAVED"
    CONFLICT = "CONFLICT"
    REFUSED = "REFUSED"


@dataclass(frozen=True)
class RowAnswer:
    """What became of a row's change, why, and the mark that stands now (None: not on the list any more)."""

    worker_id: int
    state: RowState
    mark: Mark | None
    message: str = ""


@command
def mark_rows(session_id: int, rows: Sequence[ShownMark], *, by: Actor, at: datetime) -> list[RowAnswer]:
    """Save marks of a scheduled session that has begun, each row by itself; returns what became of each.

    A row that somebody else changed since it was shown is a CONFLICT and stays theirs; one that cannot be is REFUSED
    with the reason; neither keeps the others from being saved. Sent again after a lost answer, a mark is SAVED. Raises
    NotFound, Invalid for a worker given twice, Conflict for the session as a whole.
    """
    need_role(by, Role.HSE_ADMIN, Role.TRAINER)
    session = locked_session(session_id, by=by)
    need_open(session)
    need_status(session, SessionStatus.SCHEDULED, _("marking attendance"))
    _need_begun(session, at)
    _need_each_once([row.change.worker_id for row in rows])
    listed = _listed(session_id, [row.change.worker_id for row in rows])
    minimum = session.course_version.min_pass_score if session.course_version else None
    known = _known_methods(
        overlay(listed[row.change.worker_id], row.change, minimum) for row in rows if row.change.worker_id in listed
    )
    marks: dict[int, Mark] = {}
    answers = []
    for row in rows:
        answer = _row_answer(row, listed.get(row.change.worker_id), minimum, known, by)
        answers.append(answer)
        if answer.state is RowState.SAVED and answer.mark and answer.mark != _stored(listed[answer.worker_id]):
            marks[answer.worker_id] = answer.mark
    if not marks:
        nothing_changed()
        return answers
    _save(listed, marks, by)
    say_all(_said(session_id, worker_id, _stored(listed[worker_id]), mark) for worker_id, mark in marks.items())
    TrainingSession.objects.filter(pk=session_id).update(version=session.version + 1)
    return answers


def _row_answer(
    row: ShownMark, attendee: Attendee | None, minimum: int | None, known: set[int], by: Actor
) -> RowAnswer:
    worker_id = row.change.worker_id
    if attendee is None:
        return RowAnswer(worker_id, RowState.REFUSED, None, _("Not on the class list any more. Reload the page."))
    stored, wanted = _stored(attendee), overlay(attendee, row.change, minimum)
    if wanted == stored:
        return RowAnswer(worker_id, RowState.SAVED, stored)
    if stored != row.shown:
        return RowAnswer(worker_id, RowState.CONFLICT, stored)
    try:
        mark = _checked({worker_id: wanted}, minimum, known)[worker_id]
        _need_not_own({worker_id: attendee}, {worker_id: mark}, by)
    except Refusal as refusal:
        return RowAnswer(worker_id, RowState.REFUSED, stored, refusal.detail)
    return RowAnswer(worker_id, RowState.SAVED, mark)


def overlay(attendee: Attendee, change: MarkChange, min_pass_score: int | None) -> Mark:
    """Return the attendee's mark after `change`: the score decides where no result is sent, absence clears."""
    given = change.given()
    before = _stored(attendee)
    status = given.get("status", before.status)
    stays = status == Attendance.ATTENDED
    result = (given["result"] or "") if "result" in given else (before.result if stays else "")
    score = given.get("score", before.score if stays else None)
    if "result" not in given and "score" in given:
        passes = passed_by_score(score, min_pass_score)
        result = result if passes is None else ("PASSED" if passes else "FAILED")
    verified = given.get("verified", before.verified if stays else False)
    return Mark(
        status=status,
        result=result,
        score=score,
        verified=verified,
        method_id=given.get("method_id", before.method_id) if verified else None,
        remarks=given.get("remarks", before.remarks),
    )


def _stored(attendee: Attendee) -> Mark:
    return Mark(
        status=attendee.status,
        result=attendee.result,
        score=attendee.score,
        verified=attendee.verified,
        method_id=attendee.method_id,
        remarks=attendee.remarks,
    )


def _attendees(session_id: int, changes: Sequence[MarkChange]) -> dict[int, Attendee]:
    if not changes or len(changes) > MOST_AT_ONCE:
        raise Invalid(
            [
                FieldError(
                    "attendees",
                    "OUT_OF_RANGE",
                    _("Give marks for 1 to %(limit)s attendees.") % {"limit": number(MOST_AT_ONCE)},
                )
            ]
        )
    ids = [change.worker_id for change in changes]
    rows = _listed(session_id, ids)
    errors = []
    for position, worker_id in enumerate(ids):
        if worker_id not in rows:
            message = _("Worker %(worker)s is not on the class list. Add them first.") % {"worker": worker_id}
            errors.append(FieldError(f"attendees.{position}.worker_id", "NOT_ON_LIST", message))
        elif worker_id in ids[:position]:
            message = _("Worker %(worker)s stands twice. Give each once.") % {"worker": worker_id}
            errors.append(FieldError(f"attendees.{position}.worker_id", "TWICE", message))
    if errors:
        raise Invalid(errors)
    return rows


def _listed(session_id: int, ids: Sequence[int]) -> dict[int, Attendee]:
    listed = Attendee.objects.filter(session_id=session_id, worker_id__in=id_set(possible_ids(ids)))
    return {row.worker_id: row for row in listed}


def _need_each_once(ids: Sequence[int]) -> None:
    if not ids or len(ids) > MOST_AT_ONCE or len(set(ids)) < len(ids):
        message = _("Give marks for 1 to %(limit)s attendees, each once.") % {"limit": number(MOST_AT_ONCE)}
        raise Invalid([FieldError("attendees", "OUT_OF_RANGE", message)])


def _known_methods(marks: Iterable[Mark]) -> set[int]:
    methods = possible_ids(mark.method_id for mark in marks if mark.method_id is not None)
    return set(AssessmentMethod.objects.filter(pk__in=id_set(methods)).values_list("pk", flat=True))


def _checked(marks: dict[int, Mark], min_pass_score: int | None, known: set[int]) -> dict[int, Mark]:
    """Return `marks`, in the order in which they were sent, with their remarks cleaned; raise Invalid.

    known: the assessment methods that there are, of those the marks name.
    """
    wrong = Wrong()
    clean = {}
    for position, (worker_id, mark) in enumerate(marks.items()):
        place = f"attendees.{position}"
        for field, code, message in mark_errors(mark, min_pass_score):
            wrong.add(f"{place}.{field}", code, message)
        if mark.method_id is not None and mark.method_id not in known:
            wrong.add(f"{place}.method_id", "UNKNOWN", _("There is no such assessment method."))
        remarks = wrong.text(f"{place}.remarks", mark.remarks, limit=REMARKS_LIMIT, lines=True)
        clean[worker_id] = replace(mark, remarks=remarks)
    if wrong.errors:
        raise Invalid(wrong.errors)
    return clean


def _need_begun(session: TrainingSession, at: datetime) -> None:
    slots = read_slots(session.pk)
    if not slots or at < slots[0].starts_at:
        raise Conflict("NOT_STARTED", _("The class has not begun. Mark attendance from the first slot's start on."))


def _need_not_own(rows: dict[int, Attendee], marks: dict[int, Mark], by: Actor) -> None:
    mine = marks.get(by.worker_id or 0)
    if mine is not None and mine.verified and not _is_same_sign_off(rows[by.worker_id or 0], mine):
        raise Forbidden(_("No one signs off the worker they are. Let somebody else verify you."), "OWN_COMPETENCY")


def _save(rows: dict[int, Attendee], marks: dict[int, Mark], by: Actor) -> None:
    update_rows(
        Attendee,
        [
            {
                "id": rows[worker_id].pk,
                "status": mark.status,
                "result": mark.result,
                "score": mark.score,
                "verified": mark.verified,
                "verified_by_id": _verified_by(rows[worker_id], mark, by),
                "method_id": mark.method_id,
                "remarks": mark.remarks,
            }
            for worker_id, mark in marks.items()
        ],
    )


def _verified_by(attendee: Attendee, mark: Mark, by: Actor) -> int | None:
    if not mark.verified:
        return None
    return attendee.verified_by_id if _is_same_sign_off(attendee, mark) else by.user_id


def _is_same_sign_off(attendee: Attendee, mark: Mark) -> bool:
    return attendee.verified and attendee.method_id == mark.method_id


def _said(session_id: int, worker_id: int, before: Mark, after: Mark) -> Said:
    changed = [name for name in _MARK_FIELDS if getattr(before, name) != getattr(after, name)]
    return Said(
        "session.attendance_marked",
        "session",
        session_id,
        before={"worker_id": worker_id} | {name: getattr(before, name) for name in changed},
        after={"worker_id": worker_id} | {name: getattr(after, name) for name in changed},
    )
