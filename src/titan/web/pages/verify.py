"""The verification queue: pending competency records, signed off one by one or many at once (domain.md §8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
from titan.evidence.queries import evidence_view, is_intact
from titan.records.commands import Decision, decide_competencies
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus
from titan.records.queries.competency import list_competencies, one_competency
from titan.records.rules import expires_on
from titan.web.query import given_id, given_text
from titan.web.visit import Visit, go_to, page, part, show

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
    view = given_text(request, "view") if given_text(request, "view") in VIEWS else "pending"
    found = list_competencies(status=VIEWS[view], limit=ROWS, cursor=given_text(request, "cursor") or None)
    rows = [
        Waiting(row, (visit.today - row.completed_on).days, row.worker_id == visit.actor.worker_id)
        for row in found.items
    ]
    chosen_id = given_id(request, "id") or (rows[0].record.pk if rows else None)
    values = {
        "view": view,
        "rows": rows,
        "page": found,
        "may_decide": _may_decide(visit),
        **(_detail(chosen_id, visit) if chosen_id else {"record": None}),
    }
    return show(request, visit, "verify/verify.html", values)


@require_GET
@page
def verify_record(request: HttpRequest, visit: Visit, competency_id: int) -> HttpResponse:
    """One record to decide on: what was passed, the sheet with its hash read again, and the decision."""
    need_reader(visit.actor)
    return part(request, visit, "verify/_detail.html", _detail(competency_id, visit))


@require_POST
@page
def verify_decide(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Sign off what is chosen, all or none; what is refused is said beside the decision, and nothing typed is lost."""
    ids = [int(text) for text in request.POST.getlist("ids") if text.isdecimal() and len(text) < 19]
    try:
        decided = decide_competencies(ids, _decision(request), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        if not ids:
            raise
        values = _detail(ids[0], visit) | {"refusal": refusal, "typed": request.POST, "chosen_ids": ids}
        return part(request, visit, "verify/_detail.html", values, status=refusal.status)
    words = ngettext("%(n)d record signed.", "%(n)d records signed.", len(decided)) % {"n": len(decided)}
    messages.success(request, words)
    return go_to(request, reverse("verify"))


def _may_decide(visit: Visit) -> bool:
    return visit.actor.role in {Role.ASSESSOR, Role.SUPER_ADMIN}


def _detail(competency_id: int, visit: Visit) -> dict[str, object]:
    record = one_competency(competency_id)
    return {
        "record": record,
        "evidence": evidence_view(record.evidence_id),
        "intact": is_intact(record.evidence_id),
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
