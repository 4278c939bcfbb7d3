"""One worker: what is required and why, what proves it, what happened, and what an admin may change."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.accounts.queries import user_names
from titan.audit.queries import list_events
from titan.compliance.models import Severity
from titan.compliance.queries.effect import Effect, effect_on
from titan.compliance.queries.items import Item, worker_compliance
from titan.compliance.queries.sources import Source, sources_of
from titan.compliance.queries.workers import WorkerView, worker
from titan.compliance.rules import COLOURS
from titan.core.actor import Role
from titan.core.errors import Conflict, Invalid, NotFound
from titan.core.given import UNCHANGED
from titan.core.permit import need_admin, need_reader, need_role
from titan.evidence.commands import report_tampering
from titan.evidence.queries import problems_of
from titan.personnel.commands.workers import anonymise_worker, update_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.histories import assignments_of
from titan.personnel.rules import WorkerChanges
from titan.records.models import TrainingRecord
from titan.records.queries.history import competencies_of, records_of
from titan.training.queries.people import missed_sessions, session_codes, upcoming_sessions
from titan.web.dialog import dialog
from titan.web.shown import TOKENS
from titan.web.visit import Visit, go_to, is_htmx, page, part, show
from titan.web.worker_form import WorkerForm, changes_of, errors_by_field, form_given, form_of, theirs, worker_choices
from titan.web.worker_timeline import Facts, source_words, timeline

VERDICT_FIELDS = ("status", "role_id", "role_assigned_on", "areas")


@dataclass(frozen=True)
class Required:
    """One item with its trace: who asks, which record proves it."""

    item: Item
    colour: str
    sources: list[Source]
    record: TrainingRecord | None


@require_GET
@page
def worker_page(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """One worker, whole."""
    shown = worker(worker_id, by=visit.actor, language=_language())
    compliance = worker_compliance(worker_id, at=visit.at)
    records, competencies = records_of(worker_id), competencies_of(worker_id)
    sessions = {row.session_id for row in records} | {row.session_id for row in competencies}
    codes = session_codes(pk for pk in sessions if pk is not None)
    people = {row.revoked_by_id for row in records} | {row.assessed_by_id for row in competencies}
    facts = Facts(
        records=records,
        competencies=competencies,
        held=assignments_of(worker_id, language=_language()),
        missed=missed_sessions(worker_id),
        codes=codes,
        names=user_names(pk for pk in people if pk),
        anonymised_at=shown.anonymised_at,
    )
    required = _required(compliance.items, sources_of(worker_id, language=_language()), records)
    values = {
        "worker": shown,
        "overall": compliance.overall_status,
        "overall_colour": _colour(compliance.overall_status),
        "required": required,
        "by_status": _by_status(compliance.items),
        "records": records,
        "proving": {row.item.record_id for row in required},
        "sources": {row.pk: source_words(row, codes) for row in records},
        "upcoming": upcoming_sessions(worker_id, at=visit.at, by=visit.actor),
        "moments": timeline(facts, today=visit.today, site=visit.site),
        "can_anonymise": visit.actor.role is Role.SUPER_ADMIN and shown.anonymised_at is None,
    }
    return show(request, visit, "worker/worker.html", values)


@require_GET
@page
def evidence_check(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Read every file that a worker's records rest on, hash it again, and say whether it is what it was."""
    need_reader(visit.actor)
    records = records_of(worker_id)
    files = {row.evidence_id for row in records}
    began = time.perf_counter()
    problems = problems_of(files)
    seconds = time.perf_counter() - began
    if problems:
        report_tampering(files, by=visit.actor, at=visit.at)
    broken = {problem.evidence_id for problem in problems}
    values = {
        "files": len(files),
        "problems": problems,
        "broken": [row for row in records if row.evidence_id in broken],
        "seconds": seconds,
        "worker_id": worker_id,
    }
    if is_htmx(request):
        return part(request, visit, "worker/_evidence_check.html", values)
    return show(request, visit, "worker/evidence_check.html", values)


