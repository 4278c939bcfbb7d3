"""The Finalize Gate on screen: every reason against it, what it would do, one confirmation, and the outcome.

The session's page includes `session/_finalize.html` with `session` (SessionView) and what `finalize_values` returns;
the same fragment comes from /sessions/<id>/finalize, and reloads itself on `titan:session-changed` of the body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from titan.core.errors import Conflict, FieldError, Refusal
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord
from titan.records.queries.competency import list_competencies
from titan.records.queries.records import RecordFilter, list_records
from titan.training.commands import finalize_session, watch_evidence
from titan.training.models import SessionStatus
from titan.training.queries.gate import GateView, Outcome, look_at_gate, receipt_of
from titan.training.queries.sessions import AttendeeView, SessionView, class_list, session_view
from titan.web.shown import clock, day, maybe_url
from titan.web.visit import Visit, go_to, is_htmx, page, part, show

RECORDS_SHOWN = 200


@dataclass(frozen=True)
class Reason:
    """A reason against finalizing, in words, and where on the page it is mended."""

    text: str
    href: str


@dataclass(frozen=True)
class Written:
    """What finalizing wrote: the receipt, the records, and the competencies that wait for an assessor."""

    outcome: Outcome
    records: Sequence[TrainingRecord]
    pending: Sequence[CompetencyRecord]
    more: int


@dataclass(frozen=True)
class Finalizing:
    """The gate as it is shown: closed with reasons, open with a preview, or passed with what was written."""

    gate: GateView | None
    reasons: list[Reason]
    written: Written | None
    can_finalize: bool


def finalize_values(visit: Visit, session: SessionView) -> dict[str, Any]:
    """Return what `session/_finalize.html` shows besides `session`. For readers, not for trainers."""
    gate, reasons, written = None, [], None
    if session.status == SessionStatus.COMPLETED:
        written = _written(session, visit)
    elif session.status == SessionStatus.SCHEDULED:
        gate = look_at_gate(session.id, by=visit.actor, at=visit.at)
        people = class_list(session.id, by=visit.actor).items if gate.reasons else []
        reasons = _reasons(gate.reasons, people, session, visit)
    shown = Finalizing(gate, reasons, written, visit.actor.is_admin)
    return {"finalizing": shown, "finalize_notice": ""}


@require_http_methods(["GET", "POST"])
@page
def finalize(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The gate; POST finalizes what was shown (`digest`), exactly once."""
    if request.method == "GET":
        return _finalize(request, visit, session_id)
    sheet = watch_evidence(session_id, by=visit.actor, at=visit.at)
    try:
        digest = request.POST.get("digest", "")
        finalize_session(session_id, by=visit.actor, at=visit.at, shown=digest, sheet=sheet)
    except Conflict as refusal:
        return _finalize(request, visit, session_id, refusal)
    return go_to(request, _session_address(session_id))


def _finalize(request: HttpRequest, visit: Visit, session_id: int, refusal: Refusal | None = None) -> HttpResponse:
    session = session_view(session_id, by=visit.actor, at=visit.at)
    values = {"session": session, **finalize_values(visit, session)}
    if refusal:
        values["finalize_notice"] = _notice(refusal)
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return part(request, visit, "session/_finalize.html", values, status=status)
    return show(request, visit, "session/one_part.html", {**values, "part": "session/_finalize.html"}, status=status)


def _notice(refusal: Refusal) -> str:
    words = {
        "CHANGED_SINCE": _("The marks changed since you looked. Check again."),
        "ALREADY_FINALIZED": _("It was finalized already. Nothing was written again; this is the first outcome."),
        "NOT_READY": _("Something changed since you looked. Nothing was written."),
        "TAMPERED": _("The stored sheet is not the one that was uploaded. Nothing was written."),
    }
    return words.get(refusal.code, refusal.detail)


def _reasons(
    errors: Sequence[FieldError], people: Sequence[AttendeeView], session: SessionView, visit: Visit
) -> list[Reason]:
    places = {row.worker_id: (number, row) for number, row in enumerate(people, start=1)}
    return [_reason(error, places, session, visit) for error in errors]


def _reason(
    error: FieldError, places: dict[int, tuple[int, AttendeeView]], session: SessionView, visit: Visit
) -> Reason:
    field, _dot, worker_id = error.field.partition(".")
    if field == "attendees" and worker_id.isdigit() and int(worker_id) in places:
        number, row = places[int(worker_id)]
        values = {"name": f"{row.first_name} {row.last_name}".strip(), "row": number}
        if error.code == "MARK_MISSING":
            return Reason(_("%(name)s has no attendance mark (row %(row)d).") % values, f"#row-{worker_id}")
        return Reason(_("%(name)s is present but has no result (row %(row)d).") % values, f"#row-{worker_id}")
    if error.code == "NOT_ENDED" and session.slots:
        ends_at = session.slots[-1].ends_at
        values = {"day": day(ends_at, visit.site), "time": clock(ends_at, visit.site)}
        return Reason(_("The class ends on %(day)s at %(time)s. You can finalize after that.") % values, "")
    words = {
        "NOBODY_ATTENDED": (_("Nobody is marked as present."), "#attendance"),
        "EVIDENCE_MISSING": (_("No signed sheet is attached."), "#evidence"),
        "TAMPERED": (
            _("The stored sheet differs from the one that was uploaded. Scan it again, upload that, and report it."),
            "#evidence",
        ),
        "TRAINER_NOT_QUALIFIED": (
            _("The trainer may not teach this course now. Restore the qualification or change the trainer."),
            "#fold-details",
        ),
    }
    return Reason(*words.get(error.code, (error.message, "")))


def _written(session: SessionView, visit: Visit) -> Written:
    outcome = receipt_of(session.id, by=visit.actor)
    if outcome is None:
        raise AssertionError("A completed session without a receipt.")
    records = list_records(RecordFilter(session_id=session.id), limit=RECORDS_SHOWN)
    pending = list_competencies(status=CompetencyStatus.PENDING, session_id=session.id, limit=RECORDS_SHOWN)
    shown = sorted(records.items, key=lambda record: record.worker.name_key)
    waiting = sorted(pending.items, key=lambda record: record.worker.name_key)
    more = (records.total or 0) - len(shown) + (pending.total or 0) - len(waiting)
    return Written(outcome, shown, waiting, more)


def _session_address(session_id: int) -> str:
    return maybe_url("session", session_id) or reverse("session_finalize", args=[session_id])


urlpatterns = [path("sessions/<int:session_id>/finalize", finalize, name="session_finalize")]
