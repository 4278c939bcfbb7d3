"""What columns tell as a whole, before any row is read: how they write days, in which unit they count, who is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from titan.exchange.imports.planning.asked import key_of
from titan.exchange.imports.planning.reading import data_lines
from titan.exchange.imports.planning.uses import SheetUse, cell_at
from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules.amounts import Unit, needs_unit, said_unit
from titan.exchange.imports.rules.days import DayRead, read_day
from titan.exchange.imports.rules.fields import Reads, field_of
from titan.exchange.imports.rules.order import DayColumn, said_order
from titan.exchange.imports.rules.states import Kind, QuestionKind
from titan.exchange.imports.rules.texts import read_text

Answer = Callable[[str], str]
PEOPLE = {Reads.BADGE, Reads.WORKER}
COUNTED = {Reads.MINUTES, Reads.MONTHS}


class Survey:
    """Goes through the rows of all sheets once. is_1904: of the file. answer: returns the answer to a question."""

    def __init__(self, import_id: int, *, is_1904: bool, today: date, answer: Answer) -> None:
        self._import_id, self._is_1904, self._today, self._answer = import_id, is_1904, today, answer
        self.days: dict[tuple[int, int], DayColumn] = {}
        self.units: dict[tuple[int, int], Unit | None] = {}
        self.bare_numbers: dict[tuple[int, int], list[str]] = {}
        self.badges: set[str] = set()
        self._read: dict[Any, DayRead] = {}

    def look(self, uses: Iterable[SheetUse]) -> None:
        """Look at all rows of these sheets; one statement each."""
        for use in uses:
            days, counted, named = self._columns(use)
            if days or counted or named:
                self._rows(use, days, counted, named)

    def _columns(self, use: SheetUse) -> tuple[dict[int, DayColumn], list[int], list[int]]:
        kind = use.kind or Kind.WORKERS
        reads = {
            column: field.reads
            for column, mapped in use.columns.items()
            if (field := field_of(kind, mapped.field)) is not None
        }
        days = {
            column: DayColumn(said=said_order(use.heading(column))) for column, how in reads.items() if how is Reads.DAY
        }
        if use.courses:
            # The days of a matrix are written by one hand: its columns decide together.
            together = DayColumn()
            days |= dict.fromkeys(use.courses, together)
        self.days.update({(use.index, column): told for column, told in days.items()})
        counted = [column for column, how in reads.items() if how in COUNTED]
        self.units.update({(use.index, column): self._unit(use, column) for column in counted})
        return days, counted, [column for column, how in reads.items() if how in PEOPLE]

    def _unit(self, use: SheetUse, column: int) -> Unit | None:
        said = said_unit(use.heading(column))
        answer = self._answer(key_of(QuestionKind.UNIT, use.index, column))
        return said or (Unit(answer) if answer in set(Unit) else None)

    def _rows(self, use: SheetUse, days: dict[int, DayColumn], counted: list[int], named: list[int]) -> None:
        for row, cells, kind in data_lines(self._import_id, use):
            if kind is None:
                for column, told in days.items():
                    if (cell := cell_at(cells, column)) is not None:
                        told.add(self._day(cell), row, column, cell)
                for column in counted:
                    self._number(use, row, column, cell_at(cells, column))
                self.badges.update(read_text(cell_at(cells, column)).text for column in named)

    def _day(self, cell: Cell) -> DayRead:
        # The same days stand in many rows.
        key = (type(cell), cell) if type(cell) is not dict else repr(cell)
        read = self._read.get(key)
        if read is None:
            read = self._read[key] = read_day(cell, is_1904=self._is_1904, today=self._today)
        return read

    def _number(self, use: SheetUse, row: int, column: int, cell: Cell) -> None:
        if said_unit(use.heading(column)) is None and needs_unit(cell):
            self.bare_numbers.setdefault((use.index, column), []).append(f"{use.place(row, column)}: {shown(cell)}")
