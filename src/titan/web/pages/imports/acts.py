"""What a person does to an import: say how a sheet is read, answer, mend cells, leave rows out, apply, discard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from titan.core.errors import Conflict, Invalid, NotFound, invalid
from titan.core.given import UNCHANGED, Unchanged
from titan.exchange.imports import commands
from titan.exchange.imports.choices import CellFix, SheetChoice
from titan.exchange.imports.commands.answering import let_empty_cells_clear
from titan.exchange.imports.queries.imports import one_import
from titan.exchange.imports.queries.views import SheetView
from titan.exchange.imports.rules.states import Kind
from titan.web.pages.imports.steps import show_preview, show_questions, show_sheets
from titan.web.visit import Visit, go_to, page

LONGEST = 2_000
MOST = 10_000


@require_POST
@page
def import_sheet(request: HttpRequest, visit: Visit, import_id: int, sheet: int) -> HttpResponse:
    """Read a sheet as the form says."""
    stands = _sheet(import_id, sheet, visit)
    try:
        choice = _sheet_choice(request.POST, stands)
        commands.choose_sheet(import_id, sheet, choice, by=visit.actor, at=visit.at, version=_version(request))
    except (Invalid, Conflict) as refusal:
        return show_sheets(request, visit, import_id, refusal, sheet=sheet)
    return go_to(request, f"{reverse('import_sheets', args=[import_id])}#sheet-{sheet}")


@require_POST
@page
def import_empty(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Say whether an empty cell takes away what stands."""
    clears = request.POST.get("clears") == "1"
    try:
        let_empty_cells_clear(import_id, clears=clears, by=visit.actor, at=visit.at, version=_version(request))
    except (Invalid, Conflict) as refusal:
        return show_sheets(request, visit, import_id, refusal)
    return go_to(request, f"{reverse('import_sheets', args=[import_id])}#empty")


