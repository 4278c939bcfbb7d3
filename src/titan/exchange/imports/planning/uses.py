"""How each sheet of a file is read: as proposed, as remembered from files laid out alike, as chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from titan.exchange.imports.models import RememberedLayout
from titan.exchange.imports.planning.decided import Decided, SheetDecided
from titan.exchange.imports.planning.slices import Line
from titan.exchange.imports.reading import FileFound, SheetFound
from titan.exchange.imports.reading.lines import Cell, column_letter
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.headers import (
    Clues,
    Header,
    Mapped,
    find_header,
    header_at,
    headings_of,
    signature,
)
from titan.exchange.imports.rules.headers.finding import LOOKED_AT
from titan.exchange.imports.rules.hints import hinted_kind
from titan.exchange.imports.rules.states import Kind

SAMPLES = 20


@dataclass(frozen=True)
class Remembered:
    """How sheets with the same headings were read before."""

    kind: Kind
    columns: dict[int, str]


@dataclass
class SheetUse:
    """A sheet and how it is read. header None: none was found, nothing of it can be read."""

    found: SheetFound
    is_used: bool
    kind: Kind | None
    header: Header | None
    columns: dict[int, Mapped] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    is_remembered: bool = False
    samples: list[Line] = field(default_factory=list)

    @property
    def index(self) -> int:
        return self.found.index

    @property
    def courses(self) -> dict[int, str]:
        """The course columns of a matrix."""
        return self.header.courses if self.header and self.kind is Kind.MATRIX else {}

    def column_of(self, name: str) -> int | None:
        """Return the column mapped to a field, or None."""
        return next((column for column, mapped in self.columns.items() if mapped.field == name), None)

    def heading(self, column: int | None) -> str:
        """Return the heading of a column; its letter when it has none."""
        if column is None:
            return ""
        headings = self.header.headings if self.header else []
        return (headings[column] if column < len(headings) else "") or column_letter(column)

    def place(self, row: int, column: int | None = None) -> str:
        """Return where a cell stands, as people say it: Workers!B17."""
        sheet = f"{self.found.name}!" if self.found.name else ""
        return f"{sheet}{column_letter(column) if column is not None else ''}{row}"


@dataclass(frozen=True)
class Wanted:
    """What is known of a file besides its cells. only: the sheets to import, by name; empty: those that are shown.

    headings: fields of columns, as somebody named them beforehand.
    """

    file: FileFound
    file_name: str
    decided: Decided
    clues: Clues
    only: Sequence[str] = ()
    headings: Mapping[str, str] = field(default_factory=dict)


def uses_of(wanted: Wanted, first: Mapping[int, Sequence[Line]]) -> list[SheetUse]:
    """Return how the sheets are read. first: their first rows. One statement."""
    remembered = _remembered(first.values())
    return [_use(sheet, wanted, remembered, first.get(sheet.index, ())) for sheet in wanted.file.sheets]


def remembered_columns(use: SheetUse) -> dict[str, str]:
    """Return what is to be remembered of a sheet that was read as somebody wanted."""
    return {str(column): mapped.field for column, mapped in use.columns.items()}


def cell_at(cells: Sequence[Cell], column: int) -> Cell:
    """Return a cell of a row, None beyond its end."""
    return cells[column] if column < len(cells) else None


def _header(
    sheet: SheetFound, lines: Sequence[Line], wanted: Wanted, remembered: Mapping[str, Remembered]
) -> Header | None:
    chosen = wanted.decided.sheet(sheet.index)
    hint = hinted_kind(sheet.name) or hinted_kind(wanted.file_name)
    clues = replace(wanted.clues, hint=hint, kind=chosen.kind or wanted.clues.kind)
    if chosen.header_row is not None:
        return header_at(lines, chosen.header_row, clues)
    for row, cells in lines[:LOOKED_AT]:
        known = remembered.get(signature(headings_of(cells)))
        if known is not None and clues.kind in {None, known.kind}:
            return header_at(lines, row, replace(clues, kind=known.kind))
    return find_header(lines, clues)


def _remembered(first: Iterable[Sequence[Line]]) -> dict[str, Remembered]:
    signatures = [signature(headings_of(cells)) for lines in first for _row, cells in lines[:LOOKED_AT]]
    rows = RememberedLayout.objects.filter(signature__in=signatures).values_list("signature", "kind", "columns")
    return {
        signed: Remembered(Kind(kind), {int(column): name for column, name in columns.items()})
        for signed, kind, columns in rows
    }


def _use(sheet: SheetFound, wanted: Wanted, remembered: Mapping[str, Remembered], lines: Sequence[Line]) -> SheetUse:
    chosen = wanted.decided.sheet(sheet.index)
    header = _header(sheet, lines, wanted, remembered)
    kind = chosen.kind or wanted.clues.kind
    known = remembered.get(signature(header.headings)) if header else None
    if known is not None and kind in {None, known.kind}:
        kind, columns = known.kind, {column: Mapped(name, "REMEMBERED") for column, name in known.columns.items()}
    else:
        known, kind, columns = None, kind or (header.kind if header else None), dict(header.columns) if header else {}
    return SheetUse(
        found=sheet,
        is_used=header is not None and kind is not None and _is_used(sheet, chosen, wanted),
        kind=kind,
        header=header,
        columns=dict(sorted(_chosen(columns, {**_named(header, wanted.headings), **chosen.columns}, kind).items())),
        values={name: value for name, value in chosen.values.items() if value},
        is_remembered=known is not None,
        samples=[line for line in lines if header is not None and line[0] > header.last][:SAMPLES],
    )


def _named(header: Header | None, headings: Mapping[str, str]) -> dict[int, str | None]:
    wanted = {fold(heading): None if name == "-" else name for heading, name in headings.items()}
    found = enumerate(header.headings if header else ())
    return {index: wanted[fold(heading)] for index, heading in found if heading and fold(heading) in wanted}


def _chosen(columns: dict[int, Mapped], chosen: Mapping[int, str | None], kind: Kind | None) -> dict[int, Mapped]:
    known = {known.name for known in FIELDS[kind]} if kind else set()
    for column, name in chosen.items():
        columns.pop(column, None)
        if name is not None:
            # A field has one column: the one chosen last takes it from the one proposed.
            columns = {other: mapped for other, mapped in columns.items() if mapped.field != name}
            columns[column] = Mapped(name, "CHOSEN")
    return {column: mapped for column, mapped in columns.items() if mapped.field in known}


def _is_used(sheet: SheetFound, chosen: SheetDecided, wanted: Wanted) -> bool:
    if chosen.used is not None:
        return chosen.used
    if wanted.only:
        return sheet.name in wanted.only
    return not sheet.is_hidden or len(wanted.file.sheets) == 1
