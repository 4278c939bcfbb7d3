"""What a person decides about an open import; after each decision the preview is made anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from titan.core.actor import Actor
from titan.exchange.imports.choices import CellFix, SheetChoice


def choose_sheet(
    import_id: int, sheet: int, choice: SheetChoice, *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Say how a sheet is read: used or not, its kind, its header row, its columns. Remembered for files laid out alike.

    version: what the editor saw. Raises Forbidden, NotFound, Conflict NOT_OPEN, WORKING or STALE, Invalid at
    `columns.3`, `kind`, `header_row` or `values.status`.
    """
    raise NotImplementedError


def answer_questions(
    import_id: int, answers: Mapping[str, str | None], *, by: Actor, at: datetime, version: int | None = None
) -> None:
    """Answer questions by their keys; None takes an answer back.

    Answers are an option's value; for unknown companies, roles, areas and courses also `map:CODE`, and `create` or
    `create:CODE` where it can be created. Raises as choose_sheet does; Invalid at `answers.<key>`.
    """
    raise NotImplementedError


def fix_cells(import_id: int, fixes: Sequence[CellFix], *, by: Actor, at: datetime, version: int | None = None) -> None:
    """Put typed values in the place of cells; the file stays as it is, and what was typed is kept with the import.

    Raises as choose_sheet does; Invalid at `fixes.0.value` for what is too long, `fixes.0.row` for no such row.
    """
    raise NotImplementedError


def leave_out_rows(
    import_id: int,
    rows: Sequence[tuple[int, int]],
    *,
    by: Actor,
    at: datetime,
    out: bool = True,
    version: int | None = None,
) -> None:
    """Leave rows (sheet, row) out of the import, or (out=False) take them in again. Raises as choose_sheet does."""
    raise NotImplementedError
