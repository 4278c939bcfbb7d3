"""A header as proposed, and what helps to find it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules.states import Kind

Line = tuple[int, list[Cell]]
"""A row as the spreadsheet counts, and its cells."""


@dataclass(frozen=True)
class Clues:
    """What is known besides the cells. hint: what names say; kind: what somebody said the rows are.

    find_course: returns the code of the course that a text names, or None.
    """

    find_course: Callable[[str], str | None]
    hint: Kind | None = None
    kind: Kind | None = None


@dataclass(frozen=True)
class Mapped:
    """A column's field, and why: HEADING, SIMILAR, REMEMBERED or CHOSEN."""

    field: str
    why: str


@dataclass(frozen=True)
class Header:
    """A header row as proposed. row, last: as the spreadsheet counts; the data begin below `last`.

    headings: one for each column. subs: what a second row says below them, for a matrix with two columns a course.
    columns: fields by column. courses: of a matrix, course columns with the code that their heading names (or "").
    """

    row: int
    last: int
    headings: list[str]
    kind: Kind | None
    columns: dict[int, Mapped]
    courses: dict[int, str] = field(default_factory=dict)
    subs: dict[int, str] = field(default_factory=dict)
    score: float = 0


def headings_of(cells: Sequence[Cell]) -> list[str]:
    """Return the texts of a row's cells, each on one line."""
    return [" ".join(shown(cell).split()) for cell in cells]
