"""Rows of a sheet as plans: what is data and what is not, every mapped cell read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from titan.exchange.imports.planning.asked import Open
from titan.exchange.imports.planning.context import Context
from titan.exchange.imports.planning.readers import Read, reader_of
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.planning.slices import lines_of
from titan.exchange.imports.planning.uses import SheetUse, cell_at
from titan.exchange.imports.reading.lines import Cell
from titan.exchange.imports.rules.fields import FIELDS, field_of
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.rowkinds import NotData, not_data
from titan.exchange.imports.rules.states import Kind

_WHY = {NotData.TOTAL: "TOTAL", NotData.FOOTER: "FOOTER", NotData.HEADER: "HEADER_AGAIN"}


@dataclass(frozen=True)
class Column:
    """A mapped column, or (index None) a value for all rows."""

    name: str
    index: int | None
    read: Read
    value: str | None = None


def columns_of(context: Context, use: SheetUse) -> list[Column]:
    """Return what reads the fields of a sheet: its mapped columns, and the values given for all rows."""
    kind = use.kind or Kind.WORKERS
    found = []
    for index, mapped in use.columns.items():
        field = field_of(kind, mapped.field)
        if field is not None:
            found.append(Column(field.name, index, reader_of(context, use, field, index)))
    held = {column.name for column in found}
    given = {**(context.given.values or {}), **use.values}
    for field in FIELDS[kind]:
        if field.name in given and field.name not in held:
            found.append(Column(field.name, None, reader_of(context, use, field, None), given[field.name]))
    return found


def data_lines(import_id: int, use: SheetUse) -> Iterator[tuple[int, list[Cell], NotData | None]]:
    """Yield the rows below the header of a sheet that hold something, and what is no data; one statement."""
    if use.header is None:
        return
    mapped = sorted({*use.columns, *use.courses})
    for _position, lines in lines_of(import_id, use.index):
        for row, cells in lines:
            if row > use.header.last:
                kind = not_data(cells, mapped, use.header.headings)
                if kind is not NotData.BLANK:
                    yield row, cells, kind


def read_rows(context: Context, import_id: int, use: SheetUse) -> Iterator[tuple[RowPlan, list[Cell]]]:
    """Yield a plan for each row of a sheet, with its cells, read as far as that goes; all are in `context.plans`."""
    columns = columns_of(context, use)
    for row, cells, kind in data_lines(import_id, use):
        plan = RowPlan(context.number(), use, row, use.kind or Kind.WORKERS)
        context.plans.append(plan)
        place = (use.index, row)
        if place in context.decided.left_out:
            plan.ignore(reason("LEFT_OUT"))
        elif kind is not None:
            plan.ignore(reason(_WHY[kind]))
        else:
            _read(context, plan, columns, cells)
        yield plan, cells


def _read(context: Context, plan: RowPlan, columns: list[Column], cells: list[Cell]) -> None:
    fixes = context.decided.fixes.get((plan.use.index, plan.row), {})
    for column in columns:
        cell = column.value if column.index is None else cell_at(cells, column.index)
        if column.name in fixes:
            cell = fixes[column.name]
        found = column.read(cell)
        if isinstance(found, str):
            plan.values[column.name] = found
        else:
            _report(plan, column, found)


def _report(plan: RowPlan, column: Column, found: Reason | Open | tuple[Open, ...]) -> None:
    if isinstance(found, tuple):
        for one in found:
            _report(plan, column, one)
        return
    if isinstance(found, Open):
        found.met(plan.use.place(plan.row, column.index))
        found.column = found.column or plan.use.heading(column.index)
        found = found.reason or reason("EMPTY_CELL")
    plan.refuse(found, column.name, column.index)
