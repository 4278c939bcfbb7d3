"""What the form of a worker says: a new one whole, or the changes of one that stands."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.compliance.queries.workers import WorkerView
from titan.core.errors import FieldError, Invalid, Refusal
from titan.personnel.models import Area, Company, Role, Worker, WorkerStatus
from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields
from titan.web.query import MOST
from titan.web.shown import local

TEXTS = ("employee_id", "first_name", "last_name", "email", "phone")
LONGEST = 5_000


@dataclass(frozen=True)
class WorkerForm:
    """The fields as somebody filled them in, all of them texts. supervisor: a badge.

    areas_assigned_on: the day from which newly chosen areas count. seen: what the worker was when the form was opened.
    """

    employee_id: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company_id: str = ""
    role_id: str = ""
    role_assigned_on: str = ""
    supervisor: str = ""
    status: str = WorkerStatus.ACTIVE
    start_date: str = ""
    end_date: str = ""
    areas: tuple[str, ...] = ()
    areas_assigned_on: str = ""
    reason: str = ""
    seen: str = ""


@dataclass(frozen=True)
class AreaChoice:
    """An area in the tree; depth 0 is the top."""

    id: int
    name: str
    depth: int


@dataclass(frozen=True)
class Choices:
    """What the selects offer."""

    companies: list[tuple[int, str]]
    roles: list[tuple[int, str]]
    areas: list[AreaChoice]
    statuses: list[tuple[str, str]]


def worker_choices() -> Choices:
    """Return what a worker's selects offer (three statements)."""
    roles = [(pk, local(title)) for pk, title in Role.objects.values_list("id", "title")]
    return Choices(
        companies=list(Company.objects.order_by("name").values_list("id", "name")),
        roles=sorted(roles, key=lambda row: row[1]),
        areas=_tree(Area.objects.order_by("code").values_list("id", "name", "parent_id")),
        statuses=worker_statuses(),
    )


def worker_statuses() -> list[tuple[str, str]]:
    """Return every status of a worker with its word."""
    return [
        (WorkerStatus.ACTIVE.value, _("Active")),
        (WorkerStatus.INACTIVE.value, _("Inactive")),
        (WorkerStatus.BLACKLISTED.value, _("Blacklisted")),
    ]


def form_given(request: HttpRequest) -> WorkerForm:
    """Return the form as it was sent."""
    sent = request.POST

    def text(name: str) -> str:
        return sent.get(name, "").strip()[:LONGEST]

    names = [name for name in WorkerForm.__dataclass_fields__ if name != "areas"]
    given = {name: text(name) for name in names}
    return WorkerForm(**given, areas=tuple(sent.getlist("areas")[:LONGEST]))


def form_of(worker: WorkerView) -> WorkerForm:
    """Return the form as it stands for a worker."""
    form = WorkerForm(
        **{name: getattr(worker, name) for name in TEXTS},
        company_id=str(worker.company.id),
        role_id=str(worker.role.id) if worker.role else "",
        role_assigned_on=_iso(worker.role_assigned_on),
        supervisor=worker.supervisor.employee_id if worker.supervisor else "",
        status=worker.status,
        start_date=_iso(worker.start_date),
        end_date=_iso(worker.end_date),
        areas=tuple(str(held.area.id) for held in worker.areas or ()),
    )
    return replace(form, seen=hashlib.sha256(repr(form).encode()).hexdigest()[:16])


def new_worker(form: WorkerForm) -> WorkerFields:
    """Return the worker that a form describes. Raises Invalid for what cannot be read at all."""
    read = _Reading()
    fields = WorkerFields(
        **{name: getattr(form, name) for name in TEXTS},
        company_id=read.id("company_id", form.company_id) or 0,
        role_id=read.id("role_id", form.role_id),
        role_assigned_on=read.day("role_assigned_on", form.role_assigned_on) if form.role_id else None,
        supervisor_id=read.worker("supervisor", form.supervisor),
        status=form.status,
        start_date=read.day("start_date", form.start_date),
        end_date=read.day("end_date", form.end_date),
        areas=read.areas(form.areas, form.areas_assigned_on, ()),
    )
    if not form.company_id:
        read.errors.append(FieldError("company_id", "REQUIRED", _("Choose the company.")))
    read.refuse()
    return fields


