"""One worker: what is required and why, what proves it, what happened, and what an admin may change."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.accounts.queries import user_names
from titan.compliance.models import Severity
from titan.compliance.queries.as_of import AsOf
from titan.compliance.queries.effect import Effect, effect_on
from titan.compliance.queries.items import Item, worker_compliance
from titan.compliance.queries.sources import Source, sources_of
from titan.compliance.queries.workers import WorkerView, worker
from titan.compliance.rules import COLOURS
from titan.core.actor import Role
from titan.core.errors import Conflict, Invalid
from titan.core.given import UNCHANGED
from titan.core.permit import need_admin, need_reader, need_role
from titan.evidence.commands import report_tampering
from titan.evidence.queries import problems_of
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import WorkerStatus
from titan.personnel.queries.histories import assignments_of
from titan.personnel.rules import WorkerChanges
from titan.records.extensions.queries import loaded_extensions
from titan.records.models import TrainingRecord
from titan.records.queries.history import competencies_of, records_of
from titan.training.queries.people import missed_sessions, session_codes, upcoming_sessions
from titan.web.dialog import Act, ask_reason
from titan.web.form import Form, as_sent, seen_in, typed_form
from titan.web.language import language_of_titles
from titan.web.shown import TOKENS
from titan.web.validity import decisions
from titan.web.visit import Visit, go_to, is_htmx, page, part, show
from titan.web.worker_as_of import Asked, asked_in
from titan.web.worker_form import SEVERAL, changes_in, form_of, refused_form, seen_worker, worker_choices
from titan.web.worker_timeline import Facts, merges_of, source_words, timeline

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
    """One worker, whole; with a day in the address, how they stood on it."""
    shown = worker(worker_id, by=visit.actor, language=language_of_titles())
    asked = asked_in(request, visit, worker_id)
    if asked.answer:
        return _as_of(request, visit, shown, asked, asked.answer)
    compliance = worker_compliance(worker_id, at=visit.at)
    records, competencies = records_of(worker_id), competencies_of(worker_id)
    sessions = {row.session_id for row in records} | {row.session_id for row in competencies}
    codes = session_codes(pk for pk in sessions if pk is not None)
    people = {row.revoked_by_id for row in records} | {row.assessed_by_id for row in competencies}
    people |= {pk for row in records for one in loaded_extensions(row) for pk in (one.made_by_id, one.revoked_by_id)}
    facts = Facts(
        records=records,
        competencies=competencies,
        held=assignments_of(worker_id, language=language_of_titles()),
        missed=missed_sessions(worker_id),
        codes=codes,
        names=user_names(pk for pk in people if pk),
        anonymised_at=shown.anonymised_at,
        merges=merges_of(shown),
    )
    required = _required(compliance.items, sources_of(worker_id, language=language_of_titles()), records)
    values = {
        "worker": shown,
        "overall": compliance.overall_status,
        "overall_colour": _colour(compliance.overall_status),
        "required": required,
        "by_status": _by_status(compliance.items),
        "records": records,
        "proving": {row.item.record_id for row in required},
        "decisions": decisions(records),
        "sources": {row.pk: source_words(row, codes) for row in records},
        "upcoming": upcoming_sessions(worker_id, at=visit.at, by=visit.actor),
        "moments": timeline(facts, today=visit.today, site=visit.site),
        "can_anonymise": visit.actor.role is Role.SUPER_ADMIN and not (shown.anonymised_at or shown.merged_into),
        "asked": asked,
    }
    return show(request, visit, "worker/worker.html", values, status=422 if asked.error else 200)


def _as_of(request: HttpRequest, visit: Visit, shown: WorkerView, asked: Asked, answer: AsOf) -> HttpResponse:
    records = [record for item in answer.items for record in (item.record, item.other_record) if record]
    codes = session_codes(row.session_id for row in records if row.session_id is not None)
    values = {
        "worker": shown,
        "asked": asked,
        "by_status": _by_status(answer.items),
        "sources": {row.pk: source_words(row, codes) for row in records},
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
    stored = worker(worker_id, by=visit.actor, language=language_of_titles())
    if request.method == "GET":
        return _form(request, visit, stored, form_of(stored))
    try:
        changes, expected = _sent(request, stored)
        effect = _effect(visit, worker_id, changes, expected)
        if effect and not effect.is_nothing and request.POST.get("shown") != effect.digest:
            return _form(request, visit, stored, typed_form(request, several=SEVERAL), effect=effect)
        reason = request.POST.get("reason", "")
        update_worker(worker_id, changes, reason=reason, expected=expected, by=visit.actor, at=visit.at)
    except (Invalid, Conflict) as refusal:
        stored = worker(worker_id, by=visit.actor, language=language_of_titles())
        form = refused_form(request, visit, refusal, worker_id, form_of(stored))
        return _form(request, visit, stored, form, status=refusal.status)
    messages.success(request, _("Saved."))
    return go_to(request, reverse("worker", args=[worker_id]))


@require_POST
@page
def worker_effect(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """What the form would do to how the worker stands, as it is filled in now; nothing is written."""
    need_admin(visit.actor)
    stored = worker(worker_id, by=visit.actor, language=language_of_titles())
    values: dict[str, Any] = {"worker": stored, "effect": None, "refusal": None}
    try:
        values["effect"] = _effect(visit, worker_id, *_sent(request, stored))
    except (Invalid, Conflict) as refusal:
        values["refusal"] = refusal
    return part(request, visit, "worker/_effect.html", values)


@require_http_methods(["GET", "POST"])
@page
def worker_anonymise(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """Erase who a worker was, for good (super admin); asks for the reason first."""
    need_role(visit.actor)
    stored = worker(worker_id, by=visit.actor, language=language_of_titles())
    act = Act(
        "worker/_anonymise.html",
        lambda reason: anonymise_worker(worker_id, reason, by=visit.actor, at=visit.at),
        address=reverse("worker_anonymise", args=[worker_id]),
        back=reverse("worker", args=[worker_id]),
        said=_("Anonymised. The records stay; who they were of is erased."),
        possible=stored.status != WorkerStatus.ACTIVE,
    )
    return ask_reason(request, visit, act, lambda: {"worker": stored})


def _sent(request: HttpRequest, stored: WorkerView) -> tuple[WorkerChanges, WorkerChanges | None]:
    """Return what a form changes, and the worker as its editor saw them."""
    seen = seen_in(request)
    if seen is None:
        return changes_in(request.POST, as_sent(form_of(stored))), None
    return changes_in(request.POST, seen), seen_worker(seen)


def _effect(visit: Visit, worker_id: int, changes: WorkerChanges, expected: WorkerChanges | None) -> Effect | None:
    """Return what `changes` would do, or None when they cannot touch how the worker stands."""
    if all(getattr(changes, name) is UNCHANGED for name in VERDICT_FIELDS):
        return None

    def write() -> None:
        update_worker(worker_id, changes, expected=expected, by=visit.actor, at=visit.at)

    return effect_on(worker_id, write, at=visit.at)


def _form(
    request: HttpRequest,
    visit: Visit,
    stored: WorkerView,
    form: Form,
    *,
    effect: Effect | None = None,
    status: int = 200,
) -> HttpResponse:
    values = {
        "worker": stored,
        "form": form,
        "choices": worker_choices(),
        "effect": effect,
        "held_since": {held.area.id: held.assigned_on for held in stored.areas or ()},
    }
    return show(request, visit, "worker/form.html", values, status=status)


def _required(items: list[Item], sources: Mapping[int, list[Source]], records: list[TrainingRecord]) -> list[Required]:
    by_id = {row.pk: row for row in records}
    return [
        Required(item, _colour(item.status), sources.get(item.course_id, []), by_id.get(item.record_id or 0))
        for item in items
    ]


def _by_status(items: Sequence[Item]) -> dict[str, int]:
    counts = {severity.name: 0 for severity in Severity}
    for item in items:
        counts[item.status] += 1
    return counts


def _colour(status: str | None) -> str:
    return TOKENS[COLOURS[Severity[status]]] if status else "none"


urlpatterns = [
    path("workers/<int:worker_id>", worker_page, name="worker"),
    path("workers/<int:worker_id>/edit", worker_edit, name="worker_edit"),
    path("workers/<int:worker_id>/effect", worker_effect, name="worker_effect"),
    path("workers/<int:worker_id>/evidence", evidence_check, name="worker_evidence"),
    path("workers/<int:worker_id>/anonymise", worker_anonymise, name="worker_anonymise"),
]
