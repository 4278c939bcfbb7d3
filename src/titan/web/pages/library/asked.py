"""What a role or an area requires, edited as a whole: what it would change is shown before it is saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.compliance.models import RequirementType
from titan.compliance.queries.rule_effect import RuleEffect, rule_effect
from titan.compliance.requirements.queries import RequirementView
from titan.compliance.requirements.rules import RequirementGiven, replacement
from titan.core.errors import Conflict, FieldError, Invalid
from titan.web.form import Reading
from titan.web.pages.library.shelf import course_choices

Replace = Callable[[Sequence[RequirementGiven]], object]


@dataclass(frozen=True)
class CourseRow:
    """One course of the form: whether and how it is asked for, and what is wrong with that."""

    id: int
    code: str
    title: str
    type: str
    days: str
    error: str = ""


@dataclass(frozen=True)
class Asked:
    """The form: a row for each course. seen: what was required when it was opened. effect: what saving would do.

    shown: names the change whose effect is shown, so that nothing else is saved than what somebody saw.
    """

    rows: list[CourseRow]
    seen: str
    effect: RuleEffect | None = None
    changed: int = 0
    shown: str = ""
    notice: str = ""
    status: int = 200


def asked_now(current: Iterable[RequirementView]) -> Asked:
    """Return the form as it stands: what is required first, then every other course."""
    given = _given(current)
    values = {one.course_id: (one.type, str(one.grace_period_days or "")) for one in given}
    rows = [CourseRow(pk, code, title, *values.get(pk, ("", ""))) for pk, code, title in course_choices()]
    return Asked(sorted(rows, key=lambda row: not row.type), _digest(given))


def asked_anew(request: HttpRequest, current: Iterable[RequirementView], replace: Replace) -> Asked | None:
    """Save the form that was sent when its effect was seen (None); else return it with the effect, or what is wrong."""
    now = _given(current)
    rows = _sent_rows(request)
    seen = request.POST.get("seen", "")
    try:
        wanted = _wanted(rows, request)
        if seen != _digest(now):
            raise Conflict("STALE", _("Somebody changed what is required here since you opened it. Open it again."))
        change = replacement({one.course_id: one for one in now}, wanted)
        digest = _digest(wanted)
        if request.POST.get("shown") == digest:
            replace(wanted)
            return None
        effect = rule_effect(lambda: replace(wanted), courses=change.course_ids)
    except Invalid as refusal:
        return Asked(_with_errors(rows, refusal), seen, notice=_("Mend what is marked."), status=refusal.status)
    except Conflict as refusal:
        return Asked(rows, seen, notice=refusal.detail, status=refusal.status)
    return Asked(rows, seen, effect, len(change.course_ids), digest)


def _sent_rows(request: HttpRequest) -> list[CourseRow]:
    sent = Reading(request.POST)
    rows = [
        CourseRow(pk, code, title, sent.plain(f"type-{pk}"), sent.plain(f"days-{pk}"))
        for pk, code, title in course_choices()
    ]
    return sorted(rows, key=lambda row: not row.type)


def _wanted(rows: Iterable[CourseRow], request: HttpRequest) -> list[RequirementGiven]:
    read = Reading(request.POST)
    wanted = [
        RequirementGiven(
            row.id, row.type, read.maybe_number(f"days-{row.id}") if row.type == RequirementType.POST_MOB else None
        )
        for row in rows
        if row.type
    ]
    read.refuse()
    return wanted


def _with_errors(rows: list[CourseRow], refusal: Invalid) -> list[CourseRow]:
    chosen = [row.id for row in rows if row.type]
    found: dict[int, str] = {}
    for error in refusal.errors:
        pk = _course_of(error, chosen)
        found[pk] = f"{found[pk]} {error.message}" if pk in found else error.message
    return [CourseRow(row.id, row.code, row.title, row.type, row.days, found.get(row.id, "")) for row in rows]


def _course_of(error: FieldError, chosen: Sequence[int]) -> int:
    """Return the course that an error is about: of `days-7`, or of the n-th requirement of the command."""
    kind, _dash, pk = error.field.partition("-")
    if kind == "days":
        return int(pk)
    place = error.field.split(".")[1:2]
    return chosen[int(place[0])] if place and int(place[0]) < len(chosen) else 0


def _given(current: Iterable[RequirementView]) -> list[RequirementGiven]:
    return [RequirementGiven(one.course_id, one.type, one.grace_period_days) for one in current]


def _digest(wanted: Iterable[RequirementGiven]) -> str:
    said = sorted((one.course_id, str(one.type), one.grace_period_days or 0) for one in wanted)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
