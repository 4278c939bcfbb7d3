"""The refused rows of an import as a workbook: as the file has them, with the reasons in a last column."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import xlsxwriter

from titan.core.actor import Actor
from titan.core.errors import Conflict
from titan.core.language import _, words_in
from titan.exchange.imports.models import Import, ImportSlice
from titan.exchange.imports.planning.slices import unpack
from titan.exchange.imports.queries.finding import import_row, need_import_reader
from titan.exchange.imports.reading.lines import Cell, column_letter, is_formula, shown
from titan.exchange.imports.rules.states import State

SHEET_NAME, FORBIDDEN = 31, str.maketrans(dict.fromkeys("[]:*?/\\", " "))
WIDEST = 60


def refused_workbook(import_id: int, *, by: Actor) -> bytes:
    """Return an XLSX of the refused rows, each sheet with its headings as in the file and a last column of reasons.

    Days are texts as YYYY-MM-DD, other cells texts as the file shows them: corrected there, it can be imported by
    itself. Raises Forbidden, NotFound, Conflict NOT_OPEN.
    """
    need_import_reader(by)
    row = import_row(import_id)
    if row.state != State.OPEN or row.preview is None:
        raise Conflict("NOT_OPEN", _("Refused rows are kept only while an import is open."))
    target = io.BytesIO()
    # Texts stay texts: what begins like a formula is none here either.
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    with words_in(row.language):
        for index, sheet in enumerate(row.preview["sheets"]):
            if sheet["is_used"] and sheet["counts"]["refused"]:
                _write_sheet(book, row, sheet, index)
    if not book.worksheets():
        book.add_worksheet(_("Nothing refused"))
    book.close()
    return target.getvalue()


def _write_sheet(book: Any, row: Import, sheet: dict[str, Any], index: int) -> None:
    page = book.add_worksheet(_name(book, sheet["name"] or row.file_name, index))
    bold = book.add_format({"bold": True})
    headings = [column["heading"] or column["letter"] for column in sheet["columns"]]
    while headings and not sheet["columns"][len(headings) - 1]["heading"]:
        headings.pop()
    for column, heading in enumerate([*headings, _("Why refused")]):
        page.write_string(0, column, heading, bold)
    page.set_column(0, len(headings), 16)
    page.set_column(len(headings), len(headings), WIDEST)
    for line, (cells, reasons) in enumerate(_refused(row, sheet["index"]), start=1):
        for column in range(len(headings)):
            # The result of a formula that was refused would come back as if somebody had typed it.
            text = shown(cells[column]) if column < len(cells) and not is_formula(cells[column]) else ""
            if text:
                page.write_string(line, column, text)
        page.write_string(line, len(headings), "\n".join(reasons))


def _refused(row: Import, sheet: int) -> Iterator[tuple[list[Cell], list[str]]]:
    """Yield the cells of refused rows, and the reasons, each with its place; a statement for each slice."""
    found = ImportSlice.objects.filter(of=row, sheet=sheet, outcomes__contains="R").order_by("position")
    for cells, checked in found.values_list("cells", "checked").iterator(chunk_size=2):
        reasons: dict[int, list[str]] = defaultdict(list)
        for number, (letter, _kind, _column, _key, _values, problems, _changes) in unpack(checked or b""):
            if letter == "R":
                reasons[number] += [
                    f"{column_letter(at) if at is not None else ''}{number}: {message}"
                    for _field, at, _code, message in problems
                ]
        for number, values in unpack(cells):
            if number in reasons:
                yield values, list(dict.fromkeys(reasons[number]))


def _name(book: Any, name: str, index: int) -> str:
    clean = name.translate(FORBIDDEN).strip("' ")[:SHEET_NAME] or "1"
    taken = {page.get_name().casefold() for page in book.worksheets()}
    return clean if clean.casefold() not in taken else f"{clean[: SHEET_NAME - 4]} {index}"