@require_http_methods(["GET", "POST"])
@page
def worker_edit(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Change a worker (admins); what it does to how they stand is shown before it is done."""
    need_admin(visit.actor)
    stored = worker(worker_id, by=visit.actor, language=_language())
    was = form_of(stored)
    if request.method == "GET":
        return _form(request, visit, stored, was)
    form = form_given(request)
    try:
        if form.seen != was.seen:
            return _form(request, visit, stored, form, stale=True)
        changes = changes_of(form, was)
        effect = _effect(visit, worker_id, changes)
        if effect and not effect.is_nothing and request.POST.get("shown") != effect.digest:
            return _form(request, visit, stored, form, effect=effect)
        update_worker(worker_id, changes, reason=form.reason, by=visit.actor, at=visit.at)
    except (Invalid, Conflict) as refusal:
        return _form(request, visit, stored, form, refusal=refusal)
    messages.success(request, _("Saved."))
    return go_to(request, reverse("worker", args=[worker_id]))


@require_POST
@page
def worker_effect(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """What the form would do to how the worker stands, as it is filled in now; nothing is written."""
    need_admin(visit.actor)
    stored = worker(worker_id, by=visit.actor, language=_language())
    values: dict[str, Any] = {"worker": stored, "effect": None, "refusal": None}
    try:
        values["effect"] = _effect(visit, worker_id, changes_of(form_given(request), form_of(stored)))
    except (Invalid, Conflict) as refusal:
        values["refusal"] = refusal
    return part(request, visit, "worker/_effect.html", values)


@require_http_methods(["GET", "POST"])
@page
def worker_anonymise(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Erase who a worker was, for good (super admin); asks for the reason first."""
    need_role(visit.actor)
    stored = worker(worker_id, by=visit.actor, language=_language())
    reason, refusal = request.POST.get("reason", ""), None
    if request.method == "POST":
        try:
            anonymise_worker(worker_id, reason, by=visit.actor, at=visit.at)
        except (Invalid, Conflict) as error:
            refusal = error
        else:
            messages.success(request, _("Anonymised. The records stay; who they were of is erased."))
            return go_to(request, reverse("worker", args=[worker_id]))
    values = {"worker": stored, "reason": reason, "refusal": refusal, "is_active": stored.status == WorkerStatus.ACTIVE}
    return dialog(request, visit, "worker/_anonymise.html", values, refusal)


def _effect(visit: Visit, worker_id: int, changes: WorkerChanges) -> Effect | None:
    """Return what `changes` would do, or None when they cannot touch how the worker stands."""
    if all(getattr(changes, name) is UNCHANGED for name in VERDICT_FIELDS):
        return None
    return effect_on(worker_id, lambda: update_worker(worker_id, changes, by=visit.actor, at=visit.at), at=visit.at)


def _form(
    request: HttpRequest,
    visit: Visit,
    stored: WorkerView,
    form: WorkerForm,
    *,
    effect: Effect | None = None,
    refusal: Invalid | Conflict | None = None,
    stale: bool = False,
) -> HttpResponse:
    was, choices = form_of(stored), worker_choices()
    values = {
        "worker": stored,
        "form": form,
        "was": was,
        "choices": choices,
        "theirs": theirs(form, was, choices) if stale else {},
        "errors": errors_by_field(refusal),
        "effect": effect,
        "stale": _last_change(visit, stored.id) if stale else False,
        "held_since": {str(held.area.id): held.assigned_on for held in stored.areas or ()},
    }
    status = 409 if stale else refusal.status if refusal else 200
    return show(request, visit, "worker/form.html", values, status=status)


def _last_change(visit: Visit, worker_id: int) -> tuple[str, Any]:
    """Return who changed the worker last, and when."""
    events = list_events(by=visit.actor, zone=visit.site.zone, entity="worker", entity_id=worker_id, limit=1).items
    if not events:
        raise NotFound("worker", worker_id)
    name = user_names([events[0].actor_id]) if events[0].actor_id else {}
    return name.get(events[0].actor_id or 0, _("Somebody")), events[0].at


def _required(items: list[Item], sources: Mapping[int, list[Source]], records: list[TrainingRecord]) -> list[Required]:
    by_id = {row.pk: row for row in records}
    return [
        Required(item, _colour(item.status), sources.get(item.course_id, []), by_id.get(item.record_id or 0))
        for item in items
    ]


def _by_status(items: list[Item]) -> dict[str, int]:
    counts = {severity.name: 0 for severity in Severity}
    for item in items:
        counts[item.status] += 1
    return counts


def _colour(status: str | None) -> str:
    return TOKENS[COLOURS[Severity[status]]] if status else "none"


def _language() -> str:
    return get_language() or "en"


urlpatterns = [
    path("workers/<int:worker_id>", worker_page, name="worker"),
    path("workers/<int:worker_id>/edit", worker_edit, name="worker_edit"),
    path("workers/<int:worker_id>/effect", worker_effect, name="worker_effect"),
    path("workers/<int:worker_id>/evidence", evidence_check, name="worker_evidence"),
    path("workers/<int:worker_id>/anonymise", worker_anonymise, name="worker_anonymise"),
]
