"""The rows of a CSV, whatever separates its cells."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

from titan.evidence.limits import N_, NotAccepted
from titan.exchange.imports.reading import FILE_COLUMNS, FILE_ROWS
from titan.exchange.imports.reading.encoding import NAMES, decoded
from titan.exchange.imports.reading.workbook import Write

DELIMITERS = {";": N_("semicolons"), ",": N_("commas"), "\t": N_("tabs"), "|": N_("bars")}
_TOLD = re.compile(r"\s*sep=(.)\r?\n", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
PROBED = 200
LONGEST_CELL = 131_072


def read_text(path: Path, write: Write) -> dict[str, Any]:
    """Write the rows of the CSV at `path` as sheet 0, and return what else is known of it."""
    text, encoding = decoded(path.read_bytes())
    if _CONTROL.search(text):
        raise NotAccepted(N_("It holds control characters: it is no table."))
    text, told = _told(text)
    delimiter = told or delimiter_of(text)
    rows = 0
    csv.field_size_limit(LONGEST_CELL)
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if len(values) > FILE_COLUMNS:
                raise NotAccepted(N_("A row has more than %(most)s cells: is it a table?"), most=FILE_COLUMNS)
            cells = [value or None for value in values]
            if any(cell is not None and not cell.isspace() for cell in cells):
                write(0, number + bool(told), cells)
                rows += 1
    except csv.Error as error:
        raise NotAccepted(N_("A cell of it is longer than a table has them, or a quote is missing.")) from error
    if rows > FILE_ROWS:
        raise NotAccepted(N_("It has more than %(most)s rows: import it in parts."), most=FILE_ROWS)
    sheet = {"index": 0, "name": "", "is_hidden": False, "rows": rows, "hidden_rows": 0}
    return {
        "format": "CSV",
        "sheets": [sheet],
        "is_1904": None,
        "encoding": NAMES.get(encoding, encoding),
        "delimiter": DELIMITERS.get(delimiter, delimiter),
    }


def _told(text: str) -> tuple[str, str]:
    match = _TOLD.match(text)
    return (text[match.end() :], match[1]) if match else (text, "")


def delimiter_of(text: str) -> str:
    """Return what separates the cells: what makes the most rows as wide as most others, and wide."""
    lines = io.StringIO("".join(text.splitlines(keepends=True)[: PROBED * 3]), newline="")

    def worth(delimiter: str) -> tuple[int, int]:
        lines.seek(0)
        try:
            widths = Counter(
                len(row) for row, _ in zip(csv.reader(lines, delimiter=delimiter), range(PROBED), strict=False)
            )
        except csv.Error:
            return 0, 0
        width, rows = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(0, 0))
        return (rows * min(width, 8), width) if width > 1 else (0, 0)

    return max(DELIMITERS, key=worth)
