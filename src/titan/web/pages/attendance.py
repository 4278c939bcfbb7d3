"""Attendance of a session: the grid in which marks are saved as they are made, each row by itself.

The session's page includes `session/_attendance.html` with `session` (SessionView) and what `attendance_values`
returns; the same fragment comes from /sessions/<id>/attendance. It reloads itself on `titan:people` of the
body, and tells the body `titan:session-changed` when marks were saved.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pydantic
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from titan.core.actor import Role
from titan.core.errors import Refusal, invalid
from titan.training.access import CLOSED
from titan.training.commands import MarkChange, RowAnswer, RowState, ShownMark, mark_rows
from titan.training.models import SessionStatus
from titan.training.queries.marks import LastMark, MarkingRules, last_marks, marking_rules
from titan.training.queries.sessions import AttendeeView, SessionView, class_list, session_view
from titan.training.rules import Mark
from titan.web.shown import clock, day
from titan.web.visit import Visit, is_htmx, page, part, show

MARKERS = frozenset({Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.TRAINER})


@dataclass(frozen=True)
class Grid:
    """The class list to mark. closed: why nobody can mark it now, in words; empty when `can_mark` by their role."""

    rows: list[AttendeeView]
    rules: MarkingRules
    closed: str
    can_mark: bool
    counts: Counter[str]

    @property
    def has_scores(self) -> bool:
        return self.rules.min_pass_score is not None or any(row.score is not None for row in self.rows)


class _Shown(pydantic.BaseModel):
    """A mark as the browser showed it."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    status: str
    result: str | None
    score: int | None
    verified: bool
    method_id: int | None
    remarks: str

    def mark(self) -> Mark:
        return Mark(self.status, self.result or "", self.score, self.verified, self.method_id, self.remarks)


class _Change(pydantic.BaseModel):
    """What somebody changed in a row; what is left out stays."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    status: str = ""
    result: str | None = None
    score: int | None = None
    verified: bool = False
    method_id: int | None = None
    remarks: str = ""


class _Row(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    worker_id: int
    shown: _Shown
    change: _Change

    def shown_mark(self) -> ShownMark:
        change = MarkChange(self.worker_id, **self.change.model_dump(exclude_unset=True))
        return ShownMark(change, self.shown.mark())


_ROWS = pydantic.TypeAdapter(list[_Row])


def attendance_values(visit: Visit, session: SessionView) -> dict[str, Any]:
    """Return what `session/_attendance.html` shows besides `session`."""
    people = class_list(session.id, by=visit.actor).items
    closed = _closed(session, visit)
    grid = Grid(
        rows=people,
        rules=marking_rules(session.id, by=visit.actor),
        closed=closed,
        can_mark=not closed and visit.actor.role in MARKERS,
        counts=_counts(people),
    )
    return {"grid": grid, "mark_words": mark_words()}


@require_GET
@page
def attendance(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The attendance grid: for htmx the fragment, else a page of its own."""
    session = session_view(session_id, by=visit.actor, at=visit.at)
    values = {"session": session, **attendance_values(visit, session)}
    if is_htmx(request):
        return part(request, visit, "session/_attendance.html", values)
    return show(request, visit, "session/one_part.html", {**values, "part": "session/_attendance.html"})


@require_POST
@page
def save_marks(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """Save the rows of a JSON list, each by itself; answers what became of each, or why none could be saved."""
    try:
        rows = _rows_of(request)
        answers = mark_rows(session_id, rows, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code, "message": refusal.detail}, status=refusal.status)
    lost = [answer.worker_id for answer in answers if answer.state is RowState.CONFLICT]
    authors = last_marks(session_id, lost) if lost else {}
    return JsonResponse(
        {
            "saved_at": clock(visit.at, visit.site),
            "rows": [_answer(answer, authors.get(answer.worker_id), visit) for answer in answers],
        }
    )