@require_POST
@page
def import_answers(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Take the answers; those left open stay open."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    known = {question.key: question.answer for question in view.questions}
    given = {key: answer for key, answer in _answers(request.POST).items() if key in known and known[key] != answer}
    try:
        if given:
            commands.answer_questions(import_id, given, by=visit.actor, at=visit.at, version=_version(request))
    except (Invalid, Conflict) as refusal:
        return show_questions(request, visit, import_id, refusal)
    after = one_import(import_id, by=visit.actor, at=visit.at)
    waits = after.working is None and any(question.open for question in after.questions)
    return go_to(request, reverse("import_questions" if waits else "import_preview", args=[import_id]))


@require_POST
@page
def import_fixes(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Put what was typed in the place of cells of a row, and check it again."""
    sheet, row = _place(request.POST)
    names = [name for name in request.POST if name.startswith("fix-")][:MOST]
    typed = {name.removeprefix("fix-"): request.POST.get(name, "") for name in names}
    were = {name: request.POST.get(f"was-{name}", "") for name in typed}
    fixes = [
        CellFix(sheet, row, name, text[:LONGEST]) for name, text in typed.items() if text.strip() != were[name].strip()
    ]
    try:
        if not fixes:
            raise invalid("fixes", "REQUIRED", _("Change what is wrong first, then check the row again."))
        commands.fix_cells(import_id, fixes, by=visit.actor, at=visit.at, version=_version(request))
    except (Invalid, Conflict) as refusal:
        return show_preview(request, visit, import_id, refusal)
    messages.success(request, _refused_left(import_id, visit))
    return go_to(request, _back_to_preview(request, import_id))


@require_POST
@page
def import_rows(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Leave a row out, or take it in again."""
    out = request.POST.get("in") != "1"
    try:
        commands.leave_out_rows(
            import_id, [_place(request.POST)], out=out, by=visit.actor, at=visit.at, version=_version(request)
        )
    except (Invalid, Conflict) as refusal:
        return show_preview(request, visit, import_id, refusal)
    messages.success(request, _refused_left(import_id, visit))
    return go_to(request, _back_to_preview(request, import_id))


@require_POST
@page
def import_apply(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Write it: all of it, or by explicit choice all but the refused rows."""
    skip = request.POST.get("skip") == "1"
    try:
        commands.apply_import(import_id, skip_refused=skip, by=visit.actor, at=visit.at, version=_version(request))
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


def _refused_left(import_id: int, visit: Visit) -> str:
    """Return how many rows are refused still, in words."""
    left = one_import(import_id, by=visit.actor, at=visit.at).counts.refused
    if not left:
        return _("No row is refused any more.")
    return ngettext("%(n)d row is refused still.", "%(n)d rows are refused still.", left) % {"n": left}


def _back_to_preview(request: HttpRequest, import_id: int) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    address = reverse("import_preview", args=[import_id])
    return f"{address}?{query.urlencode()}" if query else address


def _version(request: HttpRequest) -> int | None:
    """Return the version that the page showed, so that two people do not decide over each other."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def _sheet(import_id: int, sheet: int, visit: Visit) -> SheetView:
    view = one_import(import_id, by=visit.actor, at=visit.at)
    found = next((one for one in view.sheets if one.index == sheet), None)
    if found is None:
        raise NotFound("sheet", sheet)
    return found


def _sheet_choice(sent: QueryDict, stands: SheetView) -> SheetChoice:
    """Return what the form changes of how a sheet is read.

    Another kind or header row makes other columns: what the form says of the old ones is left aside then.
    """
    kind = _kind(sent, stands)
    header_row = _header_row(sent, stands)
    used = sent.get("used") == "1"
    if kind is not UNCHANGED or header_row is not UNCHANGED:
        return SheetChoice(used=used, kind=kind, header_row=header_row)
    columns = _columns(sent, stands)
    values = _values(sent, stands)
    return SheetChoice(
        used=UNCHANGED if used == stands.is_used else used,
        columns=columns or UNCHANGED,
        values=values or UNCHANGED,
    )


def _kind(sent: QueryDict, stands: SheetView) -> Kind | Unchanged:
    text = sent.get("kind", "")
    if not text or text == (stands.kind.value if stands.kind else ""):
        return UNCHANGED
    if text not in set(Kind):
        raise invalid("kind", "UNKNOWN", _("Choose one of the list."))
    return Kind(text)


def _header_row(sent: QueryDict, stands: SheetView) -> int | Unchanged:
    text = sent.get("header_row", "").strip()
    if not text or text == str(stands.header_row or ""):
        return UNCHANGED
    if not (text.isascii() and text.isdecimal() and len(text) < 8):
        raise invalid("header_row", "NOT_A_NUMBER", _("Give the number of the row, as the spreadsheet counts."))
    return int(text)


def _columns(sent: QueryDict, stands: SheetView) -> dict[int, str | None]:
    changed = {}
    for column in stands.columns:
        name = f"column-{column.index}"
        text = sent.get(name, "")
        if name in sent and (text or None) != column.field:
            changed[column.index] = text or None
    return changed


def _values(sent: QueryDict, stands: SheetView) -> dict[str, str]:
    changed = {}
    for field in stands.fields:
        name = f"value-{field.name}"
        text = sent.get(name, "").strip()
        if name in sent and text != (field.value or ""):
            changed[field.name] = text[:LONGEST]
    return changed


def _answers(sent: QueryDict) -> Mapping[str, str | None]:
    """Return the answers by the keys of their questions; what is taken back is None.

    `key-3` names the question, `answer-3` holds the answer; a code or day that goes with it stands in `code-3`.
    """
    given: dict[str, str | None] = {}
    for name in list(sent)[:MOST]:
        if not name.startswith("key-"):
            continue
        place = name.removeprefix("key-")
        answer, code = sent.get(f"answer-{place}", ""), sent.get(f"code-{place}", "").strip()
        given[sent.get(name, "")] = _answer(answer, code)
    return given


def _answer(answer: str, code: str) -> str | None:
    if answer in {"map:", "same:"}:
        return f"{answer}{code[:LONGEST]}"
    return code if answer == "day:" else answer[:LONGEST] or None


def _place(sent: QueryDict) -> tuple[int, int]:
    """Return the sheet and row that a form is about; NotFound when it names none."""
    texts: list[Any] = [sent.get("sheet", ""), sent.get("row", "")]
    if not all(text.isascii() and text.isdecimal() and len(text) < 8 for text in texts):
        raise NotFound("row")
    return int(texts[0]), int(texts[1])
