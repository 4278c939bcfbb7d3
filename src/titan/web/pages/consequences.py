"""Found false: what rests on it, the case that revokes it once a second person agrees, and who turned Red."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.core.errors import Refusal, invalid
from titan.core.permit import need_admin, need_reader
from titan.exchange.exports import words
from titan.exchange.exports.lists.oversight import CasesWanted
from titan.training.consequences import commands
from titan.training.consequences.queries.cases import (
    CaseView,
    case_lines,
    case_reds,
    line_counts,
    list_cases,
    one_case,
    red_courses,
)
from titan.training.consequences.queries.listing import DATED, Subject
from titan.training.consequences.queries.resting import ShownLine, resting_on
from titan.training.consequences.queries.subjects import SubjectView
from titan.training.consequences.rules import Kind
from titan.training.models import CaseStatus, CaseSubject, Standing
from titan.training.queries.people import session_codes
from titan.web.form import on_the_page
from titan.web.query import given_day, given_id, given_text
from titan.web.shown import State, maybe_url, number
from titan.web.visit import Visit, go_to, page, show

LINES_SHOWN = 50


@require_GET
@page
def consequences(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Every case, newest first, filtered by its state."""
    need_reader(visit.actor)
    status = wanted_cases(request).status
    found = list_cases(by=visit.actor, status=status, cursor=given_text(request, "cursor") or None)
    values = {"page": found, "status": status, "states": _states(), **_words()}
    return show(request, visit, "consequences/list.html", values)


def wanted_cases(request: HttpRequest) -> CasesWanted:
    """Return which cases the address asks for."""
    asked = given_text(request, "status")
    return CasesWanted(asked if asked in CaseStatus.values else None)


