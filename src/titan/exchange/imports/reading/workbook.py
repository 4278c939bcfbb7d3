"""The sheets of an XLSX, row by row: values by calamine, and what it does not tell (`marks`)."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from titan.evidence.inspect.workbook import pages_of as check_archive
from titan.evidence.limits import NotAccepted
from titan.exchange.imports.reading import FILE_COLUMNS, FILE_ROWS, FILE_SHEETS
from titan.exchange.imports.reading.lines import Cell, packed
from titan.exchange.imports.reading.marks import Marks, read_marks
from titan.exchange.imports.reading.parts import Parts, read_parts

Write = Callable[[int, int, list[Cell]], None]
"""Takes a sheet, a row as the spreadsheet counts, and its cells."""

MOST_MERGED = 20_000


def read_workbook(path: Path, write: Write) -> dict[str, Any]:
    """Write the rows of all sheets that hold some, and return what else is known of the file."""
    check_archive(path)
    try:
        with zipfile.ZipFile(path) as archive, CalamineWorkbook.from_path(path) as book:
            parts = read_parts(archive)
            sheets = [found for found in book.sheets_metadata if found.typ is SheetTypeEnum.WorkSheet]
            if len(sheets) > FILE_SHEETS:
                raise NotAccepted("It has more than %(most)s sheets: keep those to import.", most=FILE_SHEETS)
            answers, written = [], 0
            for number, sheet in enumerate(sheets):
                marks = read_marks(archive, parts.paths.get(sheet.name, ""), parts.padded)
                answer = _read_sheet(number, book.get_sheet_by_name(sheet.name), marks, write)
                written += answer["rows"]
                _need_rows(written)
                is_hidden = sheet.visible is not SheetVisibleEnum.Visible
                answers.append({"index": number, "name": sheet.name, "is_hidden": is_hidden, **answer})
    except (CalamineError, ParseError, expat.ExpatError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise NotAccepted("The workbook is damaged.") from error
    return _answer(answers, parts)


def _answer(sheets: list[dict[str, Any]], parts: Parts) -> dict[str, Any]:
    return {"format": "XLSX", "sheets": sheets, "is_1904": parts.is_1904, "encoding": "", "delimiter": ""}


def _need_rows(rows: int) -> None:
    if rows > FILE_ROWS:
        raise NotAccepted("It has more than %(most)s rows: import it in parts.", most=FILE_ROWS)


def _read_sheet(number: int, sheet: CalamineSheet, marks: Marks, write: Write) -> dict[str, int]:
    start, end = sheet.start, sheet.end
    if start is None and not marks.errors:
        return {"rows": 0, "hidden_rows": 0}
    if end is not None and end[1] >= FILE_COLUMNS:
        raise NotAccepted("A sheet has more than %(most)s columns: keep those to import.", most=FILE_COLUMNS)
    rows = hidden = 0
    for row, cells in _merged(sheet, _marked(sheet, start[1] if start else 0, marks)):
        if any(cell is not None for cell in cells):
            write(number, row + 1, cells)
            rows += 1
            hidden += row in marks.hidden
    return {"rows": rows, "hidden_rows": hidden}


def _marked(sheet: CalamineSheet, left: int, marks: Marks) -> Iterator[tuple[int, list[Cell]]]:
    by_row = marks.by_row()
    margin: list[Cell] = [None] * left
    last = -1
    for last, values in enumerate(sheet.iter_rows()):
        cells = margin + [packed(value) for value in values]
        if last in by_row:
            _mark(cells, last, by_row[last], marks)
        yield last, cells
    for row in sorted(row for row in by_row if row > last):
        cells = []
        _mark(cells, row, by_row[row], marks)
        yield row, cells


def _mark(cells: list[Cell], row: int, columns: list[int], marks: Marks) -> None:
    for column in columns:
        if column >= FILE_COLUMNS:
            continue
        cells.extend([None] * (column + 1 - len(cells)))
        place = (row, column)
        cell = cells[column]
        if place in marks.errors:
            cell = {"e": marks.errors[place]}
        elif place in marks.shown and isinstance(cell, int | float) and not isinstance(cell, bool):
            cell = marks.shown[place].show(cell) or cell
        if place in marks.formulas:
            cell = {"f": cell, "v": marks.formulas[place]}
        cells[column] = cell


def _merged(sheet: CalamineSheet, rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield rows in which cells merged downwards say what the first of them says, as the sheet shows them."""
    down: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in (sheet.merged_cell_ranges or [])[:MOST_MERGED]:
        if bottom > top:
            down.setdefault(top, []).append((left, bottom))
    standing: dict[int, tuple[int, Cell]] = {}
    for row, cells in rows:
        for column, (bottom, value) in list(standing.items()):
            if row > bottom:
                del standing[column]
            elif column < len(cells) and cells[column] is None and any(cell is not None for cell in cells):
                cells[column] = value
        for column, bottom in down.get(row, ()):
            if column < len(cells) and cells[column] is not None:
                standing[column] = (bottom, cells[column])
        yield row, cells
