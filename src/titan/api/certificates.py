"""Certificates as PDF: of one record, and of all passes of a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from titan.api.caller import caller
from titan.api.fields import Id, PaperLanguage
from titan.api.idempotency import REPLAYED, once
from titan.api.order import refuses_first
from titan.api.papers import PDF, PaperOptions, pdf_answer
from titan.api.session_checks import by_teacher, seen
from titan.core.actor import Actor
from titan.core.errors import NotFound
from titan.paper.address import public_root
from titan.paper.certificates import certificates_pdf, records_to_certify
from titan.records.commands import certify
from titan.records.queries.certificates import certifiable, need_printable

router = Router(tags=["certificates"])

ANSWERS: dict[str, Any] = {
    "responses": {
        200: {
            "description": "PDF/A-2b, A4 landscape, a page for each certificate.",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        409: {"description": "Nothing that can be certified: no pass, revoked, or its worker was erased."},
    }
}


class CertificateOptions(PaperOptions):
    """Further, `language`: one, also one that only titles are written in."""

    language: PaperLanguage | None = None

    def chosen(self, request: HttpRequest) -> tuple[str, ...]:
        return (self.language,) if self.language and not self.languages else super().chosen(request)


def certifiable_by(by: Actor, record_id: int) -> None:
    """Raise NotFound unless the record is there, and its certificate is for `by` to issue."""
    by_teacher(by)
    if not certifiable(by).filter(pk=record_id).exists():
        raise NotFound("training record", record_id)


@router.post("/records/{record_id}/certificate", openapi_extra=ANSWERS)
@refuses_first(certifiable_by)
def issue_certificate(request: HttpRequest, record_id: Id, options: Query[CertificateOptions]) -> Any:
    """The certificate of a passed record; issued when it was not yet. Its QR code leads to a page that anybody may see.

    For admins, and for the trainer of the session about its records.
    """
    me, languages = caller(request), options.chosen(request)

    def work() -> None:
        certify([record_id], by=me.actor, at=me.at)

    answer = once(request, 200, work)
    if not _is_refusal(answer):
        # A repetition under its key may come after the revocation.
        need_printable(record_id, by=me.actor)
    return _paper(request, answer, [record_id], languages, f"certificate-{record_id}")


@router.get("/records/{record_id}/certificate", openapi_extra=ANSWERS)
@refuses_first(lambda by, record_id: need_printable(record_id, by=by))
def get_certificate(request: HttpRequest, record_id: Id, options: Query[CertificateOptions]) -> Any:
    """The certificate of a record again; 404 until it was issued."""
    need_printable(record_id, by=caller(request).actor)
    return _paper(request, None, [record_id], options.chosen(request), f"certificate-{record_id}")


@router.post("/sessions/{session_id}/certificates", openapi_extra=ANSWERS)
@refuses_first(seen, by_teacher)
def issue_session_certificates(request: HttpRequest, session_id: Id, options: Query[CertificateOptions]) -> Any:
    """The certificates of all passes of a session as one PDF, in the order of its list; issued when they were not yet.

    Failed, revoked and erased ones are left out; a correction stands for what it corrects.
    """
    me, languages = caller(request), options.chosen(request)

    def work() -> None:
        certify(records_to_certify(session_id, by=me.actor), by=me.actor, at=me.at)

    answer = once(request, 200, work)
    records = [] if _is_refusal(answer) else records_to_certify(session_id, by=me.actor)
    return _paper(request, answer, records, languages, f"certificates-{session_id}")


def _paper(request: HttpRequest, answer: Any, records: Sequence[int], languages: Sequence[str], name: str) -> Any:
    """Return the PDF, or the refusal that an Idempotency-Key remembered. The paper is made anew, not remembered."""
    if _is_refusal(answer):
        return answer
    response = pdf_answer(certificates_pdf(records, site_url=public_root(request), languages=languages), name)
    if isinstance(answer, HttpResponse) and REPLAYED in answer:
        response[REPLAYED] = answer[REPLAYED]
    return response


def _is_refusal(answer: Any) -> bool:
    return isinstance(answer, HttpResponse) and answer.status_code >= 400