def changes_of(form: WorkerForm, was: WorkerForm) -> WorkerChanges:
    """Return what a form changes of what `was`; what is the same is left out. Raises Invalid for what no one can read.

    A new role counts from today, unless its day was changed with it.
    """
    read = _Reading()
    given: dict[str, object] = {
        name: getattr(form, name) for name in TEXTS if getattr(form, name) != getattr(was, name)
    }
    if form.company_id != was.company_id:
        given["company_id"] = read.id("company_id", form.company_id) or 0
    if form.role_id != was.role_id:
        given["role_id"] = read.id("role_id", form.role_id)
    if form.role_assigned_on != was.role_assigned_on and form.role_id:
        given["role_assigned_on"] = read.day("role_assigned_on", form.role_assigned_on)
    if form.supervisor != was.supervisor:
        given["supervisor_id"] = read.worker("supervisor", form.supervisor)
    if form.status != was.status:
        given["status"] = form.status
    for name in ("start_date", "end_date"):
        if getattr(form, name) != getattr(was, name):
            given[name] = read.day(name, getattr(form, name))
    if set(form.areas) != set(was.areas):
        given["areas"] = read.areas(form.areas, form.areas_assigned_on, was.areas)
    read.refuse()
    return WorkerChanges(**given)  # type: ignore[arg-type]


def errors_by_field(refusal: Refusal | None) -> dict[str, str]:
    """Return what is wrong by the form's field; what belongs to none stands under an empty name."""
    found: dict[str, str] = {}
    for error in refusal.errors if refusal else ():
        name = error.field.partition(".")[0]
        name = "supervisor" if name == "supervisor_id" else name
        key = name if name in WorkerForm.__dataclass_fields__ else ""
        found[key] = f"{found[key]} {error.message}" if key in found else error.message
    if refusal and not refusal.errors:
        found[""] = refusal.detail
    return found


def theirs(form: WorkerForm, stored: WorkerForm, choices: Choices) -> dict[str, str]:
    """Return in words what is stored now, for each field in which the form differs from it."""
    words = {
        "company_id": {str(pk): name for pk, name in choices.companies},
        "role_id": {str(pk): name for pk, name in choices.roles},
        "status": dict(choices.statuses),
    }
    differ = {
        name: words.get(name, {}).get(getattr(stored, name), getattr(stored, name)) or _("nothing")
        for name in WorkerForm.__dataclass_fields__
        if name not in {"areas", "areas_assigned_on", "reason", "seen"} and getattr(form, name) != getattr(stored, name)
    }
    if set(form.areas) != set(stored.areas):
        names = {str(area.id): area.name for area in choices.areas}
        differ["areas"] = ", ".join(names.get(pk, pk) for pk in stored.areas) or _("nothing")
    return differ


class _Reading:
    """Reads texts as values and gathers what cannot be read."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def id(self, name: str, text: str) -> int | None:
        if not text:
            return None
        if text.isascii() and text.isdecimal() and int(text) <= MOST:
            return int(text)
        self.errors.append(FieldError(name, "UNKNOWN", _("Choose one of the list.")))
        return None

    def day(self, name: str, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.errors.append(FieldError(name, "DATE_INVALID", _("Give a day that exists, as YYYY-MM-DD.")))
            return None

    def worker(self, name: str, badge: str) -> int | None:
        if not badge:
            return None
        found = Worker.objects.filter(employee_id=badge.replace("\x00", "")).values_list("pk", flat=True).first()
        if found is None:
            message = _("No worker has the badge %(badge)s.") % {"badge": badge[:40]}
            self.errors.append(FieldError(name, "UNKNOWN", message))
        return found

    def areas(self, chosen: Iterable[str], since: str, held: Iterable[str]) -> tuple[AreaGiven, ...]:
        day, before = self.day("areas_assigned_on", since), set(held)
        ids = [(text, self.id("areas", text)) for text in chosen]
        return tuple(AreaGiven(pk, None if text in before else day) for text, pk in ids if pk is not None)

    def refuse(self) -> None:
        if self.errors:
            raise Invalid(self.errors)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _tree(rows: Iterable[tuple[int, str, int | None]]) -> list[AreaChoice]:
    below: dict[int | None, list[tuple[int, str]]] = {}
    for pk, name, parent_id in rows:
        below.setdefault(parent_id, []).append((pk, name))

    def walk(parent_id: int | None, depth: int) -> list[AreaChoice]:
        return [
            choice
            for pk, name in below.get(parent_id, ())
            for choice in (AreaChoice(pk, name, depth), *walk(pk, depth + 1))
        ]

    return walk(None, 0)
