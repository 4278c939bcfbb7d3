"""Ugly files for tests, made with the programs that people's files are made with."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from titan.evidence.commands import Upload

Rows = Sequence[Sequence[Any]]
XLSX = "list.xlsx"


class Formula(str):
    """A formula cell; `result` is what the program that saved the file calculated (None: it saved none)."""

    result: object = None

    def __new__(cls, text: str, result: object = None) -> Formula:
        made = super().__new__(cls, text)
        made.result = result
        return made


class Shown(float):
    """A number under a format of its own, such as 123 as 00123."""

    shape: str = ""

    def __new__(cls, number: float, shape: str) -> Shown:
        made = super().__new__(cls, number)
        made.shape = shape
        return made


def workbook(
    *sheets: tuple[str, Rows], is_1904: bool = False, merged: Sequence[tuple[int, int, int, int]] = ()
) -> bytes:
    """Return an XLSX with these (name, rows). merged: areas of the first sheet, merged over what stands there."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"date_1904": is_1904, "strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, (name, rows) in enumerate(sheets):
        page = book.add_worksheet(name)
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                _write(book, page, (row, column), cell, day)
        for area in merged if number == 0 else ():
            cell = rows[area[0]][area[1]]
            page.merge_range(*area, cell if isinstance(cell, str) else "")
    book.close()
    return target.getvalue()


def _write(book: Any, page: Any, place: tuple[int, int], cell: Any, day: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, Formula):
        page.write_formula(*place, str(cell), day if isinstance(cell.result, date) else None, _result(cell.result))
    elif isinstance(cell, Shown):
        page.write_number(*place, float(cell), book.add_format({"num_format": cell.shape}))
    elif isinstance(cell, bool):
        page.write_boolean(*place, cell)
    elif isinstance(cell, int | float):
        page.write_number(*place, cell)
    elif isinstance(cell, datetime):
        page.write_datetime(*place, cell, day)
    elif isinstance(cell, date):
        page.write_datetime(*place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
    else:
        page.write_string(*place, cell)


def _result(result: object) -> object:
    if isinstance(result, date):
        return (result - date(1899, 12, 30)).days
    return "" if result is None else result


def upload(content: bytes, name: str = XLSX) -> Upload:
    """Return a file as somebody gives it."""
    return Upload(name, io.BytesIO(content))
