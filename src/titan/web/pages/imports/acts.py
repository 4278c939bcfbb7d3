"""What a person does to an import: say how a sheet is read, answer, mend cells, leave rows out, apply, discard."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from titan.core.errors import Conflict, Invalid, NotFound, invalid
from titan.exchange.imports import commands
from titan.exchange.imports.choices import Decisions
from titan.exchange.imports.queries.imports import one_import
from titan.exchange.imports.queries.views import SheetView
from titan.web.pages.imports.forms import changed_answers, fixes_in, row_of, rows_left_out, sheet_choice, version_in
from titan.web.pages.imports.steps import show_preview, show_questions, show_sheets
from titan.web.visit import Visit, go_to, is_htmx, page, toast


@require_POST
@page
def import_sheet(request: HttpRequest, visit: Visit, import_id: int, sheet: int) -> HttpResponse:
    """Read a sheet as the form says."""
    stands = _sheet(import_id, sheet, visit)
    try:
        choice = sheet_choice(request.POST, stands)
        commands.choose_sheet(import_id, sheet, choice, by=visit.actor, at=visit.at, version=version_in(request))
    except (Invalid, Conflict) as refusal:
        return show_sheets(request, visit, import_id, refusal, sheet=sheet)
    return go_to(request, f"{reverse('import_sheets', args=[import_id])}#sheet-{sheet}")


@require_POST
@page
def import_empty(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Say whether an empty cell takes away what stands."""
    clears = request.POST.get("clears") == "1"
    try:
        commands.let_empty_cells_clear(
            import_id, clears=clears, by=visit.actor, at=visit.at, version=version_in(request)
        )
    except (Invalid, Conflict) as refusal:
        return show_sheets(request, visit, import_id, refusal)
    return go_to(request, f"{reverse('import_sheets', args=[import_id])}#empty")


@require_POST
@page
def import_answers(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Take the answers; those left open stay open."""
    try:
        given = changed_answers(one_import(import_id, by=visit.actor, at=visit.at), request.POST)
        if given:
            commands.answer_questions(import_id, given, by=visit.actor, at=visit.at, version=version_in(request))
    except (Invalid, Conflict) as refusal:
        return show_questions(request, visit, import_id, refusal)
    after = one_import(import_id, by=visit.actor, at=visit.at)
    # What is not decided may stay so: its rows are refused. What is open must be answered, and answers ask anew.
    waits = after.working is None and any(question.open for question in after.questions)
    return go_to(request, reverse("import_questions" if waits else "import_preview", args=[import_id]))


@require_POST
@page
def import_fixes(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Put what was typed in the place of cells, leave rows out that are to be left out, and check all anew."""
    fixes, out = fixes_in(request.POST), rows_left_out(request.POST)
    try:
        if not fixes and not out:
            raise invalid("fixes", "REQUIRED", _("Change what is wrong first, then check it again."))
        decisions = Decisions(fixes=fixes, left_out=dict.fromkeys(out, True))
        commands.decide(import_id, decisions, by=visit.actor, at=visit.at, version=version_in(request))
    except (Invalid, Conflict) as refusal:
        return show_preview(request, visit, import_id, refusal)
    return _rows_again(request, visit, import_id)


@require_POST
@page
def import_rows(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Take a row in again that was left out."""
    rows = [row_of(request.POST)]
    try:
        commands.leave_out_rows(import_id, rows, out=False, by=visit.actor, at=visit.at, version=version_in(request))
    except (Invalid, Conflict) as refusal:
        return show_preview(request, visit, import_id, refusal)
    return _rows_again(request, visit, import_id)


@require_POST
@page
def import_apply(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Write it: all of it, or by explicit choice all but the refused rows."""
    skip = request.POST.get("skip") == "1"
    try:
        commands.apply_import(import_id, skip_refused=skip, by=visit.actor, at=visit.at, version=version_in(request))
    except (Invalid, Conflict) as refusal:
        return show_preview(request, visit, import_id, refusal)
    return go_to(request, reverse("import", args=[import_id]))


@require_POST
@page
def import_discard(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Forget an import that was not applied."""
    commands.discard_import(import_id, by=visit.actor, at=visit.at)
    messages.success(request, _("Discarded. Nothing was written."))
    return go_to(request, reverse("imports"))


def _rows_again(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Return to the rows, and say how many are refused still; htmx takes its part of the page."""
    said = _refused_left(import_id, visit)
    if is_htmx(request):
        return toast(show_preview(request, visit, import_id), said)
    messages.success(request, said)
    query = request.GET.urlencode()
    address = reverse("import_preview", args=[import_id])
    return go_to(request, f"{address}?{query}" if query else address)


def _refused_left(import_id: int, visit: Visit) -> str:
    """Return how many rows are refused still, in words."""
    left = one_import(import_id, by=visit.actor, at=visit.at).counts.refused
    if not left:
        return _("No row is refused any more.")
    return ngettext("%(n)d row is refused still.", "%(n)d rows are refused still.", left) % {"n": left}


def _sheet(import_id: int, sheet: int, visit: Visit) -> SheetView:
    view = one_import(import_id, by=visit.actor, at=visit.at)
    found = next((one for one in view.sheets if one.index == sheet), None)
    if found is None:
        raise NotFound("sheet", sheet)
    return found