def mark_words() -> dict[str, str]:
    """Return the words of the page's script, in the visitor's language; %n is a number, %t a time."""
    return {
        "saved": _("Saved %t"),
        "saving": _("Saving…"),
        "waits_one": _("1 mark waits for the network"),
        "waits_many": _("%n marks wait for the network"),
        "refused_one": _("1 mark was not saved: see its row"),
        "refused_many": _("%n marks were not saved: see their rows"),
        "signed_out": _("You are signed out. Your marks are kept here: sign in again in this browser to send them."),
        "all_present_one": _("1 person marked present."),
        "all_present_many": _("%n people marked present."),
        "all_passed_one": _("1 person marked passed."),
        "all_passed_many": _("%n people marked passed."),
        "undo": _("Undo"),
        "undone": _("Taken back: the marks are as they were."),
        "kept_one": _("Taken back, but for 1 mark that was changed since."),
        "kept_many": _("Taken back, but for %n marks that were changed since."),
        "keep_mine": _("Keep mine"),
        "use_theirs": _("Use what is saved"),
        "score": _("Give a score from 0 to 100."),
        "not_saved": _("Not saved."),
        "gone": _("A mark of somebody who is not on the list any more was not saved."),
    }


def _rows_of(request: HttpRequest) -> list[ShownMark]:
    body = request.body
    try:
        if b"\\u0000" in body:
            raise ValueError
        return [row.shown_mark() for row in _ROWS.validate_json(body)]
    except (pydantic.ValidationError, ValueError) as error:
        raise invalid("attendees", "INVALID", _("The marks cannot be read. Reload the page.")) from error


def _answer(answer: RowAnswer, author: LastMark | None, visit: Visit) -> dict[str, Any]:
    message = answer.message
    if answer.state is RowState.CONFLICT and answer.mark:
        message = _conflict_words(answer.mark, author, visit)
    mark = None
    if answer.mark:
        mark = {**asdict(answer.mark), "result": answer.mark.result or None}
    return {"worker_id": answer.worker_id, "state": answer.state, "mark": mark, "message": message}


def _conflict_words(mark: Mark, author: LastMark | None, visit: Visit) -> str:
    values = {
        "name": (author and author.by) or _("Somebody else"),
        "time": clock(author.at, visit.site) if author else "",
        "mark": mark_in_words(mark),
    }
    if author:
        return _("%(name)s changed this at %(time)s to: %(mark)s. Your mark was not saved.") % values
    return _("%(name)s changed this to: %(mark)s. Your mark was not saved.") % values


def mark_in_words(mark: Mark) -> str:
    """Return a mark in words, such as “present, failed, score 40”."""
    words = [{"ATTENDED": _("present"), "NO_SHOW": _("no-show")}.get(mark.status, _("no mark"))]
    if mark.result:
        words.append(_("passed") if mark.result == "PASSED" else _("failed"))
    if mark.score is not None:
        words.append(_("score %(score)d") % {"score": mark.score})
    if mark.verified:
        words.append(_("verified"))
    if mark.remarks:
        words.append(f"“{mark.remarks}”")
    return ", ".join(words)


def _closed(session: SessionView, visit: Visit) -> str:
    if session.status in CLOSED:
        return _("This session is closed. Its marks never change.")
    if session.status != SessionStatus.SCHEDULED:
        return _("Schedule the session first. Marks are made when the class has begun.")
    starts_at: datetime = session.slots[0].starts_at
    if visit.at < starts_at:
        values = {"day": day(starts_at, visit.site), "time": clock(starts_at, visit.site)}
        return _("The class begins on %(day)s at %(time)s. Marks are made from then on.") % values
    return ""


def _counts(people: Sequence[AttendeeView]) -> Counter[str]:
    counts: Counter[str] = Counter(row.status for row in people)
    counts.update(row.result or "NO_RESULT" for row in people if row.status == "ATTENDED")
    return counts


urlpatterns = [
    path("sessions/<int:session_id>/attendance", attendance, name="session_attendance"),
    path("sessions/<int:session_id>/attendance/marks", save_marks, name="session_marks"),
]