@require_http_methods(["GET", "POST"])
@page
def consequences_new(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What rests on a subject, and what revoking it would do; an administrator proposes it with the reason."""
    need_reader(visit.actor)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            made = _proposed(request, visit)
        except Refusal as error:
            refusal = error
        else:
            messages.success(request, _("Proposed. Nothing is revoked until a second person approves."))
            return go_to(request, reverse("consequences_case", args=[made]))
    status = on_the_page(refusal)
    subject, wrong_days = _subject(request), None
    cursor = given_text(request, "cursor") or None
    try:
        found = resting_on(subject, by=visit.actor, at=visit.at, limit=LINES_SHOWN, cursor=cursor)
    except Refusal as error:
        if on_the_page(error) != 422 or subject.kind not in DATED:
            raise
        wrong_days, status = error, 422
        found = resting_on(Subject(subject.kind, subject.id), by=visit.actor, at=visit.at, limit=LINES_SHOWN)
    values = {
        "found": found,
        "dated": subject.kind in DATED,
        "wrong_days": wrong_days,
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "codes": session_codes({line.session_id for line in found.page.items if line.session_id}),
        "address": _new_address(subject),
        **_words(),
    }
    return show(request, visit, "consequences/new.html", values, status=status)


@require_GET
@page
def consequences_case(request: HttpRequest, visit: Visit, case_id: int) -> HttpResponse:
    """One case: what it asks, the list as it was proposed, and what came of it."""
    return _case(request, visit, case_id)


@require_POST
@page
def consequences_approve(request: HttpRequest, visit: Visit, case_id: int) -> HttpResponse:
    """Revoke the whole list: by an administrator other than whoever proposed it."""
    try:
        done = commands.approve_case(case_id, request.POST.get("remark", ""), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _case(request, visit, case_id, refusal, "approve")
    n = done.turned_red
    messages.success(
        request,
        ngettext("Approved. %(n)s worker turned Red.", "Approved. %(n)s workers turned Red.", n) % {"n": number(n)},
    )
    return go_to(request, reverse("consequences_case", args=[case_id]))


@require_POST
@page
def consequences_reject(request: HttpRequest, visit: Visit, case_id: int) -> HttpResponse:
    """Reject what somebody else proposed, with the reason."""
    try:
        commands.reject_case(case_id, request.POST.get("reason", ""), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _case(request, visit, case_id, refusal, "reject")
    messages.success(request, _("Rejected. Nothing was revoked."))
    return go_to(request, reverse("consequences_case", args=[case_id]))


@require_POST
@page
def consequences_withdraw(request: HttpRequest, visit: Visit, case_id: int) -> HttpResponse:
    """Take back what one proposed oneself."""
    try:
        commands.withdraw_case(case_id, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _case(request, visit, case_id, refusal, "withdraw")
    messages.success(request, _("Taken back. Nothing was revoked."))
    return go_to(request, reverse("consequences_case", args=[case_id]))


def _case(
    request: HttpRequest, visit: Visit, case_id: int, refusal: Refusal | None = None, of: str = ""
) -> HttpResponse:
    status = on_the_page(refusal)
    case = one_case(case_id, by=visit.actor)
    lines = case_lines(case_id, by=visit.actor, limit=LINES_SHOWN, cursor=given_text(request, "cursor") or None)
    done = case.status == CaseStatus.APPROVED
    about = Subject(case.subject.kind, case.subject.id, case.first_day, case.last_day)
    values = {
        "case": case,
        "now_resting": resting_on(about, by=visit.actor, at=visit.at, limit=1)
        if case.status == CaseStatus.PROPOSED
        else None,
        "lines": lines,
        "others": line_counts(case_id),
        "codes": session_codes({line.session_id for line in lines.items if line.session_id}),
        "reds": case_reds(case_id, by=visit.actor, cursor=given_text(request, "reds") or None) if done else None,
        "still_red": red_courses(case_id) if done else [],
        "refusal": refusal,
        "refused": of,
        "typed": request.POST,
        **_words(),
    }
    return show(request, visit, "consequences/case.html", values, status=status)


def _proposed(request: HttpRequest, visit: Visit) -> int:
    need_admin(visit.actor)
    shown = request.POST.get("digest") or None
    reason = request.POST.get("reason", "")
    return commands.propose_case(_subject(request), reason, by=visit.actor, at=visit.at, shown=shown)


def _subject(request: HttpRequest) -> Subject:
    """Return the subject that the address names; raise Invalid where it names none."""
    kind, pk = given_text(request, "subject"), given_id(request, "id")
    if kind not in CaseSubject.values or pk is None:
        raise invalid("subject", "UNKNOWN", _("Begin at a session, a trainer, a course version or a file of evidence."))
    return Subject(kind, pk, given_day(request, "from"), given_day(request, "to"))


def _new_address(subject: Subject) -> str:
    days: list[tuple[str, date | None]] = [("from", subject.first_day), ("to", subject.last_day)]
    narrowed = "".join(f"&{name}={day.isoformat()}" for name, day in days if day)
    return f"{reverse('consequences_new')}?subject={subject.kind}&id={subject.id}{narrowed}"


def _words() -> dict[str, Any]:
    return {
        "subject_words": subject_words,
        "subject_address": subject_address,
        "case_state": case_state,
        "standing_words": standing_words,
    }


def _states() -> list[tuple[str, str]]:
    return [(status.value, _state(status).word) for status in CaseStatus]


def case_state(case: CaseView) -> State:
    """Return the state of a case in words."""
    return _state(case.status)


def _state(status: str) -> State:
    return State("amber" if status == CaseStatus.PROPOSED else "none", words.case_words()[status])


def subject_words(subject: SubjectView) -> str:
    """Return what kind of thing a subject is."""
    return words.subject_words()[subject.kind]


def subject_address(subject: SubjectView) -> str:
    """Return the page of a subject, or nothing where it has none."""
    if subject.kind == CaseSubject.COURSE_VERSION:
        return maybe_url("course", subject.course_id)
    names = {
        CaseSubject.SESSION: "session",
        CaseSubject.TRAINER: "library_trainer",
        CaseSubject.EVIDENCE: "evidence",
    }
    return maybe_url(names[CaseSubject(subject.kind)], subject.id)


def standing_words(line: ShownLine, *, ended: bool) -> str:
    """Return what becomes of a line with its case, or why nothing does. ended: whether the case was approved."""
    if line.standing == Standing.RESTS and line.kind == Kind.COMPETENCY:
        return _("Withdrawn") if ended else _("Is withdrawn")
    return {
        Standing.RESTS: _("Revoked") if ended else _("Is revoked"),
        Standing.REVOKED: _("Ended before"),
        Standing.OTHER_EVIDENCE: _("Other evidence"),
        Standing.DECIDED: _("Decided against"),
    }[Standing(line.standing)]


urlpatterns = [
    path("consequences", consequences, name="consequences"),
    path("consequences/new", consequences_new, name="consequences_new"),
    path("consequences/<int:case_id>", consequences_case, name="consequences_case"),
    path("consequences/<int:case_id>/approve", consequences_approve, name="consequences_approve"),
    path("consequences/<int:case_id>/reject", consequences_reject, name="consequences_reject"),
    path("consequences/<int:case_id>/withdraw", consequences_withdraw, name="consequences_withdraw"),
]
