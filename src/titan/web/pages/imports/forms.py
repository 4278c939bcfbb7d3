"""The forms of an import: what was chosen, answered and typed, read into values, and shown again as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from titan.core.errors import NotFound, invalid
from titan.core.given import UNCHANGED, Unchanged
from titan.exchange.imports.choices import CellFix, SheetChoice
from titan.exchange.imports.queries.views import ImportView, Question, SheetView
from titan.exchange.imports.rules.states import Kind

LONGEST = 2_000
MOST = 10_000
# Answers that something typed goes with: what they begin with, and that a day is no beginning at all.
WITH_CODE = ("map:", "same:")
DAY = "day:"


@dataclass(frozen=True)
class Answer:
    """An answer as the form holds it: the option, and the code or day typed beside it."""

    option: str = ""
    code: str = ""


def answers_shown(view: ImportView, sent: QueryDict) -> dict[str, Answer]:
    """Return what stands in the form, by the keys of the questions: as it was sent, else as it was answered."""
    shown = {question.key: _as_shown(question) for question in view.questions}
    return shown | {key: answer for key, answer in _sent(sent).items() if key in shown}


def _as_shown(question: Question) -> Answer:
    answer = question.answer or ""
    if not answer or answer in {option.value for option in question.options}:
        return Answer(answer)
    for beginning in WITH_CODE:
        if answer.startswith(beginning):
            return Answer(beginning, answer.removeprefix(beginning))
    return Answer(DAY, answer) if question.takes_day else Answer(answer)


def _sent(sent: QueryDict) -> dict[str, Answer]:
    """Return what was sent: `key-3` names the question, `answer-3` and `code-3` hold the answer."""
    places = [name.removeprefix("key-") for name in sent if name.startswith("key-")][:MOST]
    return {
        sent.get(f"key-{place}", ""): Answer(
            sent.get(f"answer-{place}", "")[:LONGEST], sent.get(f"code-{place}", "").strip()[:LONGEST]
        )
        for place in places
    }


def changed_answers(view: ImportView, sent: QueryDict) -> Mapping[str, str | None]:
    """Return the answers that differ from those that stand, by the keys of their questions; None takes one back."""
    stands = {question.key: question.answer for question in view.questions}
    given = {key: _given(answer) for key, answer in _sent(sent).items() if key in stands}
    return {key: answer for key, answer in given.items() if answer != stands[key]}


def _given(answer: Answer) -> str | None:
    if answer.option in WITH_CODE:
        return f"{answer.option}{answer.code}"
    return answer.code or None if answer.option == DAY else answer.option or None


Typed = dict[tuple[int, int], dict[str, str]]
"""What was typed into cells: by sheet and row, and there by field."""


def typed_cells(sent: QueryDict) -> Typed:
    """Return what was typed into the cells of rows (`fix-0-25-first_name`), whether it changes them or not."""
    found: Typed = {}
    for name in [name for name in sent if name.startswith("fix-")][:MOST]:
        _fix, sheet, row, field = [*name.split("-", 3), "", ""][:4]
        place = (_number(sheet), _number(row))
        if field and place[0] is not None and place[1] is not None:
            found.setdefault((place[0], place[1]), {})[field] = sent.get(name, "")[:LONGEST]
    return found


def fixes_in(sent: QueryDict) -> list[CellFix]:
    """Return the cells that were changed."""
    return [
        CellFix(sheet, row, field, text)
        for (sheet, row), cells in typed_cells(sent).items()
        for field, text in cells.items()
        if text.strip() != sent.get(f"was-{sheet}-{row}-{field}", "").strip()
    ]


def rows_left_out(sent: QueryDict) -> list[tuple[int, int]]:
    """Return the rows that are to be left out (`out=0-25`)."""
    pairs = [text.partition("-") for text in sent.getlist("out")[:MOST]]
    places = [(_number(sheet), _number(row)) for sheet, _dash, row in pairs]
    return [(sheet, row) for sheet, row in places if sheet is not None and row is not None]


def row_of(sent: QueryDict) -> tuple[int, int]:
    """Return the sheet and row that a form is about; NotFound when it names none."""
    sheet, row = _number(sent.get("sheet", "")), _number(sent.get("row", ""))
    if sheet is None or row is None:
        raise NotFound("row")
    return sheet, row


def version_in(request: HttpRequest) -> int | None:
    """Return the version that the page showed, so that two people do not decide over each other."""
    return _number(request.POST.get("version", ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def sheet_choice(sent: QueryDict, stands: SheetView) -> SheetChoice:
    """Return what the form changes of how a sheet is read. Raises Invalid.

    Another kind or header row makes other columns: what the form says of the old ones is left aside then.
    """
    kind, header_row = _kind(sent, stands), _header_row(sent, stands)
    used = sent.get("used") == "1"
    if kind is not UNCHANGED or header_row is not UNCHANGED:
        return SheetChoice(used=used or not stands.is_used, kind=kind, header_row=header_row)
    return SheetChoice(
        used=UNCHANGED if used == stands.is_used else used,
        columns=_columns(sent, stands) or UNCHANGED,
        values=_values(sent, stands) or UNCHANGED,
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
    row = _number(text)
    if row is None:
        raise invalid("header_row", "NOT_A_NUMBER", _("Give the number of the row, as the spreadsheet counts."))
    return row


def _columns(sent: QueryDict, stands: SheetView) -> dict[int, str | None]:
    chosen = {column: sent.get(f"column-{column.index}") for column in stands.columns}
    return {
        column.index: text or None
        for column, text in chosen.items()
        if text is not None and (text or None) != column.field
    }


def _values(sent: QueryDict, stands: SheetView) -> dict[str, str]:
    given = {field: sent.get(f"value-{field.name}") for field in stands.fields}
    return {
        field.name: text.strip()[:LONGEST]
        for field, text in given.items()
        if text is not None and text.strip() != (field.value or "")
    }
