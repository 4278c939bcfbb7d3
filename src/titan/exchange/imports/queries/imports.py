"""Imports: the list, one, its rows, what undoing it would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from titan.core.actor import Actor
from titan.core.errors import Conflict
from titan.core.language import _
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.exchange.imports.models import Import, ImportSlice
from titan.exchange.imports.planning.rows import LETTERS
from titan.exchange.imports.planning.slices import unpack
from titan.exchange.imports.queries.finding import import_row, need_import_reader
from titan.exchange.imports.queries.refused import refused_workbook
from titan.exchange.imports.queries.showing import RowsOfSheet, view_of
from titan.exchange.imports.queries.things import resting_on, things_of
from titan.exchange.imports.queries.undoing import sentences, what_goes
from titan.exchange.imports.queries.views import ImportView, RowView, UndoPreview
from titan.exchange.imports.rules.states import Kind, Outcome, State

__all__ = ["import_rows", "list_imports", "one_import", "refused_workbook", "undo_preview"]


def list_imports(*, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[ImportView]:
    """Return imports, newest first, without their sheets and questions; two statements. Raises Forbidden, Invalid."""
    need_import_reader(by)
    found = Import.objects.order_by("-pk")
    total = found.count()
    if cursor is not None:
        (last,) = decode_cursor(cursor, int)
        found = found.filter(pk__lt=last)
    rows = list(found[: limit + 1])
    more = encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None
    return Page([view_of(row, at, whole=False) for row in rows[:limit]], more, total)


def one_import(import_id: int, *, by: Actor, at: datetime) -> ImportView:
    """Return one import with its sheets, questions and counts; one statement. Raises Forbidden, NotFound."""
    need_import_reader(by)
    return view_of(import_row(import_id), at)


def import_rows(
    import_id: int,
    *,
    by: Actor,
    outcome: Outcome | None = None,
    kind: Kind | None = None,
    sheet: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RowView]:
    """Return rows of an open import as previewed, in the order of the file. Raises Forbidden, NotFound, Invalid.

    Of an import that is no longer open the rows are forgotten (empty): what it made stands on the site, the file is
    kept. The total is counted where no kind narrows it. Statements: three, and one for each thousand rows looked at.
    """
    need_import_reader(by)
    row = import_row(import_id)
    after = tuple(decode_cursor(cursor, int, int, int)) if cursor is not None else (-1, -1, -1)
    wanted = _Wanted(LETTERS[outcome] if outcome else "", kind, after, limit + 1)
    slices = ImportSlice.objects.filter(of=row).exclude(checked=None)
    if sheet is not None:
        slices = slices.filter(sheet=sheet)
    if wanted.letter:
        slices = slices.filter(outcomes__contains=wanted.letter)
    total = None if kind is not None else sum(map(wanted.count, slices.values_list("outcomes", flat=True)))
    found = list(_after(row, slices, wanted))
    more = encode_cursor(*found[limit - 1][0]) if len(found) > limit else None
    return Page([view for _place, view in found[:limit]], more, total)


@dataclass(frozen=True)
class _Wanted:
    """Which rows: with this letter of an outcome and of this kind, after a place, up to a limit."""

    letter: str
    kind: Kind | None
    after: tuple[int, ...]
    limit: int

    def count(self, outcomes: str) -> int:
        return outcomes.count(self.letter) if self.letter else len(outcomes)

    def takes(self, place: tuple[int, ...], item: list[Any]) -> bool:
        return place > self.after and self.letter in {"", item[0]} and self.kind in {None, item[1]}


def _after(row: Import, slices: Any, wanted: _Wanted) -> Iterator[tuple[tuple[int, ...], RowView]]:
    """Yield (place, row); slices are unpacked one by one."""
    given = 0
    for pk, sheet, position in list(slices.order_by("sheet", "position").values_list("pk", "sheet", "position")):
        if (sheet, position) < wanted.after[:2]:
            continue
        cells, checked = ImportSlice.objects.filter(pk=pk).values_list("cells", "checked").get()
        shown = RowsOfSheet(row, sheet, dict(unpack(cells)))
        for index, (number, item) in enumerate(unpack(checked or b"")):
            if wanted.takes((sheet, position, index), item):
                yield (sheet, position, index), shown.view(number, item)
                given += 1
                if given == wanted.limit:
                    return


def undo_preview(import_id: int, *, by: Actor, at: datetime) -> UndoPreview:
    """Return what undoing an applied import would do, and what rests on it; a fixed number of statements.

    Raises Forbidden, NotFound, Conflict NOT_APPLIED.
    """
    need_import_reader(by)
    row = import_row(import_id)
    if row.state != State.APPLIED:
        raise Conflict("NOT_APPLIED", _("Only an applied import can be undone, and once."))
    things = things_of(row.pk)
    return UndoPreview(tuple(sentences(things, what_goes(things))), tuple(resting_on(row, things)))
