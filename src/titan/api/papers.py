"""Papers as PDF, in one language or in two; and the list to sign of a session."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Query, Router
from pydantic import StringConstraints

from titan.api.caller import caller
from titan.api.fields import Filters, Id
from titan.api.order import refuses_first
from titan.api.session_checks import seen
from titan.paper.address import public_root
from titan.paper.attendance import attendance_pdf
from titan.paper.languages import paper_languages

router = Router(tags=["sessions"])

PDF = "application/pdf"
_CODE = "[a-z]{2,3}(-[a-z0-9]{2,4})?"
SHEET: dict[str, Any] = {
    "responses": {
        200: {
            "description": "PDF/A-2b, A4, twenty lines a page.",
            "content": {PDF: {"schema": {"type": "string", "format": "binary"}}},
        },
        409: {"description": "The session is not scheduled: there is nothing to sign."},
    }
}


class PaperOptions(Filters):
    """`languages`: of the paper, one or two side by side, such as en,tr; by default the site's, else the caller's."""

    languages: Annotated[str | None, StringConstraints(pattern=f"^{_CODE}(,{_CODE})?$")] = None

    def chosen(self, request: HttpRequest) -> tuple[str, ...]:
        """Return the languages of the paper. Raises Invalid for languages that papers cannot be written in."""
        me = caller(request)
        return paper_languages(self.languages or "", site=me.site, reader=me.language)


@router.get("/sessions/{session_id}/sheet.pdf", openapi_extra=SHEET)
@refuses_first(seen)
def session_sheet(request: HttpRequest, session_id: Id, options: Query[PaperOptions]) -> Any:
    """The list to sign of a scheduled session, with lines for walk-ins at the end."""
    me = caller(request)
    link = public_root(request) + reverse("session", args=[session_id])
    languages = options.chosen(request)
    pdf = attendance_pdf(session_id, link=link, languages=languages, by=me.actor, at=me.at)
    return pdf_answer(pdf, f"attendance-{session_id}")


def pdf_answer(pdf: bytes, name: str) -> HttpResponse:
    """Return a paper as a file to download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"', "Cache-Control": "private, no-store"}
    return HttpResponse(pdf, content_type=PDF, headers=headers)
