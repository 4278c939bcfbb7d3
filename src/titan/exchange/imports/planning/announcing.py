"""What a file brings of the things that others refer to, before any of its rows is read: a row may name a later one."""

from __future__ import annotations

from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.filling.library import code_of
from titan.exchange.imports.planning.reading import columns_of, data_lines
from titan.exchange.imports.planning.rows import RowPlan
from titan.exchange.imports.planning.uses import SheetUse, cell_at
from titan.exchange.imports.rules.states import Kind

NOUNS = {
    Kind.COMPANIES: Noun.COMPANY,
    Kind.ROLES: Noun.ROLE,
    Kind.COURSES: Noun.COURSE,
    Kind.AREAS: Noun.AREA,
}
NAMES = ("code", "name", "title", "title_en", "title_tr", "title_az")


def announce(context: Context, import_id: int, use: SheetUse) -> None:
    """Let the things of a sheet be known under their codes and names; one statement. Of other kinds, nothing."""
    noun = NOUNS.get(use.kind) if use.kind else None
    if noun is None:
        return
    columns = [column for column in columns_of(context, use) if column.name in NAMES and column.index is not None]
    for row, cells, kind in data_lines(import_id, use):
        if kind is not None or (use.index, row) in context.decided.left_out:
            continue
        fixes = context.decided.fixes.get((use.index, row), {})
        plan = RowPlan(-1, use, row, use.kind or Kind.COMPANIES)
        for column in columns:
            found = column.read(fixes.get(column.name, cell_at(cells, column.index or 0)))
            if isinstance(found, str):
                plan.values[column.name] = found
        code = code_of(context, plan, noun)
        if code:
            names = [value for name, value in plan.values.items() if name != "code"]
            context.names[noun].add(code, names)
