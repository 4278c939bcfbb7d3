"""What a person chose about an import, as typed values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from titan.core.given import UNCHANGED, Unchanged
from titan.exchange.imports.rules.states import Kind


@dataclass(frozen=True)
class SheetChoice:
    """How a sheet is to be read; what is UNCHANGED stays as proposed or chosen before.

    used: import it at all. kind: what its rows are. header_row: as the spreadsheet counts. columns: field by column
    index (None: do not import that column); columns that are not named stay. values: one value for all rows, by
    field (empty: none any more).
    """

    used: bool | Unchanged = UNCHANGED
    kind: Kind | Unchanged = UNCHANGED
    header_row: int | Unchanged = UNCHANGED
    columns: Mapping[int, str | None] | Unchanged = UNCHANGED
    values: Mapping[str, str] | Unchanged = UNCHANGED


@dataclass(frozen=True)
class CellFix:
    """A value typed in place of a cell's: of the field `field` in `row` of sheet `sheet`. value None: the cell's again.

    Of a matrix, `field` is the course's code.
    """

    sheet: int
    row: int
    field: str
    value: str | None


@dataclass(frozen=True)
class Decisions:
    """Several decisions about an open import. sheets: by number. answers: by key, None takes one back.

    left_out: by (sheet, row), whether it is left out. empty_clears: None leaves it as it is.
    """

    sheets: Mapping[int, SheetChoice] = field(default_factory=dict)
    answers: Mapping[str, str | None] = field(default_factory=dict)
    fixes: Sequence[CellFix] = ()
    left_out: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    empty_clears: bool | None = None


@dataclass(frozen=True)
class Given:
    """Choices made before anything is read, as the command line gives them. Empty: proposed or asked.

    sheets: only those, by name. dates: `dmy` or `mdy`, wherever a column does not decide. matrix_dates: `completed` or
    `expires`. role_day: `today`, `start` or a day. create: which of companies, roles, areas to create when unknown.
    maps: code by unknown value. values: one value for all rows, by field. answers: to questions, by
    their keys. headings: the field of a column by its heading (`-`: leave it out).
    """

    kind: Kind | None = None
    sheets: tuple[str, ...] = ()
    dates: str = ""
    matrix_dates: str = ""
    role_day: str = ""
    create: frozenset[str] = frozenset()
    maps: Mapping[str, str] | None = None
    values: Mapping[str, str] | None = None
    answers: Mapping[str, str] | None = None
    headings: Mapping[str, str] | None = None
    empty_clears: bool = False
