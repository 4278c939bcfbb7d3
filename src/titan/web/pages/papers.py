"""Papers, made by a button: certificates of a record and of a finalized session, the list to sign before it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from titan.paper.address import public_root
from titan.paper.attendance import attendance_pdf
from titan.paper.certificates import certificates_pdf, records_to_certify
from titan.records.commands import certify
from titan.records.queries.certificates import need_printable
from titan.web.paper import languages_asked
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def record_paper(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponse:
    """The certificate of a record as PDF; POST issues it when it was not yet. `languages` as for every paper."""
    languages = languages_asked(request, visit)
    if request.method == "POST":
        certify([record_id], by=visit.actor, at=visit.at)
    else:
        need_printable(record_id, by=visit.actor)
    return _certificates(request, [record_id], languages, f"certificate-{record_id}")


@require_POST
@page
def session_papers(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The certificates of all passes of a session as one PDF; issues those that were not yet."""
    languages = languages_asked(request, visit)
    records = records_to_certify(session_id, by=visit.actor)
    certify(records, by=visit.actor, at=visit.at)
    return _certificates(request, records, languages, f"certificates-{session_id}")


@require_GET
@page
def session_sheet(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The list to sign of a scheduled session as PDF."""
    pdf = attendance_pdf(
        session_id,
        link=public_root(request) + reverse("session", args=[session_id]),
        languages=languages_asked(request, visit),
        by=visit.actor,
        at=visit.at,
    )
    return _pdf(pdf, f"attendance-{session_id}")


def _certificates(request: HttpRequest, records: Sequence[int], languages: Sequence[str], name: str) -> HttpResponse:
    return _pdf(certificates_pdf(records, site_url=public_root(request), languages=languages), name)


def _pdf(pdf: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


urlpatterns = [
    path("records/<int:record_id>/certificate", record_paper, name="record_paper"),
    path("sessions/<int:session_id>/certificates", session_papers, name="session_papers"),
    path("sessions/<int:session_id>/sheet.pdf", session_sheet, name="session_sheet"),
]
