"""The signed sheet of a session: upload, look at its pages, download, replace.

The session's page includes `session/_evidence.html` with `session` (SessionView) and what `evidence_values` returns;
the same fragment comes from /sessions/<id>/evidence, and tells the body `titan:session-changed` after an upload.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from titan.core.actor import Role
from titan.core.errors import NotFound, Refusal
from titan.evidence.commands import Upload, open_proof, stage
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.queries import is_intact
from titan.evidence.rendering import Size, page_picture
from titan.evidence.rules import MAX_BYTES
from titan.training.commands import attach_evidence, need_evidence_taken, watch_evidence
from titan.training.models import SessionStatus
from titan.training.queries.proof import Sheet, session_sheets
from titan.training.queries.sessions import SessionView, session_view
from titan.web.shown import maybe_url
from titan.web.upload import too_large
from titan.web.visit import Visit, go_to, is_htmx, page, part, show

UPLOADERS = frozenset({Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.TRAINER})
PAGES_SHOWN = 12
SEALED = {"Content-Security-Policy": "default-src 'none'; sandbox"}


@dataclass(frozen=True)
class Proof:
    """The sheet in force, whether its bytes still match their hash, and the sheets before it.

    unreadable: why nobody can tell just now, in words.
    """

    sheet: Sheet | None
    is_intact: bool
    earlier: list[Sheet]
    can_upload: bool
    unreadable: str = ""

    @property
    def pages(self) -> list[int]:
        """The pages to show at once."""
        return list(range(1, min(self.page_count, PAGES_SHOWN) + 1))

    @property
    def page_count(self) -> int:
        return (self.sheet.file.pages or 0) if self.sheet else 0


def evidence_values(visit: Visit, session: SessionView) -> dict[str, Any]:
    """Return what `session/_evidence.html` shows besides `session`; re-hashes the sheet, and raises the alarm."""
    sheets = session_sheets(session.id, by=visit.actor)
    sheet = next((sheet for sheet in sheets if sheet.superseded_at is None), None)
    intact, unreadable = True, ""
    try:
        intact = sheet is None or is_intact(sheet.file.id)
        if not intact:
            watch_evidence(session.id, by=visit.actor, at=visit.at)
    except EvidenceUnavailable as refusal:
        intact, unreadable = False, refusal.detail
    proof = Proof(
        sheet=sheet,
        is_intact=intact,
        earlier=[one for one in sheets if one is not sheet],
        can_upload=session.status == SessionStatus.SCHEDULED and visit.actor.role in UPLOADERS,
        unreadable=unreadable,
    )
    return {"proof": proof, "max_bytes": MAX_BYTES, "upload_refusal": None, "file_words": file_words()}


def file_words() -> dict[str, Any]:
    """Return the words of the page's script, in the visitor's language; %n is a number, %s the name of a file."""
    return {
        "waits": {"one": _("1 file waits for the network."), "many": _("%n files wait for the network.")},
        "closed": {
            "one": _("1 file was not sent: this session takes no sheet now."),
            "many": _("%n files were not sent: this session takes no sheet now."),
        },
        "refused": {"one": _("1 file was not taken."), "many": _("%n files were not taken.")},
        "remove": _("Remove"),
        "removed": _("Removed from this device."),
        "undo": _("Undo"),
        "sending": _("Sending"),
        "checking": _("Checking the file…"),
        "too_large": _("%s is larger than 25 MB. Scan it at a lower resolution."),
        "too_large_all": _("Together the files are too large for the server. Scan them at a lower resolution."),
        "empty": _("%s is empty. Choose the file again."),
        "trouble": _("The server could not take the file just now. It is kept here and sent again by itself."),
    }


# Django reads a form before it looks for its token; what is too large must be refused before that.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
def evidence(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The signed sheet; POST brings one in (PDF or photos; several files become one PDF)."""
    if request.method == "GET":
        return _evidence(request, visit, session_id)
    if refusal := too_large(request):
        return _evidence(request, visit, session_id, refusal)
    return _bring_in(request, visit, session_id)


