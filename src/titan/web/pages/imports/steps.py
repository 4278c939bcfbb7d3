"""One import, step by step: its sheets, its questions, its preview, its result; and how far it is while it works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from titan.accounts.queries import user_names
from titan.core.errors import Refusal
from titan.exchange.imports.queries.imports import import_rows, one_import
from titan.exchange.imports.queries.judged import judged, red_workers
from titan.exchange.imports.queries.known import known_things
from titan.exchange.imports.queries.views import ImportView
from titan.exchange.imports.rules.states import Kind, Outcome, State
from titan.web.form import on_the_page
from titan.web.language import language_of_titles
from titan.web.pages.imports.forms import answers_shown, typed_cells
from titan.web.pages.imports.words import (
    OUTCOMES,
    PREVIEW,
    QUESTIONS,
    RESULT,
    SHEETS,
    UNKNOWN_THINGS,
    count_of,
    steps_of,
    undecided,
    unknown_words,
    words_of_import,
    written_words,
)
from titan.web.query import given_text
from titan.web.visit import Visit, go_to, is_htmx, page, part, show

ROWS = 50


@require_GET
@page
def import_page(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Lead to the step that needs a hand: the first whose work is not done."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    return go_to(request, reverse(f"import_{next_step(view)}", args=[import_id]))


@require_GET
@page
def import_sheets(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Step 1: which sheet is what, and which column is what."""
    return show_sheets(request, visit, import_id)


@require_GET
@page
def import_questions(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Step 2: what the file does not say."""
    return show_questions(request, visit, import_id)


@require_GET
@page
def import_preview(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Step 3: what would be written, row by row; nothing is, yet."""
    return show_preview(request, visit, import_id)


@require_GET
@page
def import_result(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """Step 4: what was written, and who of the new workers is Red."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    values: dict[str, Any] = {"written": written_words(view), "judged": None, "reds": None}
    if view.state == State.APPLIED and not view.working:
        cursor = given_text(request, "cursor") or None
        values |= {
            "judged": judged(import_id, by=visit.actor),
            "reds": red_workers(import_id, by=visit.actor, limit=ROWS, cursor=cursor),
            "is_first": cursor is None,
        }
    people = (view.applied_by_id, view.undone_by_id, view.opened_by_id)
    values["names"] = user_names(person for person in people if person is not None)
    return _show(request, visit, view, RESULT, values)


@require_GET
@page
def import_progress(request: HttpRequest, visit: Visit, import_id: int) -> HttpResponse:
    """How far the work is; when it is done, lead to what comes next."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    if view.working is None or not is_htmx(request):
        return go_to(request, reverse("import", args=[import_id]))
    return part(request, visit, "imports/_working.html", {"import": view, **words_of_import()})


def next_step(view: ImportView) -> str:
    """Return the step that needs a hand."""
    if view.state != State.OPEN:
        return RESULT
    used = [sheet for sheet in view.sheets if sheet.is_used]
    if view.working or not view.remembered or not used or any(one.kind is None or one.missing for one in used):
        return SHEETS
    return QUESTIONS if undecided(view) else PREVIEW


def show_sheets(
    request: HttpRequest, visit: Visit, import_id: int, refusal: Refusal | None = None, *, sheet: int | None = None
) -> HttpResponse:
    """Return step 1; what is refused is said at the sheet that it is about."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    values = {"refusal": refusal, "refused_sheet": sheet, "typed": request.POST}
    return _show(request, visit, view, SHEETS, values)


def show_questions(request: HttpRequest, visit: Visit, import_id: int, refusal: Refusal | None = None) -> HttpResponse:
    """Return step 2, with what was answered wrongly marked where it stands."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    asked = list(enumerate(view.questions))
    unknown = {kind: [pair for pair in asked if pair[1].kind is kind] for kind in UNKNOWN_THINGS}
    asked_kinds = [kind for kind, found in unknown.items() if found]
    values = {
        "others": [pair for pair in asked if pair[1].kind not in UNKNOWN_THINGS],
        "unknown": [(kind, words, unknown[kind]) for kind, words in unknown_words().items()],
        "known": known_things(asked_kinds, by=visit.actor, language=language_of_titles()),
        "wrong": {error.field.removeprefix("answers."): error.message for error in refusal.errors} if refusal else {},
        "answers": answers_shown(view, request.POST),
        "refusal": refusal,
    }
    return _show(request, visit, view, QUESTIONS, values)


def show_preview(request: HttpRequest, visit: Visit, import_id: int, refusal: Refusal | None = None) -> HttpResponse:
    """Return step 3: the rows of one outcome and one kind, a page at a time."""
    view = one_import(import_id, by=visit.actor, at=visit.at)
    outcome = _outcome(request, view)
    kinds = [kind for kind, counts in view.by_kind.items() if count_of(counts, outcome)]
    asked = given_text(request, "kind")
    kind = Kind(asked) if asked in {one.value for one in kinds} else next(iter(kinds), None)
    cursor = given_text(request, "cursor") or None
    found = None
    if view.working is None and view.state == State.OPEN:
        found = import_rows(import_id, by=visit.actor, outcome=outcome, kind=kind, limit=ROWS, cursor=cursor)
    values = {
        "outcome": outcome,
        "kind": kind,
        "here": urlencode({"show": outcome.value.lower(), **({"kind": kind.value} if kind else {})}),
        "kinds_here": [(one, count_of(view.by_kind[one], outcome)) for one in kinds],
        "page": found,
        "labels": _labels(found.items if found else ()),
        "made_up": [made for made in view.made_up if made[0] is kind] if outcome is Outcome.CREATED else [],
        "is_first": cursor is None,
        "typed": typed_cells(request.POST),
        "undecided": undecided(view),
        "refusal": refusal,
    }
    return _show(request, visit, view, PREVIEW, values)


def _outcome(request: HttpRequest, view: ImportView) -> Outcome:
    """Return the outcome that the address asks for, else the first of which there are rows: refused ones first."""
    asked = given_text(request, "show").upper()
    if asked in set(Outcome):
        return Outcome(asked)
    order = (Outcome.REFUSED, Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.IGNORED)
    return next((one for one in order if count_of(view.counts, one)), Outcome.CREATED)


def _labels(rows: Sequence[Any]) -> dict[str, str]:
    """Return the label of each field that some of the rows have, in the order of the sheets."""
    return {cell.field: cell.label for row in rows for cell in row.cells}


def _show(request: HttpRequest, visit: Visit, view: ImportView, step: str, values: dict[str, Any]) -> HttpResponse:
    refusal = values.get("refusal")
    status = on_the_page(refusal)
    known = {
        "import": view,
        "step": step,
        "steps": steps_of(view, step),
        "refusal": None,
        "opener": user_names([view.opened_by_id]).get(view.opened_by_id, "") if view.opened_by_id else "",
        "may_change": visit.actor.is_admin and view.state == State.OPEN and view.working is None,
        "outcomes_all": OUTCOMES,
        **words_of_import(),
    }
    return show(request, visit, f"imports/{step}.html", {**known, **values}, status=status)
