"""The form of a mass action: who is chosen, what is to be done with them, and how it is sent on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.compliance.queries.workers import worker_ids
from titan.core.errors import FieldError, Invalid
from titan.personnel.mass_actions.queries import leavers, workers_with
from titan.personnel.mass_actions.rules import MOST_AT_ONCE, Action, MassAction
from titan.web.form import Reading
from titan.web.pages.workers import wanted_workers
from titan.web.query import MOST, given_text
from titan.web.visit import Visit

BETWEEN_BADGES = re.compile(r"[\n\r\t,;]+")
NAMED = 20
LONGEST = 400_000
"""Characters that are read of a list of workers or badges."""


@dataclass
class Chosen:
    """Who is chosen, in the order in which they came. unknown: badges that nobody has. now: badges that are others now.

    left_out: how many were taken out just now.
    """

    worker_ids: list[int] = field(default_factory=list)
    unknown: tuple[str, ...] = ()
    now: dict[str, str] = field(default_factory=dict)
    left_out: int = 0

    @property
    def joined(self) -> str:
        """The workers as the form carries them along."""
        return ",".join(map(str, self.worker_ids))


def chosen_by_address(request: HttpRequest, visit: Visit) -> Chosen:
    """Return whom the address chooses: those ticked, all of a list as it is filtered, or those who left."""
    if given_text(request, "leavers"):
        return Chosen(leavers(today=visit.today))
    if given_text(request, "all"):
        return Chosen(worker_ids(wanted_workers(request), by=visit.actor, most=MOST_AT_ONCE + 1))
    return Chosen(_ids(request.GET.getlist("worker_id")))


def chosen_by_form(request: HttpRequest) -> Chosen:
    """Return whom the form has chosen: those it had, with whose badges were pasted, without those left out."""
    had = _ids(request.POST.get("workers", "")[:LONGEST].split(","))
    found = workers_with(BETWEEN_BADGES.split(request.POST.get("badges", "")[:LONGEST]))
    out = set(_ids(request.POST.getlist("out")))
    everybody = dict.fromkeys([*had, *found.worker_ids])
    kept = [pk for pk in everybody if pk not in out]
    return Chosen(kept, found.unknown, found.now, len(everybody) - len(kept))


def need_known(chosen: Chosen) -> None:
    """Raise Invalid at the badges unless somebody has each of them."""
    if chosen.unknown:
        told = ", ".join(chosen.unknown[:NAMED])
        words = _("Nobody has these badges: %(badges)s. Mend them, or take them out.") % {"badges": told}
        raise Invalid([FieldError("badges", "UNKNOWN", words)])


def action_in(sent: QueryDict) -> MassAction:
    """Return what the form or the address asks for. Raises Invalid with every field that says what cannot be."""
    read = Reading(sent)
    name, on = read.text("action"), read.day("on")
    areas, role_id = tuple(read.ids("area_ids")), read.id("role_id")
    if name not in {action.value for action in Action}:
        read.errors.append(FieldError("action", "UNKNOWN", _("Choose what to do.")))
    read.refuse()
    action = Action(name)
    return MassAction(
        action,
        area_ids=areas if action in {Action.ASSIGN_AREAS, Action.TAKE_AREAS} else (),
        role_id=role_id if action is Action.CHANGE_ROLE else None,
        on=on if action not in {Action.TAKE_AREAS, Action.REACTIVATE} else None,
    )


def _ids(texts: Iterable[str]) -> list[int]:
    plain = (text.strip() for text in texts)
    numbers = (int(text) for text in plain if text.isascii() and text.isdecimal() and len(text) < 20)
    return list(dict.fromkeys(number for number in numbers if 0 < number <= MOST))
