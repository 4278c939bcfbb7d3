"""Results from elsewhere: an outside certificate with its file, the correction of a revoked record (domain.md §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from titan.compliance.queries.effect import effect_of_result
from titan.core.errors import FieldError, Invalid, NotFound, Refusal, invalid
from titan.core.permit import need_admin
from titan.evidence.rules import MAX_BYTES
from titan.personnel.queries.merged import now_of
from titan.personnel.queries.workers import WorkerShort, short_workers
from titan.records.commands import ExternalResult, record_certificate
from titan.records.models import Result, TrainingRecord
from titan.records.queries.records import one_record
from titan.web.form import Form, Reading, on_the_page, sent_form
from titan.web.pages.library.shelf import course_choices
from titan.web.upload import staged_files, too_large
from titan.web.visit import Visit, go_to, is_htmx, page, part, show


@dataclass(frozen=True)
class About:
    """Whose result it is, and the revoked record that it corrects, if any."""

    worker: WorkerShort
    corrects: TrainingRecord | None = None

    @property
    def address(self) -> str:
        if self.corrects:
            return reverse("record_correct", args=[self.corrects.pk])
        return reverse("certificate_new", args=[self.worker.id])

    @property
    def effect_address(self) -> str:
        if self.corrects:
            return reverse("record_correct_effect", args=[self.corrects.pk])
        return reverse("certificate_effect", args=[self.worker.id])

    @property
    def back(self) -> str:
        if self.corrects:
            return reverse("record_sheet", args=[self.corrects.pk])
        return reverse("worker", args=[self.worker.id])


# Django reads a form before it looks for its token; what is too large must be refused before that.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
def certificate_new(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponseBase:
    """Record an outside certificate of a worker with its file (admins)."""
    return _answer(request, visit, _of_worker(visit, worker_id))


@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
def record_correct(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponseBase:
    """Correct a revoked record by a new one, on the same evidence or on another file (admins)."""
    return _answer(request, visit, _of_record(visit, record_id))


@require_POST
@page
def certificate_effect(request: HttpRequest, visit: Visit, worker_id: int) -> HttpResponse:
    """What the certificate would do to how the worker stands, as the form is filled in now; nothing is written."""
    return _effect(request, visit, _of_worker(visit, worker_id))


@require_POST
@page
def record_correct_effect(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponse:
    """What the correction would do to how the worker stands; nothing is written."""
    return _effect(request, visit, _of_record(visit, record_id))


def _of_worker(visit: Visit, worker_id: int) -> About:
    need_admin(visit.actor)
    return About(_who_stays(worker_id))


def _of_record(visit: Visit, record_id: int) -> About:
    need_admin(visit.actor)
    record = one_record(record_id)
    return About(_who_stays(record.worker_id), record)


def _who_stays(worker_id: int) -> WorkerShort:
    """Return a worker; of a row that was merged, whoever that is now: what is new is theirs."""
    now = now_of(worker_id)
    found = short_workers([now])
    if now not in found:
        raise NotFound("worker", worker_id)
    return found[now]


def _answer(request: HttpRequest, visit: Visit, about: About) -> HttpResponseBase:
    if request.method == "GET":
        return _form(request, visit, about, _blank(request, about))
    refusal = too_large(request)
    if refusal:
        form = Form(_blank(request, about).values, {"file": refusal.detail}, refused=True)
        return _form(request, visit, about, form, status=refusal.status)
    return _save(request, visit, about)


@csrf_protect
def _save(request: HttpRequest, visit: Visit, about: About) -> HttpResponse:
    try:
        new = _result(request, about)
        # Everything that can be wrong besides the file is said before the file is kept.
        effect_of_result(new, by=visit.actor, at=visit.at)
        made = record_certificate(new, staged_files(request), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _form(request, visit, about, sent_form(request, refusal), status=on_the_page(refusal))
    if made.competency_id is not None:
        messages.success(request, _("The certificate is stored. An assessor signs it off before it counts."))
        return go_to(request, reverse("competency_sheet", args=[made.competency_id]))
    said = _("The correction is recorded.") if about.corrects else _("The certificate is recorded.")
    messages.success(request, said)
    return go_to(request, reverse("record_sheet", args=[made.record_id]))


def _effect(request: HttpRequest, visit: Visit, about: About) -> HttpResponse:
    values: dict[str, Any] = {"effect": None, "refusal": None}
    if request.POST.get("course_id") and request.POST.get("completed_on"):
        try:
            values["effect"] = effect_of_result(_result(request, about, whole=False), by=visit.actor, at=visit.at)
        except Refusal as refusal:
            on_the_page(refusal)
            values["refusal"] = refusal
    return part(request, visit, "records/_certificate_effect.html", values)


def _form(request: HttpRequest, visit: Visit, about: About, form: Form, *, status: int = 200) -> HttpResponse:
    values = {
        "about": about,
        "form": form,
        "courses": [(pk, f"{title} ({code})") for pk, code, title in course_choices(published=True)],
        "results": [(Result.PASSED.value, _("Passed")), (Result.FAILED.value, _("Failed"))],
        "most_megabytes": MAX_BYTES // 2**20,
        "effect": None,
        "refusal": None,
    }
    if is_htmx(request):
        return part(request, visit, "records/_certificate.html", values, status=status)
    return show(request, visit, "records/certificate.html", values, status=status)


def _blank(request: HttpRequest, about: About) -> Form:
    wrong = about.corrects
    if wrong is None:
        return Form({"course_id": request.GET.get("course_id", ""), "result": Result.PASSED.value})
    return Form(
        {
            "course_id": str(wrong.course_id),
            "completed_on": wrong.completed_on.isoformat(),
            "result": wrong.result,
            "score": "" if wrong.score is None else str(wrong.score),
            "provider": wrong.provider,
        }
    )


def _result(request: HttpRequest, about: About, *, whole: bool = True) -> ExternalResult:
    """Return the result that the form describes; unless `whole`, its file may still be missing. Raises Invalid."""
    read = Reading(request.POST)
    course_id = about.corrects.course_id if about.corrects else read.id("course_id")
    completed_on, score = read.day("completed_on"), read.maybe_number("score")
    if course_id is None:
        read.errors.append(FieldError("course_id", "REQUIRED", _("Choose the course.")))
    if completed_on is None:
        read.errors.append(FieldError("completed_on", "REQUIRED", _("Give the day it was done.")))
    if whole and not about.corrects and not request.FILES.get("file"):
        read.errors.append(FieldError("file", "REQUIRED", _("Choose the file: every record has its evidence.")))
    result = read.text("result")
    if result not in Result.values:
        raise invalid("result", "UNKNOWN", _("Choose one of the list."))
    if read.errors or course_id is None or completed_on is None:
        raise Invalid(read.errors)
    return ExternalResult(
        worker_id=about.worker.id,
        course_id=course_id,
        completed_on=completed_on,
        result=Result(result),
        score=score,
        provider=read.text("provider"),
        remarks=read.text("remarks"),
        corrects_id=about.corrects.pk if about.corrects else None,
    )


urlpatterns = [
    path("workers/<int:worker_id>/certificate", certificate_new, name="certificate_new"),
    path("workers/<int:worker_id>/certificate/effect", certificate_effect, name="certificate_effect"),
    path("records/<int:record_id>/correct", record_correct, name="record_correct"),
    path("records/<int:record_id>/correct/effect", record_correct_effect, name="record_correct_effect"),
]
