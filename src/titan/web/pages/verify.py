"""The verification queue: pending competency records, signed off one by one or many at once (domain.md §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from titan.core.actor import Role
from titan.core.errors import Refusal, invalid
from titan.core.permit import need_reader
from titan.records.commands import Decision, decide_competencies
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus
from titan.records.queries.competency import list_competencies, one_competency
from titan.records.rules import expires_on
from titan.web.proof import file_of
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, go_to, is_htmx, page, part, show, toast

ROWS = 100
VIEWS = {
    "pending": CompetencyStatus.PENDING,
    "competent": CompetencyStatus.COMPETENT,
    "not": CompetencyStatus.NOT_COMPETENT,
}


@dataclass(frozen=True)
class Waiting:
    """A competency record of the list, and for how many days it has waited since the class."""

    record: CompetencyRecord
    days: int
    own: bool


@require_GET
@page
def verify_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The queue at the left, the chosen record with its evidence and the decision at the right."""
    need_reader(visit.actor)
    values = _queue(visit, chosen_view(request), given_text(request, "cursor") or None, given_id(request, "id"))
    return show(request, visit, "verify/verify.html", values)


def chosen_view(request: HttpRequest) -> str:
    """Return which part of the queue the address asks for."""
    view = given_text(request, "view")
    return view if view in VIEWS else "pending"


@require_GET
@page
def verify_record(request: HttpRequest, visit: Visit, competency_id: int) -> HttpResponse:
    """One record to decide on: what was passed, the sheet with its hash read again, and the decision."""
    need_reader(visit.actor)
    return part(request, visit, "verify/_detail.html", _detail(competency_id, visit))


@require_POST
@page
def verify_decide(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Sign off what is chosen, all or none, and go on to the next one with the same method.

    What is refused is said beside the decision, and nothing typed is lost.
    """
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
    try:
        decided = decide_competencies(ids, _decision(request), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        if not ids:
            raise
        values = _detail(ids[0], visit) | {"refusal": refusal, "typed": request.POST, "chosen_ids": ids}
        return part(request, visit, "verify/_detail.html", values, status=refusal.status)
    words = ngettext("%(n)d record signed.", "%(n)d records signed.", len(decided)) % {"n": len(decided)}
    if not is_htmx(request):
        messages.success(request, words)
        return go_to(request, reverse("verify"))
    values = _queue(visit, "pending", None, after=max(ids))
    if values["record"]:
        values["typed"] = {name: request.POST.get(name, "") for name in ("method_id", "assessed_on")}
    answer = toast(part(request, visit, "verify/_queue.html", values), words)
    answer["HX-Retarget"], answer["HX-Reswap"] = "#verify-queue", "outerHTML show:none"
    answer["HX-Replace-Url"] = reverse("verify")
    return answer


def _queue(
    visit: Visit, view: str, cursor: str | None, chosen_id: int | None = None, *, after: int = 0
) -> dict[str, Any]:
    """Return the list and the chosen record: the one asked for, else the first one `after`, else the first one."""
    found = list_competencies(status=VIEWS[view], limit=ROWS, cursor=cursor)
    rows = [
        Waiting(row, (visit.today - row.completed_on).days, row.worker_id == visit.actor.worker_id)
        for row in found.items
    ]
    following = [row.record.pk for row in rows if row.record.pk > after] or [row.record.pk for row in rows]
    chosen_id = chosen_id or next(iter(following), None)
    return {
        "view": view,
        "rows": rows,
        "page": found,
        "may_decide": _may_decide(visit),
        **(_detail(chosen_id, visit) if chosen_id else {"record": None}),
    }


def _may_decide(visit: Visit) -> bool:
    return visit.actor.role in {Role.ASSESSOR, Role.SUPER_ADMIN}


def _detail(competency_id: int, visit: Visit) -> dict[str, Any]:
    record = one_competency(competency_id)
    return {
        "record": record,
        "file": file_of(visit, record.evidence_id, record.evidence_sha256),
        "methods": list(AssessmentMethod.objects.order_by("name")),
        "until": expires_on(visit.today, record.course_version.validity_months),
        "own": record.worker_id == visit.actor.worker_id,
        "may_decide": _may_decide(visit),
        "is_pending": record.status == CompetencyStatus.PENDING and record.revoked_at is None,
        "refusal": None,
        "typed": {},
        "chosen_ids": [competency_id],
    }


def _decision(request: HttpRequest) -> Decision:
    status = request.POST.get("status", "")
    method = request.POST.get("method_id", "")
    if status not in {CompetencyStatus.COMPETENT, CompetencyStatus.NOT_COMPETENT}:
        raise invalid("status", "REQUIRED", _("Choose competent or not competent."))
    if not method.isdecimal() or len(method) > 18:
        raise invalid("method_id", "REQUIRED", _("Say how it was assessed."))
    return Decision(
        status=CompetencyStatus(status),
        method_id=int(method),
        assessed_on=_day(request.POST.get("assessed_on", "")),
        remarks=request.POST.get("remarks", "").replace("\x00", "")[:2_000],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise invalid("assessed_on", "DATE_INVALID", _("Give a day that exists.")) from error


urlpatterns = [
    path("verify", verify_page, name="verify"),
    path("verify/decide", verify_decide, name="verify_decide"),
    path("verify/<int:competency_id>", verify_record, name="verify_record"),
]
