"""Rows of a file, packed a thousand at a time, so that no more than that many are unpacked at once."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

import orjson

from titan.exchange.imports.models import ImportSlice
from titan.exchange.imports.reading.lines import Cell

SLICE_ROWS = 1_000
Line = tuple[int, list[Cell]]
"""A row as the spreadsheet counts, and its cells."""


def pack(value: Any) -> bytes:
    """Return a value of JSON, packed."""
    return zlib.compress(orjson.dumps(value), 1)


def unpack(data: bytes | memoryview) -> Any:
    """Return what was packed."""
    return orjson.loads(zlib.decompress(data))


def slices_of(lines: IO[bytes]) -> Iterator[tuple[int, int, list[Line]]]:
    """Yield (sheet, position, rows) of the lines that the child wrote, a slice at a time."""
    sheet, position = -1, 0
    rows: list[Line] = []
    for line in lines:
        found, row, cells = orjson.loads(line)
        if found != sheet or len(rows) == SLICE_ROWS:
            if rows:
                yield sheet, position, rows
            position = position + 1 if found == sheet else 0
            sheet, rows = found, []
        rows.append((row, cells))
    if rows:
        yield sheet, position, rows


def first_lines(import_id: int, sheets: Iterable[int]) -> dict[int, list[Line]]:
    """Return the first slice of each sheet; one statement."""
    found = ImportSlice.objects.filter(of_id=import_id, position=0, sheet__in=list(sheets))
    return {sheet: unpack(cells) for sheet, cells in found.values_list("sheet", "cells")}


def lines_of(import_id: int, sheet: int) -> Iterator[tuple[int, list[Line]]]:
    """Yield (position, rows) of a sheet, in order; one statement."""
    found = ImportSlice.objects.filter(of_id=import_id, sheet=sheet).order_by("position")
    for position, cells in found.values_list("position", "cells").iterator(chunk_size=4):
        yield position, unpack(cells)
