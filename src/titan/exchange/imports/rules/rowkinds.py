"""Rows below the header that are no data: blank ones, totals, notes at the end, the headings again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from titan.exchange.imports.reading.lines import Cell
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.words import FOOTERS, TOTALS, is_dashes, starts_with

_BEGINNINGS = frozenset(word[0] for word in TOTALS)


class NotData(StrEnum):
    """What a row is instead of data. BLANK: nothing stands in its mapped cells."""

    BLANK = "BLANK"
    TOTAL = "TOTAL"
    FOOTER = "FOOTER"
    HEADER = "HEADER"


def not_data(cells: Sequence[Cell], mapped: Sequence[int], headings: Sequence[str]) -> NotData | None:
    """Return what a row is when it is no data. mapped: the columns that are imported."""
    full = []
    for column in mapped:
        if column < len(cells) and not _is_nothing(cells[column]):
            full.append(column)
            if len(full) == 3 and _is_usual(cells[full[0]], headings, full[0]):
                # The usual row: more stands in it than a total or a note has.
                return None
    texts = [cell for cell in cells if isinstance(cell, str) and not is_dashes(cell)]
    if texts and starts_with(texts[0], TOTALS) and _is_total(cells, texts):
        return NotData.TOTAL
    if not full:
        return NotData.BLANK
    if len(full) <= 2 and texts and len(texts) <= 2 and starts_with(texts[0], FOOTERS):
        return NotData.FOOTER
    return NotData.HEADER if len(full) > 1 and _is_header(cells, full, headings) else None


def _is_nothing(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell[:1].isalnum() and is_dashes(cell))


def _is_total(cells: Sequence[Cell], texts: list[str]) -> bool:
    """Tell whether a row that begins with “total” is one: a label alone, or a label with sums; a company has a name."""
    others = [cell for cell in cells if cell is not None and not isinstance(cell, str)]
    return len(texts) == 1 or (bool(others) and len(texts) <= 1 + len(others))


def _is_usual(first: Cell, headings: Sequence[str], column: int) -> bool:
    """Tell whether a row that begins so is neither the headings again nor a total."""
    is_total = isinstance(first, str) and first[:1].casefold() in _BEGINNINGS and starts_with(first, TOTALS)
    return not is_total and not _may_be_header(first, headings, column)


def _may_be_header(first: Cell, headings: Sequence[str], column: int) -> bool:
    # Headings that come again are copies: looking alike folded would be too much to ask of every row.
    return isinstance(first, str) and column < len(headings) and " ".join(first.split()) == headings[column]


def _is_header(cells: Sequence[Cell], full: list[int], headings: Sequence[str]) -> bool:
    if not _may_be_header(cells[full[0]], headings, full[0]):
        return False
    same = sum(
        isinstance(cells[column], str) and column < len(headings) and fold(cells[column]) == fold(headings[column])
        for column in full
    )
    return same * 2 > len(full)
