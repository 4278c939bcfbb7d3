"""Columns of days: what they tell together, and how each cell is read then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from titan.exchange.imports.planning.asked import Open, key_of
from titan.exchange.imports.planning.uses import SheetUse
from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules.days import DayRead, Order, Source, Unclear, read_day
from titan.exchange.imports.rules.fields import Field
from titan.exchange.imports.rules.order import DayColumn
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.states import QuestionKind

if TYPE_CHECKING:
    from titan.exchange.imports.planning.context import Context

_WORDS = {
    Unclear.NO_DAY: "NOT_A_DAY",
    Unclear.OUT_OF_RANGE: "OUT_OF_RANGE_DAY",
    Unclear.FORMULA: "FORMULA_DAY",
}
NEVER_ENDS = frozenset({"expires_on"})
MAY_NEVER = frozenset({"end_date"})


def days_key(kind: QuestionKind, use: SheetUse, column: int | None) -> str:
    """Return the key of a question about the days of a column; columns of a matrix are asked about together."""
    together = column is None or column in use.courses
    return key_of(kind, use.index, "courses" if together else int(column or 0))


def day_reader(
    context: Context, use: SheetUse, field: Field, column: int | None
) -> Callable[[Cell], str | Reason | Open]:
    """Return what reads the cells of a column as days, in the order that it decides or that was answered."""
    settled = settle(context, use, column)

    def read(cell: Cell) -> str | Reason | Open:
        found = settled(cell)
        if isinstance(found, Reason):
            return found
        if found.never:
            if field.name in NEVER_ENDS:
                return "never"
            return "" if field.name in MAY_NEVER else reason("NEVER_HERE", text=shown(cell))
        return found.day.isoformat() if found.day else ""

    return read


def settle(context: Context, use: SheetUse, column: int | None) -> Callable[[Cell], DayRead | Reason]:
    """Return what reads a cell as a certain day, nothing or never, or says why it is none."""
    told = context.days.get((use.index, column if column is not None else -1), DayColumn())
    order = answered_order(context, use, column)
    swapped = context.answer(days_key(QuestionKind.SWAPPED, use, column))
    is_1904 = bool(context.is_1904) or context.answer(QuestionKind.DATE_SYSTEM.value.lower()) == "1904"

    def read(cell: Cell) -> DayRead | Reason:
        found = read_day(cell, is_1904=is_1904, today=context.today)
        if found.unclear is not None:
            return reason(_WORDS.get(found.unclear, found.unclear.value), text=shown(cell))
        if found.is_either and found.family is not None:
            decided = told.decided(found.family) or order
            if decided is None:
                return reason("EITHER_DAY", text=shown(cell), dmy=found.dmy, mdy=found.mdy)
            return DayRead(day=found.in_order(decided))
        if told.asks_swapped and found.source is Source.CELL and found.day is not None:
            if not swapped:
                return reason("SWAPPED_DAY")
            if swapped == "swapped":
                return DayRead(day=found.day.replace(month=found.day.day, day=found.day.month))
        return found

    return read


def answered_order(context: Context, use: SheetUse, column: int | None) -> Order | None:
    """Return the order that somebody said, for this column or for the whole file."""
    answer = context.answer(days_key(QuestionKind.DATES, use, column), context.given.dates)
    return Order(answer) if answer in set(Order) else None
