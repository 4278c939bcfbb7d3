"""A list as CSV: UTF-8 with a byte order mark, which tells spreadsheets that letters are not Latin alone."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from titan.exchange.apostrophes import harmless
from titan.exchange.exports.cells import as_text
from titan.exchange.exports.listing import Listing

BYTE_ORDER_MARK = "\ufeff"
LINES_AT_ONCE = 200


class _Line:
    """A file that hands back what is written to it, so that csv can feed a stream."""

    def write(self, text: str) -> str:
        return text


def csv_chunks(listing: Listing[Any], *, separator: str = ",") -> Iterator[bytes]:
    """Yield the file in pieces of some lines each; its rows are read while it is sent.

    separator: between cells; where the reader's numbers have a decimal comma, spreadsheets expect a semicolon.
    """
    writer = csv.writer(_Line(), delimiter=separator)
    lines = [BYTE_ORDER_MARK + writer.writerow([harmless(column.heading) for column in listing.columns])]
    for row in listing.rows():
        lines.append(writer.writerow([harmless(as_text(value, listing.zone)) for value in row]))
        if len(lines) == LINES_AT_ONCE:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()
