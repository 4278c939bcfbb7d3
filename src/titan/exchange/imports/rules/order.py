"""In which order a column writes its days: evidence is gathered, and what it does not decide is asked. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules.days import DayRead, Family, Order, Source
from titan.exchange.imports.rules.folding import asides, fold

ENOUGH_CELLS = 5
"""From how many date cells on it is no chance that all of them lie in the first twelve days of a month."""
SWAPPED_BELOW = 13
MOST_EXAMPLES = 3
Example = tuple[int, int, str]
"""A row, a column, and what stands there."""

_SAID = re.compile(
    r"(?P<dmy>\b(?:dd?|gg?) (?:mm?|aa?) (?:yy|yyyy|y))|(?P<mdy>\b(?:mm?|aa?) (?:dd?|gg?) (?:yy|yyyy|y)\b)"
)


@dataclass
class DayColumn:
    """What the cells of one column tell. said: the order that its heading names, such as (gg.aa.yyyy).

    certain: how many cells make a day in one order only. either: how many depend on the order; examples: of those.
    """

    said: Order | None = None
    certain: Counter[tuple[Family, Order]] = field(default_factory=Counter)
    either: Counter[Family] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)
    date_cells: int = 0
    early_date_cells: int = 0
    date_examples: list[Example] = field(default_factory=list)
    serials: int = 0

    def add(self, read: DayRead, row: int, column: int, cell: Cell) -> None:
        """Take one cell into account."""
        if read.is_either and read.family is not None:
            self.either[read.family] += 1
            if len(self.examples) < MOST_EXAMPLES and self.decided(read.family) is None:
                self.examples.append((row, column, shown(cell)))
        elif read.order is not None and read.family is not None:
            self.certain[read.family, read.order] += 1
        elif read.source is Source.CELL and read.day is not None:
            self.date_cells += 1
            self.early_date_cells += read.day.day < SWAPPED_BELOW
            if len(self.date_examples) < MOST_EXAMPLES:
                self.date_examples.append((row, column, shown(cell)))
        elif read.source is Source.SERIAL and read.day is not None:
            self.serials += 1

    def decided(self, family: Family) -> Order | None:
        """Return the order that the column itself decides for one way of writing, or None.

        Its heading decides, or cells that are a day in one order only. Nobody writes the month first with dots; but
        if some of them do here, dots decide nothing.
        """
        if self.said is not None:
            return self.said
        dmy, mdy = self.certain[family, Order.DMY], self.certain[family, Order.MDY]
        if family is Family.DOTS:
            return None if mdy else Order.DMY
        if bool(dmy) != bool(mdy):
            return Order.DMY if dmy else Order.MDY
        return None

    @property
    def asks_order(self) -> bool:
        """Whether cells depend on an order that nothing decides."""
        return any(count and self.decided(family) is None for family, count in self.either.items())

    @property
    def asks_swapped(self) -> bool:
        """Whether a spreadsheet program seems to have read days as months.

        It made dates of what it could and left the rest as text: then no date lies after the 12th of a month, and no
        text on or before.
        """
        texts = sum(self.certain.values())
        all_early = self.date_cells >= ENOUGH_CELLS and self.early_date_cells == self.date_cells
        return all_early and texts > 0 and not sum(self.either.values())


def said_order(heading: str) -> Order | None:
    """Return the order that a heading names in brackets or after its words: (dd/mm/yyyy), GG.AA.YYYY."""
    for text in (*asides(heading), heading):
        match = _SAID.search(fold(text))
        if match is not None:
            return Order.DMY if match["dmy"] else Order.MDY
    return None
