"""Kept rows as faces are shown them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from titan.core.language import _
from titan.exchange.imports.models import Import
from titan.exchange.imports.planning.decided import read_decided
from titan.exchange.imports.planning.rows import OUTCOMES
from titan.exchange.imports.queries.views import (
    CellView,
    ChangeView,
    ColumnView,
    Counts,
    FieldView,
    ImportView,
    Option,
    ProblemView,
    Question,
    RowView,
    SheetView,
    Working,
)
from titan.exchange.imports.reading.lines import Cell, column_letter, shown
from titan.exchange.imports.rules.fields import field_of
from titan.exchange.imports.rules.states import Kind, QuestionKind, State, Work

SHOWN = 300
"""How much of a cell's text is shown."""


def view_of(row: Import, at: datetime, *, whole: bool = True) -> ImportView:
    """Return an import as it stands at a moment. whole: with its sheets and questions."""
    preview = row.preview or {}
    counts = Counts(**preview.get("counts", {}))
    questions = tuple(_question(one) for one in preview.get("questions", ())) if whole else ()
    is_idle = row.state == State.OPEN and not row.work and row.preview is not None
    asks = any(one["open"] for one in preview.get("questions", ()))
    can_skip = is_idle and not asks and counts.writes > 0
    return ImportView(
        id=row.pk,
        file_name=row.file_name,
        sha256=row.sha256,
        size=row.size,
        state=State(row.state),
        version=row.version,
        opened_by_id=row.opened_by_id,
        opened_at=row.opened_at,
        working=Working(Work(row.work), row.done, row.total) if row.work else None,
        failure=row.failure,
        sheets=tuple(_sheet(one) for one in preview.get("sheets", ())) if whole else (),
        questions=questions,
        notes=tuple(preview.get("notes", ())),
        counts=counts,
        by_kind={Kind(kind): Counts(**found) for kind, found in preview.get("by_kind", {}).items()},
        can_apply=can_skip and not counts.refused,
        can_skip=can_skip,
        empty_clears=bool(row.choices.get("empty_clears", False)),
        remembered=bool(preview.get("remembered", False)),
        evidence_id=row.evidence_id,
        applied_at=row.applied_at,
        applied_by_id=row.applied_by_id,
        undone_at=row.undone_at,
        undone_by_id=row.undone_by_id,
        undo_reason=row.undo_reason,
        forgotten_at=row.forgotten_at,
        made_up=tuple((Kind(one["kind"]), one["code"], one["name"]) for one in preview.get("made_up", ())),
    )


def _question(stored: dict[str, Any]) -> Question:
    return Question(
        **{
            **stored,
            "kind": QuestionKind(stored["kind"]),
            "options": tuple(Option(**option) for option in stored["options"]),
            "examples": tuple(stored["examples"]),
        }
    )


def _sheet(stored: dict[str, Any]) -> SheetView:
    return SheetView(
        **{
            **stored,
            "kind": Kind(stored["kind"]) if stored["kind"] else None,
            "columns": tuple(
                ColumnView(**{**column, "samples": tuple(column["samples"])}) for column in stored["columns"]
            ),
            "fields": tuple(FieldView(**{**one, "choices": tuple(one["choices"])}) for one in stored["fields"]),
            "missing": tuple(stored["missing"]),
            "counts": Counts(**stored["counts"]),
        }
    )


@dataclass(frozen=True)
class RowsOfSheet:
    """Rows of one sheet, to be shown. cells: by row."""

    row: Import
    sheet: int
    cells: dict[int, list[Cell]]

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What the preview keeps of the sheet."""
        return next(one for one in (self.row.preview or {})["sheets"] if one["index"] == self.sheet)

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each mapped field."""
        return {column["field"]: column["index"] for column in self.kept["columns"] if column["field"]}

    @cached_property
    def fixes(self) -> dict[tuple[int, int], dict[str, str]]:
        """What was typed, by sheet and row."""
        return read_decided(self.row.choices).fixes

    def view(self, number: int, item: list[Any]) -> RowView:
        """Return one row. item: as the preview keeps it."""
        letter, kind, column, key, values, problems, changes = item
        return RowView(
            sheet=self.sheet,
            sheet_name=self.kept["name"],
            row=number,
            place=self._place(number, column),
            kind=Kind(kind),
            key=key,
            outcome=OUTCOMES[letter],
            cells=tuple(self._cells(number, Kind(kind), column, values)),
            changes=tuple(ChangeView(name, self._label(Kind(kind), name), old, new) for name, old, new in changes),
            problems=tuple(
                ProblemView(self._place(number, at), self._heading(at), name, code, message)
                for name, at, code, message in problems
            ),
        )

    def _cells(self, number: int, kind: Kind, column: int | None, values: dict[str, str]) -> list[CellView]:
        cells, fixes = self.cells.get(number, []), self.fixes.get((self.sheet, number), {})
        found = []
        for name, at in self.columns.items():
            cell = cells[at] if at < len(cells) else None
            seen = fixes[name] if name in fixes else shown(cell)[:SHOWN]
            place = self._place(number, at)
            found.append(CellView(name, self._label(kind, name), place, seen, values.get(name, ""), name in fixes))
        if column is not None:
            seen = shown(cells[column] if column < len(cells) else None)[:SHOWN]
            read = values.get("completed_on", "")
            found.append(
                CellView("completed_on", self._heading(column), self._place(number, column), seen, read, False)
            )
        return found

    def _place(self, number: int, column: int | None) -> str:
        sheet = f"{self.kept['name']}!" if self.kept["name"] else ""
        return f"{sheet}{column_letter(column) if column is not None else ''}{number}"

    def _heading(self, column: int | None) -> str:
        columns = self.kept["columns"]
        return columns[column]["heading"] if column is not None and column < len(columns) else ""

    def _label(self, kind: Kind, name: str) -> str:
        field = field_of(kind, name)
        return _(field.label) if field else name
