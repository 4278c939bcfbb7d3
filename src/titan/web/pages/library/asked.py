"""What a role or an area requires, edited as a whole: what it would change is shown before it is saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from titan.compliance.models import RequirementType
from titan.compliance.queries.rule_effect import RuleEffect, rule_effect
from titan.compliance.requirements.queries import RequirementView
from titan.compliance.requirements.rules import RequirementGiven, replacement
from titan.core.errors import Conflict, FieldError, Invalid, invalid
from titan.core.expected import STALE
from titan.web.clash import Thing, last_saved
from titan.web.form import SEEN, Clash, Reading
from titan.web.pages.library.shelf import course_choices
from titan.web.visit import Visit

Replace = Callable[[Sequence[RequirementGiven], Collection[RequirementGiven] | None], object]


@dataclass(frozen=True)
class CourseRow:
    """One course of the form: whether and how it is asked for, and what is wrong with that.

    note: what somebody else stored for it meanwhile, in words.
    """

    id: int
    code: str
    title: str
    type: str
    days: str
    error: str = ""
    note: str = ""


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
    clash: Clash | None = None
    status: int = 200


def asked_now(current: Iterable[RequirementView]) -> Asked:
    """Return the form as it stands: what is required first, then every other course."""
    given = _given(current)
    values = {one.course_id: one for one in given}
    rows = [_row(choice, values.get(choice[0])) for choice in course_choices()]
    return Asked(sorted(rows, key=lambda row: not row.type), _seen(given))


def asked_anew(
    request: HttpRequest, visit: Visit, thing: Thing, current: Iterable[RequirementView], write: Replace
) -> Asked | None:
    """Save the form that was sent when its effect was seen (None); else return it with the effect, or what is wrong.

    thing: the role or area that requires. After a conflict the form comes back on top of what somebody else stored.
    """
    now = _given(current)
    rows = _sent_rows(request)
    seen = request.POST.get(SEEN, "")
    try:
        wanted, expected = _wanted(rows, request), _read_seen(seen)
        change = replacement({one.course_id: one for one in now}, wanted)
        digest = hashlib.sha256(_seen(wanted).encode()).hexdigest()[:16]
        if request.POST.get("shown") == digest:
            write(wanted, expected)
            return None
        effect = rule_effect(lambda: write(wanted, expected), courses=change.course_ids)
    except Invalid as refusal:
        return Asked(_with_errors(rows, refusal), seen, notice=_("Mend what is marked."), status=refusal.status)
    except Conflict as refusal:
        if refusal.code != STALE:
            return Asked(rows, seen, notice=refusal.detail, status=refusal.status)
        who, when = last_saved(visit, thing, ["requirements"])
        return Asked(_merged(rows, expected or [], now), _seen(now), clash=Clash(who, when, (), {}), status=409)
    return Asked(rows, seen, effect, len(change.course_ids), digest)


def _row(choice: tuple[int, str, str], given: RequirementGiven | None) -> CourseRow:
    days = str(given.grace_period_days or "") if given else ""
    return CourseRow(*choice, given.type if given else "", days)


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


def _merged(
    rows: Iterable[CourseRow], seen: Iterable[RequirementGiven], now: Iterable[RequirementGiven]
) -> list[CourseRow]:
    """Return the rows as typed on top of what is stored now; those that somebody changed say so, and come first."""
    before, stored = ({one.course_id: one for one in held} for held in (seen, now))
    merged = []
    for row in rows:
        was, held = before.get(row.id), stored.get(row.id)
        if was == held or _says(row, held):
            merged.append(row)
        elif _says(row, was):
            merged.append(replace(_row((row.id, row.code, row.title), held), note=_("Taken over from theirs.")))
        else:
            said = _("You both changed it. The field holds yours; theirs is: %(value)s") % {"value": _words(held)}
            merged.append(replace(row, note=said))
    return sorted(merged, key=lambda row: (not row.note, not row.type))


def _says(row: CourseRow, given: RequirementGiven | None) -> bool:
    said = _row((row.id, row.code, row.title), given)
    return row.type == said.type and (row.type != RequirementType.POST_MOB or row.days == said.days)


def _words(given: RequirementGiven | None) -> str:
    if given is None:
        return _("Not required")
    if given.grace_period_days is None:
        return _("Before entry")
    days = given.grace_period_days
    return ngettext("Within %(num)s day after entry", "Within %(num)s days after entry", days) % {"num": days}


def _with_errors(rows: list[CourseRow], refusal: Invalid) -> list[CourseRow]:
    chosen = [row.id for row in rows if row.type]
    found: dict[int, str] = {}
    for error in refusal.errors:
        pk = _course_of(error, chosen)
        found[pk] = f"{found[pk]} {error.message}" if pk in found else error.message
    return [replace(row, error=found.get(row.id, "")) for row in rows]


def _course_of(error: FieldError, chosen: Sequence[int]) -> int:
    """Return the course that an error is about: of `days-7`, or of the n-th requirement of the command."""
    kind, _dash, pk = error.field.partition("-")
    if kind == "days":
        return int(pk)
    place = error.field.split(".")[1:2]
    return chosen[int(place[0])] if place and int(place[0]) < len(chosen) else 0


def _given(current: Iterable[RequirementView]) -> list[RequirementGiven]:
    return [RequirementGiven(one.course_id, one.type, one.grace_period_days) for one in current]


def _seen(given: Iterable[RequirementGiven]) -> str:
    """Return what is required as the form carries it along."""
    return json.dumps(sorted((one.course_id, str(one.type), one.grace_period_days or 0) for one in given))


def _read_seen(text: str) -> list[RequirementGiven] | None:
    """Return what `_seen` wrote; None where the form does not say. Raises Invalid."""
    try:
        rows = json.loads(text) if text else None
        return None if rows is None else [RequirementGiven(int(pk), str(kind), days or None) for pk, kind, days in rows]
    except (ValueError, TypeError, RecursionError) as error:
        raise invalid(SEEN, "UNKNOWN", _("Open the form again: what it held was lost on the way.")) from error
