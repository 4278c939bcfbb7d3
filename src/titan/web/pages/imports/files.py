"""The imports there were, opening a new one, and the refused rows of one as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from titan.accounts.queries import user_names
from titan.core.errors import Forbidden, NotFound, Refusal, invalid
from titan.core.permit import need_admin
from titan.evidence.commands import Upload
from titan.evidence.rules import MAX_BYTES
from titan.exchange.exports.files import MEDIA_TYPES, Format
from titan.exchange.imports.commands import open_import
from titan.exchange.imports.queries.imports import list_imports, one_import, refused_workbook
from titan.web.pages.imports.words import words_of_import
from titan.web.query import given_text
from titan.web.upload import too_large
from titan.web.visit import Visit, go_to, page, show


# Django reads a form before it looks for its token; what is too large must be refused before that.
@csrf_exempt
@require_http_methods(["GET", "POST"])
@page
def imports(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Earlier imports, and a place for the next file; POST opens it."""
    if request.method == "GET":
        return _list(request, visit)
    need_admin(visit.actor)
    if refusal := too_large(request):
        return _list(request, visit, refusal)
    return _open(request, visit)


@csrf_protect
def _open(request: HttpRequest, visit: Visit) -> HttpResponse:
    file = request.FILES.get("file")
    try:
        if file is None:
            raise invalid("file", "REQUIRED", _("Choose a file first."))
        made = open_import(Upload(file.name or "", file), by=visit.actor, at=visit.at, language=visit.person.language)
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        return _list(request, visit, refusal)
    return go_to(request, reverse("import", args=[made]))


def _list(request: HttpRequest, visit: Visit, refusal: Refusal | None = None) -> HttpResponse:
    cursor = given_text(request, "cursor") or None
    found = list_imports(by=visit.actor, at=visit.at, cursor=cursor)
    values = {
        "page": found,
        "names": user_names(row.opened_by_id for row in found.items if row.opened_by_id),
        "is_first": cursor is None,
        "refusal": refusal,
        "most_megabytes": MAX_BYTES // 2**20,
        "max_bytes": MAX_BYTES,
        "file_words": {
            "too_large": _("%s is larger than 25 MB. Take out sheets that are not needed."),
            "empty": _("%s is empty. Choose the file again."),
        },
        **words_of_import(),
    }
    return show(request, visit, "imports/imports.html", values, status=refusal.status if refusal else 200)


@require_GET
@page
def refused_rows(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """The refused rows with their reasons, to mend in a spreadsheet and import by themselves."""
    name = one_import(import_id, by=visit.actor, at=visit.at).file_name.rpartition(".")[0]
    content = refused_workbook(import_id, by=visit.actor)
    response = HttpResponse(content, content_type=MEDIA_TYPES[Format.XLSX])
    plain = "".join(letter for letter in name if letter.isascii() and (letter.isalnum() or letter in "-_")) or "rows"
    response["Content-Disposition"] = f'attachment; filename="{plain}-refused.xlsx"'
    response["Cache-Control"] = "private, no-store"
    return response
