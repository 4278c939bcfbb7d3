"""Proof on screen: the sheet behind a record, re-hashed as it is shown; revoking; the files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from titan.accounts.queries import user_names
from titan.compliance.queries.effect import effect_on
from titan.core.permit import need_admin, need_reader
from titan.evidence.commands import open_proof
from titan.evidence.queries import evidence_view
from titan.evidence.rendering import Size, page_picture
from titan.exchange.exports.marks import record_mark
from titan.personnel.queries.workers import short_workers
from titan.records.commands import revoke_record, withdraw_competency
from titan.records.extensions.queries import extensions_by, loaded_extensions
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord
from titan.records.queries.certificates import certificate_of, has_paper
from titan.records.queries.competency import one_competency
from titan.records.queries.history import competency_of, corrections_of, rests_on
from titan.records.queries.records import one_record
from titan.training.consequences.queries.cases import case_that_ended
from titan.training.queries.people import session_codes
from titan.web.dialog import Act, ask_reason
from titan.web.proof import File, file_of
from titan.web.shown import TOKENS, State
from titan.web.validity import decisions
from titan.web.visit import Visit, go_to, page, show
from titan.web.worker_timeline import source_words

RECORDS_SHOWN = 50
SEALED = {"Content-Security-Policy": "default-src 'none'; sandbox"}


@require_GET
@page
def record_sheet(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponse:
    """The proof of one training record: facts, the signed sheet, both hashes, the assessment behind it."""
    need_reader(visit.actor)
    record = one_record(record_id)
    competency = competency_of(record_id)
    codes = session_codes([record.session_id] if record.session_id else [])
    earlier, later = corrections_of(record_id, record.corrects_id)
    values = {
        "record": record,
        "competency": competency,
        "worker": short_workers([record.worker_id])[record.worker_id],
        "session_code": codes.get(record.session_id or 0, ""),
        "source": source_words(record, codes),
        "earlier": earlier,
        "later": later,
        "valid": _validity(record, visit),
        "extensions": loaded_extensions(record),
        "decision": decisions([record]).get(record_id),
        "case_id": case_that_ended(record_id=record_id) if record.revoked_at else None,
        "certificate": certificate_of(record_id, site=visit.site),
        "has_paper": has_paper(record),
        "names": user_names(pk for pk in _people(record, competency) if pk),
        "file": file_of(visit, record.evidence_id, record.evidence_sha256),
        "assessment": _assessment(visit, competency),
    }
    return show(request, visit, "records/record.html", values)


def _people(record: TrainingRecord, competency: CompetencyRecord | None) -> Iterator[int | None]:
    yield record.revoked_by_id
    yield competency.assessed_by_id if competency else None
    yield from (one.revoked_by_id for one in loaded_extensions(record))


@require_GET
@page
def competency_sheet(request: HttpRequest, visit: Visit, competency_id: int) -> HttpResponse:
    """The proof of one competency record, also of a failed attempt; a competent one is shown with its record."""
    need_reader(visit.actor)
    competency = one_competency(competency_id)
    if competency.record_id:
        return go_to(request, reverse("record_sheet", args=[competency.record_id]))
    codes = session_codes([competency.session_id] if competency.session_id else [])
    values: dict[str, Any] = {
        "record": None,
        "competency": competency,
        "worker": short_workers([competency.worker_id])[competency.worker_id],
        "session_code": codes.get(competency.session_id or 0, ""),
        "source": codes.get(competency.session_id or 0, "") or _("Outside certificate"),
        "earlier": None,
        "later": None,
        "valid": None,
        "extensions": [],
        "decision": None,
        "case_id": case_that_ended(competency_id=competency_id) if competency.revoked_at else None,
        "certificate": None,
        "has_paper": False,
        "names": user_names(pk for pk in (competency.revoked_by_id, competency.assessed_by_id) if pk),
        "file": file_of(visit, competency.evidence_id, competency.evidence_sha256),
        "assessment": _assessment(visit, competency),
    }
    return show(request, visit, "records/record.html", values)


@require_http_methods(["GET", "POST"])
@page
def record_revoke(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponse:
    """Revoke a record with a reason (admins); what it does to the worker is shown first."""
    need_admin(visit.actor)
    record = one_record(record_id)
    act = Act(
        "records/_revoke.html",
        lambda reason: revoke_record(record_id, reason, by=visit.actor, at=visit.at),
        address=reverse("record_revoke", args=[record_id]),
        back=reverse("record_sheet", args=[record_id]),
        said=_("Revoked. The record stays visible, with the reason."),
        possible=record.revoked_at is None,
    )
    return ask_reason(request, visit, act, lambda: {"record": record, **_consequence(visit, record.worker_id, act)})


@require_http_methods(["GET", "POST"])
@page
def competency_withdraw(request: HttpRequest, visit: Visit, competency_id: int) -> HttpResponse:
    """Withdraw a competency record that waits for its sign-off, with a reason (admins)."""
    need_admin(visit.actor)
    competency = one_competency(competency_id)
    act = Act(
        "records/_withdraw.html",
        lambda reason: withdraw_competency(competency_id, reason, by=visit.actor, at=visit.at),
        address=reverse("competency_withdraw", args=[competency_id]),
        back=reverse("competency_sheet", args=[competency_id]),
        said=_("Withdrawn. It stays visible, with the reason."),
        possible=competency.status == CompetencyStatus.PENDING and competency.revoked_at is None,
    )
    return ask_reason(
        request, visit, act, lambda: {"competency": competency, **_consequence(visit, competency.worker_id, act)}
    )


def _consequence(visit: Visit, worker_id: int, act: Act) -> dict[str, Any]:
    """Return whose record it is, and what the act would do to how they stand."""
    effect = effect_on(worker_id, lambda: act.do("?"), at=visit.at) if act.possible else None
    return {"worker": short_workers([worker_id])[worker_id], "effect": effect}


@require_GET
@page
def evidence_one(request: HttpRequest, visit: Visit, evidence_id: int) -> HttpResponse:
    """One evidence file: its hash checked now, its pages, and the records that rest on it."""
    need_reader(visit.actor)
    evidence = evidence_view(evidence_id)
    records, total = rests_on(evidence_id, most=RECORDS_SHOWN)
    values = {
        "file": file_of(visit, evidence_id, evidence.sha256),
        "records": records,
        "total": total,
        "extensions": extensions_by(evidence_id),
        "codes": session_codes({row.session_id for row in records if row.session_id}),
    }
    return show(request, visit, "records/evidence.html", values)


@require_GET
@page
def evidence_page(request: HttpRequest, visit: Visit, evidence_id: int, number: int) -> HttpResponse:
    """Page `number` of an evidence file as a picture (?size=small); its bytes are re-hashed each time."""
    need_reader(visit.actor)
    size = Size.SMALL if request.GET.get("size") == Size.SMALL else Size.LARGE
    proof = open_proof(evidence_id, by=visit.actor, at=visit.at)
    tag = f'"{proof.evidence.sha256}-{number}-{size}"'
    if request.headers.get("If-None-Match") == tag:
        proof.file.close()
        return HttpResponseNotModified()
    # Asked again each time, so that a browser does not show what the store no longer proves.
    headers = {**SEALED, "ETag": tag, "Cache-Control": "private, no-cache"}
    return HttpResponse(page_picture(proof, number, size), content_type="image/jpeg", headers=headers)


@require_GET
@page
def evidence_file(request: HttpRequest, visit: Visit, evidence_id: int) -> HttpResponse:
    """The bytes of an evidence file as they were uploaded; re-hashed first, and not a byte of others."""
    need_reader(visit.actor)
    proof = open_proof(evidence_id, by=visit.actor, at=visit.at)
    headers = {
        **SEALED,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(proof.evidence.original_name, safe='')}",
        "X-Content-SHA256": proof.evidence.sha256,
        "Cache-Control": "private, no-store",
    }
    return FileResponse(proof.file, content_type=proof.evidence.media_type, headers=headers)  # type: ignore[return-value]


def _assessment(visit: Visit, competency: CompetencyRecord | None) -> File | None:
    if competency is None or competency.assessment_evidence is None:
        return None
    return file_of(visit, competency.assessment_evidence.pk, competency.assessment_evidence.sha256)


def _validity(record: TrainingRecord, visit: Visit) -> State:
    """Return whether a record counts today, as a colour and in words."""
    mark = record_mark(record, today=visit.today, warning_days=visit.site.warning_days)
    return State(TOKENS[mark.colour] if mark.colour else "none", mark.text)


urlpatterns = [
    path("records/<int:record_id>/sheet", record_sheet, name="record_sheet"),
    path("records/<int:record_id>/revoke", record_revoke, name="record_revoke"),
    path("competencies/<int:competency_id>/sheet", competency_sheet, name="competency_sheet"),
    path("competencies/<int:competency_id>/withdraw", competency_withdraw, name="competency_withdraw"),
    path("evidence/<int:evidence_id>", evidence_one, name="evidence"),
    path("evidence/<int:evidence_id>/pages/<int:number>", evidence_page, name="evidence_page"),
    path("evidence/<int:evidence_id>/file", evidence_file, name="evidence_file"),
]
