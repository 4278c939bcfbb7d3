"""Taking an applied import back, as a whole: what that would do, what stands against it, and why."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from titan.core.permit import need_admin
from titan.exchange.imports.commands import undo_import
from titan.exchange.imports.queries.imports import one_import, undo_preview
from titan.web.dialog import Act, ask_reason
from titan.web.visit import Visit, page


@require_http_methods(["GET", "POST"])
@page
def import_undo(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Say what taking it back does, ask for the reason, and do it."""
    need_admin(visit.actor)
    view = one_import(import_id, by=visit.actor, at=visit.at)
    preview = undo_preview(import_id, by=visit.actor, at=visit.at)
    act = Act(
        "imports/_undo.html",
        lambda reason: undo_import(import_id, reason, by=visit.actor, at=visit.at),
        address=reverse("import_undo", args=[import_id]),
        back=reverse("import_result", args=[import_id]),
        said=_("The import is taken back."),
        possible=preview.is_possible,
    )
    return ask_reason(request, visit, act, lambda: {"import": view, "preview": preview, "place": "imports"})