@csrf_protect
def _bring_in(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    try:
        need_evidence_taken(session_id, by=visit.actor)
        watch_evidence(session_id, by=visit.actor, at=visit.at)
        staged = stage([Upload(file.name or "", file) for file in request.FILES.getlist("file")])
        again = request.POST.get("again") == "1"
        attach_evidence(session_id, staged, by=visit.actor, at=visit.at, again=again)
    except NotFound:
        raise
    except Refusal as refusal:
        return _evidence(request, visit, session_id, refusal)
    if not is_htmx(request):
        return go_to(request, _back(session_id, visit))
    response = _evidence(request, visit, session_id)
    said = {"text": _("The signed sheet is stored, and its hash was read back equal."), "link": "", "linkText": ""}
    response["HX-Trigger"] = json.dumps({"titan:toast": said, "titan:session-changed": {}, "titan:sheet-attached": {}})
    return response


def _evidence(request: HttpRequest, visit: Visit, session_id: int, refusal: Refusal | None = None) -> HttpResponse:
    session = session_view(session_id, by=visit.actor, at=visit.at)
    values = {"session": session, **evidence_values(visit, session), "upload_refusal": refusal}
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return part(request, visit, "session/_evidence.html", values, status=status)
    return show(request, visit, "session/one_part.html", {**values, "part": "session/_evidence.html"}, status=status)


@require_GET
@page
def page_image(request: HttpRequest, visit: Visit, session_id: int, number: int) -> HttpResponse:
    """Page `number` of the sheet as a picture (?size=small), or of an earlier one (?sheet=id); re-hashed each time."""
    sheet = _sheet(request, visit, session_id)
    size = Size.SMALL if request.GET.get("size") == Size.SMALL else Size.LARGE
    proof = open_proof(sheet.file.id, by=visit.actor, at=visit.at)
    tag = f'"{sheet.file.sha256}-{number}-{size}"'
    if request.headers.get("If-None-Match") == tag:
        proof.file.close()
        return HttpResponseNotModified()
    picture = page_picture(proof, number, size)
    # Asked again each time, so that a browser does not show what the store no longer proves.
    headers = {**SEALED, "ETag": tag, "Cache-Control": "private, no-cache"}
    return HttpResponse(picture, content_type="image/jpeg", headers=headers)


@require_GET
@page
def evidence_file(request: HttpRequest, visit: Visit, session_id: int) -> HttpResponse:
    """The bytes of the sheet, or of an earlier one (?sheet=id), as they were uploaded; re-hashed first."""
    sheet = _sheet(request, visit, session_id)
    proof = open_proof(sheet.file.id, by=visit.actor, at=visit.at)
    name = quote(proof.evidence.original_name, safe="")
    headers = {
        **SEALED,
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "X-Content-SHA256": proof.evidence.sha256,
        "Cache-Control": "private, no-store",
    }
    return FileResponse(proof.file, content_type=proof.evidence.media_type, headers=headers)  # type: ignore[return-value]


def _sheet(request: HttpRequest, visit: Visit, session_id: int) -> Sheet:
    wanted = request.GET.get("sheet", "")
    for sheet in session_sheets(session_id, by=visit.actor):
        if (str(sheet.file.id) == wanted) if wanted else sheet.superseded_at is None:
            return sheet
    raise NotFound("signed sheet of session", session_id)


def _back(session_id: int, visit: Visit) -> str:
    if visit.actor.role is Role.TRAINER:
        return reverse("trainer_session", args=[session_id])
    return maybe_url("session", session_id) or reverse("session_evidence", args=[session_id])


urlpatterns = [
    path("sessions/<int:session_id>/evidence", evidence, name="session_evidence"),
    path("sessions/<int:session_id>/evidence/pages/<int:number>", page_image, name="session_evidence_page"),
    path("sessions/<int:session_id>/evidence/file", evidence_file, name="session_evidence_file"),
]
