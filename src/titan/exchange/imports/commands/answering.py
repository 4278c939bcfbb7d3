"""What a person decides about an open import; after each decision the preview is made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from titan.catalogue.models import Course
from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import invalid
from titan.core.given import CODE_LIMIT, UNCHANGED, Wrong
from titan.core.language import _
from titan.core.permit import need_admin
from titan.exchange.imports.choices import CellFix, Decisions, SheetChoice
from titan.exchange.imports.commands.working import ask_work, need_open, work_now_if_small
from titan.exchange.imports.models import Import, ImportSlice
from titan.exchange.imports.planning.decided import Decided, plain_decided, read_decided
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.states import Kind, QuestionKind, Work
from titan.personnel.models import Area, Company, Role, Worker

LONGEST_VALUE = 2_000
MOST_FIXES = 10_000


def choose_sheet(
    import_id: int, sheet: int, choice: SheetChoice, *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Say how a sheet is read: used or not, its kind, its header row, its columns.

    What an applied import was read by is remembered for files laid out alike. Raises as decide does; Invalid at
    `sheet`, `columns.3`, `header_row` or `values.status`.
    """
    decide(import_id, Decisions(sheets={sheet: choice}), by=by, at=at, version=version)


def answer_questions(
    import_id: int, answers: Mapping[str, str | None], *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Answer questions by their keys; None takes an answer back.

    Answers are an option's value; for unknown companies, roles, areas and courses also `map:CODE`, and `create` or
    `create:CODE` where it can be created. Raises as decide does; Invalid at `answers.<key>`.
    """
    decide(import_id, Decisions(answers=answers), by=by, at=at, version=version)


def fix_cells(import_id: int, fixes: Sequence[CellFix], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Put typed values in the place of cells; the file stays as it is, and what was typed is kept with the import.

    Raises as decide does; Invalid at `fixes.0.value` for what is too long, `fixes.0.row` for no such row.
    """
    decide(import_id, Decisions(fixes=fixes), by=by, at=at, version=version)


def leave_out_rows(
    import_id: int,
    rows: Sequence[tuple[int, int]],
    *,
    by: Actor,
    at: datetime,
    out: bool = True,
    version: int | None = None,
) -> None:
    """Leave rows (sheet, row) out of the import, or (out=False) take them in again. Raises as decide does."""
    decide(import_id, Decisions(left_out=dict.fromkeys(rows, out)), by=by, at=at, version=version)


def let_empty_cells_clear(import_id: int, *, clears: bool, by: Actor, at: datetime, version: int | None = None) -> None:
    """Say whether an empty cell takes away what stands (True), or changes nothing. Raises as decide does."""
    decide(import_id, Decisions(empty_clears=clears), by=by, at=at, version=version)


def decide(import_id: int, decisions: Decisions, *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Take several decisions about an open import at once, all or none, and check it anew. Admins only.

    A large one is checked in the background. version: what the editor saw. Raises Forbidden, NotFound, Conflict
    NOT_OPEN, WORKING or STALE, Invalid.
    """
    _keep(import_id, decisions, by=by, at=at, version=version)
    work_now_if_small(import_id, by=by, at=at)


@command
def _keep(import_id: int, decisions: Decisions, *, by: Actor, at: datetime, version: int | None) -> None:
    need_admin(by)
    row = need_open(import_id, version)
    decided = read_decided(row.choices)
    for sheet, choice in decisions.sheets.items():
        _choose(row, decided, sheet, choice)
    _answer(row, decided, decisions.answers)
    _fix(row, decided, decisions.fixes)
    for (sheet, number), out in decisions.left_out.items():
        _need_sheet(row, sheet)
        (decided.left_out.add if out else decided.left_out.discard)((sheet, number))
    if decisions.empty_clears is not None:
        decided.empty_clears = decisions.empty_clears
    row.choices, row.version = plain_decided(decided), row.version + 1
    row.save(update_fields=["choices", "version"])
    ask_work(row, Work.CHECKING, at=at)
    # What was chosen may name people: the log says only that something was.
    say("import.changed", "import", row.pk, after={"version": row.version})


def _choose(row: Import, decided: Decided, sheet: int, choice: SheetChoice) -> None:
    _need_sheet(row, sheet)
    chosen = decided.sheet(sheet)
    if choice.kind is not UNCHANGED and choice.kind is not chosen.kind:
        # Another kind has other fields: what was chosen for the one before means nothing.
        chosen.kind, chosen.columns, chosen.values = choice.kind, {}, {}
    if choice.header_row is not UNCHANGED and choice.header_row != chosen.header_row:
        chosen.header_row, chosen.columns = choice.header_row, {}
    if choice.used is not UNCHANGED:
        chosen.used = choice.used
    if choice.columns is not UNCHANGED:
        chosen.columns |= choice.columns
    if choice.values is not UNCHANGED:
        chosen.values |= choice.values
    _check_fields(row, sheet, chosen.kind, choice)


def _answer(row: Import, decided: Decided, answers: Mapping[str, str | None]) -> None:
    asked = {question["key"]: question for question in (row.preview or {}).get("questions", ())}
    for key, answer in answers.items():
        if answer is None:
            decided.answers.pop(key, None)
        else:
            _check_answer(key, answer, asked.get(key))
            decided.answers[key] = answer


def _fix(row: Import, decided: Decided, fixes: Sequence[CellFix]) -> None:
    if not fixes:
        return
    _check_fixes(row, fixes)
    for fix in fixes:
        values = decided.fixes.setdefault((fix.sheet, fix.row), {})
        if fix.value is None:
            values.pop(fix.field, None)
        else:
            values[fix.field] = fix.value
        if not values:
            del decided.fixes[fix.sheet, fix.row]
    if len(decided.fixes) > MOST_FIXES:
        message = _("Type at most %(most)s rows here: correct the file instead, and import it again.")
        raise invalid("fixes", "TOO_MANY", message % {"most": MOST_FIXES})


def _need_sheet(row: Import, sheet: int) -> None:
    if not any(found["index"] == sheet for found in (row.reading or {}).get("sheets", ())):
        raise invalid("sheet", "UNKNOWN", _("The file has no such sheet."))


def _check_fields(row: Import, sheet: int, kind: Kind | None, choice: SheetChoice) -> None:
    shown = next((one for one in (row.preview or {}).get("sheets", ()) if one["index"] == sheet), None)
    kind = kind or (Kind(shown["kind"]) if shown and shown["kind"] else None)
    known = {field.name for field in FIELDS[kind]} if kind else set()
    wrong = Wrong()
    columns = choice.columns if choice.columns is not UNCHANGED else {}
    values = choice.values if choice.values is not UNCHANGED else {}
    for column, name in columns.items():
        if name is not None and name not in known:
            wrong.add(f"columns.{column}", "UNKNOWN", _("“%(name)s” is no field of this sheet.") % {"name": name})
    for name, value in values.items():
        if name not in known:
            wrong.add(f"values.{name}", "UNKNOWN", _("“%(name)s” is no field of this sheet.") % {"name": name})
        wrong.text(f"values.{name}", value, limit=LONGEST_VALUE)
    if choice.header_row is not UNCHANGED and choice.header_row < 1:
        wrong.add("header_row", "OUT_OF_RANGE", _("Rows count from 1."))
    wrong.refuse()


def _check_answer(key: str, answer: str, question: dict[str, Any] | None) -> None:
    place = f"answers.{key[:100]}"
    if question is None:
        raise invalid(place, "UNKNOWN", _("Nothing of this kind is asked about the file."))
    options = {option["value"] for option in question["options"]}
    code = answer.partition(":")[2]
    if question["takes_code"] and answer.startswith(("map:", "same:")):
        if answer not in options and not _exists(QuestionKind(question["kind"]), code):
            raise invalid(place, "UNKNOWN_CODE", _("There is no “%(code)s” on the site.") % {"code": code[:CODE_LIMIT]})
        return
    is_new = "create" in options and answer.startswith("create:") and 0 < len(code) <= CODE_LIMIT
    if not (answer in options or is_new or (question["takes_day"] and _is_day(answer))):
        message = _("Give one of the answers: %(options)s.") % {"options": ", ".join(sorted(options))}
        raise invalid(place, "UNKNOWN_ANSWER", message)


def _exists(kind: QuestionKind, code: str) -> bool:
    model, name = _CODED[kind]
    return bool(model._default_manager.filter(**{name: code}).exists())


_CODED: dict[QuestionKind, tuple[type[Model], str]] = {
    QuestionKind.COMPANY: (Company, "code"),
    QuestionKind.ROLE: (Role, "code"),
    QuestionKind.AREA: (Area, "code"),
    QuestionKind.COURSE: (Course, "code"),
    QuestionKind.PERSON: (Worker, "employee_id"),
}


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _check_fixes(row: Import, fixes: Sequence[CellFix]) -> None:
    wrong = Wrong()
    ranges = list(ImportSlice.objects.filter(of=row).values_list("sheet", "first_row", "last_row"))
    for index, fix in enumerate(fixes):
        if not any(sheet == fix.sheet and first <= fix.row <= last for sheet, first, last in ranges):
            wrong.add(f"fixes.{index}.row", "UNKNOWN", _("The file has no such row."))
        if fix.value is not None:
            wrong.text(f"fixes.{index}.value", fix.value, limit=LONGEST_VALUE)
        wrong.text(f"fixes.{index}.field", fix.field, limit=60, required=True)
    wrong.refuse()
