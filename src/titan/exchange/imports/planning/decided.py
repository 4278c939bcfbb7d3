"""What people decided about one import, as its row keeps it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from titan.exchange.imports.rules.states import Kind

Place = tuple[int, int]
"""A sheet and a row."""


@dataclass
class SheetDecided:
    """Of one sheet; None: as proposed. columns: field by column, None for one that is not imported."""

    used: bool | None = None
    kind: Kind | None = None
    header_row: int | None = None
    columns: dict[int, str | None] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Decided:
    """All choices. fixes: typed values by row and field. left_out: rows. answers: by the keys of questions."""

    sheets: dict[int, SheetDecided] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    fixes: dict[Place, dict[str, str]] = field(default_factory=dict)
    left_out: set[Place] = field(default_factory=set)
    empty_clears: bool = False

    def sheet(self, index: int) -> SheetDecided:
        """Return what was decided of a sheet, to read or to change."""
        return self.sheets.setdefault(index, SheetDecided())


def read_decided(stored: dict[str, Any]) -> Decided:
    """Return choices from the JSON of an import's row."""
    return Decided(
        sheets={int(index): _sheet(sheet) for index, sheet in stored.get("sheets", {}).items()},
        answers=dict(stored.get("answers", {})),
        fixes={_place(place): dict(values) for place, values in stored.get("fixes", {}).items()},
        left_out={_place(place) for place in stored.get("left_out", [])},
        empty_clears=bool(stored.get("empty_clears", False)),
    )


def plain_decided(decided: Decided) -> dict[str, Any]:
    """Return choices as JSON."""
    return {
        "sheets": {
            str(index): {
                "used": sheet.used,
                "kind": sheet.kind,
                "header_row": sheet.header_row,
                "columns": {str(column): name for column, name in sheet.columns.items()},
                "values": sheet.values,
            }
            for index, sheet in decided.sheets.items()
        },
        "answers": decided.answers,
        "fixes": {f"{sheet}:{row}": values for (sheet, row), values in sorted(decided.fixes.items())},
        "left_out": [f"{sheet}:{row}" for sheet, row in sorted(decided.left_out)],
        "empty_clears": decided.empty_clears,
    }


def _sheet(stored: dict[str, Any]) -> SheetDecided:
    return SheetDecided(
        used=stored.get("used"),
        kind=Kind(stored["kind"]) if stored.get("kind") else None,
        header_row=stored.get("header_row"),
        columns={int(column): name for column, name in stored.get("columns", {}).items()},
        values=dict(stored.get("values", {})),
    )


def _place(text: str) -> Place:
    sheet, _, row = text.partition(":")
    return int(sheet), int(row)
