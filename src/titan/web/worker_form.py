"""What the form of a worker says: a new one whole, or the changes of one that stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.compliance.queries.workers import WorkerView
from titan.core.errors import FieldError, Invalid, Refusal
from titan.exchange.exports.words import worker_status_words
from titan.personnel.mass_actions.rules import Action
from titan.personnel.models import Company, Role, WorkerStatus
from titan.personnel.queries.merged import badge_now
from titan.personnel.queries.tree import AreaNode, area_tree
from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields
from titan.web.clash import returned_form
from titan.web.form import Form, Reading
from titan.web.shown import local
from titan.web.visit import Visit

TEXTS = ("employee_id", "first_name", "last_name", "email", "phone")
SEVERAL = ("areas",)
SENT_AS = {"supervisor_id": "supervisor"}


@dataclass(frozen=True)
class Choices:
    """What the selects offer."""

    companies: list[tuple[int, str]]
    roles: list[tuple[int, str]]
    areas: list[AreaNode]
    statuses: list[tuple[str, str]]


def worker_choices() -> Choices:
    """Return what a worker's selects offer (three statements)."""
    roles = [(pk, local(title)) for pk, title in Role.objects.values_list("id", "title")]
    return Choices(
        companies=list(Company.objects.order_by("name").values_list("id", "name")),
        roles=sorted(roles, key=lambda row: row[1]),
        areas=area_tree(),
        statuses=worker_statuses(),
    )


def action_choices() -> list[tuple[str, str]]:
    """Return every action with its words."""
    return [
        (Action.ASSIGN_AREAS.value, _("Assign areas")),
        (Action.TAKE_AREAS.value, _("Take areas away")),
        (Action.CHANGE_ROLE.value, _("Change the role")),
        (Action.DEACTIVATE.value, _("Deactivate leavers")),
        (Action.REACTIVATE.value, _("Reactivate")),
    ]


def worker_statuses() -> list[tuple[str, str]]:
    """Return every status of a worker with its word."""
    return list(worker_status_words().items())


def blank_form(company_id: int | None = None) -> Form:
    """Return the form of a new worker."""
    return Form({"company_id": str(company_id or ""), "status": WorkerStatus.ACTIVE.value})


def form_of(worker: WorkerView) -> Form:
    """Return the form as it stands for a worker. supervisor: a badge."""
    return Form(
        {
            **{name: getattr(worker, name) for name in TEXTS},
            "company_id": str(worker.company.id),
            "role_id": str(worker.role.id) if worker.role else "",
            "role_assigned_on": _iso(worker.role_assigned_on),
            "supervisor": worker.supervisor.employee_id if worker.supervisor else "",
            "status": worker.status,
            "start_date": _iso(worker.start_date),
            "end_date": _iso(worker.end_date),
            "areas": [str(held.area.id) for held in worker.areas or ()],
        }
    )


def refused_form(request: HttpRequest, visit: Visit, refusal: Refusal, worker_id: int, stands: Form) -> Form:
    """Return a refused form of a worker: with what is wrong at its fields, after a conflict on top of theirs."""
    if refusal.errors:
        refusal = Invalid([replace(error, field=SENT_AS.get(error.field, error.field)) for error in refusal.errors])
    return returned_form(request, visit, refusal, stands, ("worker", worker_id), several=SEVERAL)


def new_worker(sent: QueryDict) -> WorkerFields:
    """Return the worker that a form describes. Raises Invalid for what cannot be read at all."""
    read = Reading(sent)
    given = _values(read)
    if given["role_id"] is None:
        given["role_assigned_on"] = None
    if not read.text("company_id"):
        read.errors.append(FieldError("company_id", "REQUIRED", _("Choose the company.")))
    since = read.day("areas_assigned_on")
    areas = tuple(AreaGiven(pk, since) for pk in read.ids("areas"))
    read.refuse()
    return WorkerFields(**given, areas=areas)


def seen_worker(seen: QueryDict) -> WorkerChanges:
    """Return a worker as an editor saw them. Raises Invalid for what cannot be read at all."""
    read = Reading(seen)
    given, areas = _values(read), tuple(AreaGiven(pk) for pk in read.ids("areas"))
    read.refuse()
    return WorkerChanges(**given, areas=areas)


def changes_in(sent: QueryDict, seen: QueryDict) -> WorkerChanges:
    """Return what a form changes of what its editor saw; what is the same is left out. Raises Invalid.

    A new role counts from today, unless its day was changed with it; a new area from the day given with the areas.
    """
    read, was = Reading(sent), Reading(seen)
    changed: dict[str, Any] = {
        name: value
        for name, value in _values(read).items()
        if (text := SENT_AS.get(name, name)) and read.text(text).strip() != was.text(text)
    }
    if not read.text("role_id"):
        changed.pop("role_assigned_on", None)
    held, chosen = was.ids("areas"), read.ids("areas")
    since = read.day("areas_assigned_on")
    if set(held) != set(chosen):
        changed["areas"] = tuple(AreaGiven(pk, None if pk in held else since) for pk in chosen)
    read.refuse()
    return WorkerChanges(**changed)


def _values(read: Reading) -> dict[str, Any]:
    return {
        **{name: read.text(name).strip() for name in TEXTS},
        "company_id": read.id("company_id") or 0,
        "role_id": read.id("role_id"),
        "role_assigned_on": read.day("role_assigned_on"),
        "supervisor_id": _supervisor(read),
        "status": read.text("status") or WorkerStatus.ACTIVE.value,
        "start_date": read.day("start_date"),
        "end_date": read.day("end_date"),
    }


def _supervisor(read: Reading) -> int | None:
    badge = read.plain("supervisor")
    if not badge:
        return None
    found = badge_now(badge)
    if found is None:
        message = _("No worker has the badge %(badge)s.") % {"badge": badge[:40]}
        read.errors.append(FieldError("supervisor", "UNKNOWN", message))
    return found.worker_id if found else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
