"""Lists as an Excel workbook: a sheet each, with types, a frozen head, filters, and statuses in words and colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import IO, Any
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from titan.compliance.rules import Colour
from titan.exchange.exports.cells import on_site
from titan.exchange.exports.listing import Listing, Marked, Shape, Value

MOST_ROWS = 1_048_576
MOST_LETTERS, MOST_IN_NAME = 32_767, 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
_FORMATS = {Shape.TEXT: "@", Shape.NUMBER: "General", Shape.DAY: "yyyy-mm-dd", Shape.MOMENT: "yyyy-mm-dd hh:mm"}
# Fill and letters, as spreadsheets themselves mark good and bad.
_COLOURS = {
    Colour.RED: ("#FFC7CE", "#9C0006"),
    Colour.BLUE: ("#D6E4F5", "#1F3F77"),
    Colour.YELLOW: ("#FFEB9C", "#7F5000"),
    Colour.GREEN: ("#C6EFCE", "#006100"),
}
# Whatever a cell holds is what somebody wrote, never something to work out.
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": _FORMATS[Shape.DAY],
}


def write_xlsx(listings: Sequence[Listing[Any]], target: IO[bytes], *, made_at: datetime) -> None:
    """Write a workbook with a sheet for each list into `target`; memory stays the same however long they are.

    A list of more rows than a sheet holds goes on in a further one. The document says what it is and when it was made,
    not by whom.
    """
    book = xlsxwriter.Workbook(target, OPTIONS)
    try:
        book.set_properties({"title": listings[0].title, "author": "Titan", "created": made_at.astimezone(UTC)})
        writing = _Writing(book)
        for listing in listings:
            writing.add(listing)
    finally:
        book.close()


class _Sheet(Worksheet):  # type: ignore[misc]
    """A sheet that takes every text for text: the library writes one in <r> tags into the file as it stands."""

    def _xml_rich_inline_string(self, string: str, attributes: Any) -> None:
        self._xml_inline_string(string, True, attributes)


class _Writing:
    """One workbook on its way: its formats, and the names of its sheets."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.names: set[str] = set()
        top = {"valign": "top"}
        self.head: Format = book.add_format(
            {"bold": True, "bottom": 1, "bg_color": "#E8E8E8", "text_wrap": True, "num_format": "@", **top}
        )
        self.shapes: dict[Shape, Format] = {
            shape: book.add_format({"num_format": shown, **top}) for shape, shown in _FORMATS.items()
        }
        self.marks: dict[Colour | None, Format] = {
            colour: book.add_format({"bg_color": fill, "font_color": letters, "num_format": "@", **top})
            for colour, (fill, letters) in _COLOURS.items()
        }
        self.marks[None] = self.shapes[Shape.TEXT]

    def add(self, listing: Listing[Any]) -> None:
        """Add a list, on as many sheets as it needs."""
        sheet, at = self._begin(listing), 0
        for values in listing.rows():
            if at + 1 == MOST_ROWS:
                self._end(sheet, listing, at)
                sheet, at = self._begin(listing), 0
            at += 1
            for place, (column, value) in enumerate(zip(listing.columns, values, strict=True)):
                if value not in {None, ""}:
                    self._cell(sheet, (at, place), column.shape, _on_site(value, listing.zone))
        self._end(sheet, listing, at)

    def _begin(self, listing: Listing[Any]) -> Worksheet:
        sheet = self.book.add_worksheet(self._name(listing.title), worksheet_class=_Sheet)
        for place, column in enumerate(listing.columns):
            sheet.set_column(place, place, column.width, self.shapes[column.shape])
            sheet.write_string(0, place, _cut(column.heading), self.head)
        sheet.freeze_panes(1, listing.frozen)
        sheet.repeat_rows(0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        return sheet

    def _end(self, sheet: Worksheet, listing: Listing[Any], last: int) -> None:
        sheet.autofilter(0, 0, last, len(listing.columns) - 1)
        # Badges and codes of digits are texts on purpose: no green corners about that.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{last + 1}"})

    def _cell(self, sheet: Worksheet, place: tuple[int, int], shape: Shape, value: Value) -> None:
        kept = self.shapes[shape]
        if isinstance(value, Marked):
            sheet.write_string(*place, _cut(value.text), self.marks[value.colour])
        elif isinstance(value, date):
            sheet.write_datetime(*place, value, kept)
        elif isinstance(value, int | float):
            sheet.write_number(*place, value, kept)
        elif value:
            sheet.write_string(*place, _cut(value), kept)

    def _name(self, title: str) -> str:
        """Return a name that no other sheet of the book has, of letters that Excel takes."""
        plain = _NOT_IN_NAMES.sub(" ", title).strip("' ")[:MOST_IN_NAME] or "Titan"
        name, number = plain, 1
        while name.casefold() in self.names:
            number += 1
            name = f"{plain[: MOST_IN_NAME - len(str(number)) - 1]} {number}"
        self.names.add(name.casefold())
        return name


def _on_site(value: Value, zone: ZoneInfo) -> Value:
    return on_site(value, zone) if isinstance(value, datetime) else value


def _cut(text: str) -> str:
    """Return a text as long as a cell may be; no field of Titan is that long, only what the audit log tells of one."""
    # Excel counts a letter beyond the first 65,536 as two.
    return text if 2 * len(text) <= MOST_LETTERS or _is_short(text) else f"{text[: MOST_LETTERS // 2 - 1]}…"


def _is_short(text: str) -> bool:
    return len(text.encode("utf-16-le")) <= 2 * MOST_LETTERS
