"""Certificates on paper: made by a button, on the page of a record and of a finalized session."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from titan.paper.address import public_root
from titan.paper.certificates import certificates_pdf, records_to_certify
from titan.records.commands import certify
from titan.records.queries.certificates import need_printable
from titan.web.language import language_of_titles
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def record_paper(request: HttpRequest, visit: Visit, record_id: int) -> HttpResponse:
    """The certificate of a record as PDF; POST issues it when it was not yet."""
    if request.method == "POST":
        certify([record_id], by=visit.actor, at=visit.at)
    else:
        need_printable(record_id, by=visit.actor)
    return _pdf(request, [record_id], f"certificate-{record_id}")


@require_POST
@page
def session_papers(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The certificates of all passes of a session as one PDF; issues those that were not yet."""
    records = records_to_certify(session_id, by=visit.actor)
    certify(records, by=visit.actor, at=visit.at)
    return _pdf(request, records, f"certificates-{session_id}")


def _pdf(request: HttpRequest, records: Sequence[int], name: str) -> HttpResponse:
    pdf = certificates_pdf(records, site_url=public_root(request), language=language_of_titles())
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


urlpatterns = [
    path("records/<int:record_id>/certificate", record_paper, name="record_paper"),
    path("sessions/<int:session_id>/certificates", session_papers, name="session_papers"),
]
