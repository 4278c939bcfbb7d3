"""A row of the file (of a matrix: a cell) on its way to what applying does with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from titan.exchange.imports.planning.uses import SheetUse
from titan.exchange.imports.rules.reasons import Reason
from titan.exchange.imports.rules.states import Kind, Outcome
from titan.exchange.site_folder.differences import Differences

LETTERS = {
    Outcome.CREATED: "C",
    Outcome.CHANGED: "H",
    Outcome.UNCHANGED: "U",
    Outcome.REFUSED: "R",
    Outcome.IGNORED: "I",
}
OUTCOMES = {letter: outcome for outcome, letter in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is not taken. field: of the cell it is about (empty: the whole row); column: where that stands."""

    field: str
    column: int | None
    reason: Reason


@dataclass(slots=True)
class RowPlan:
    """What is made of a row. number: its place among all rows of the file; column: of a matrix, the cell's.

    values: what its mapped cells were read as. typed: the row of a site folder that is written, of those
    that create or change.
    """

    number: int
    use: SheetUse
    row: int
    kind: Kind
    column: int | None = None
    key: str = ""
    values: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    outcome: Outcome = Outcome.UNCHANGED
    typed: Any = None
    differences: Differences | None = None

    def refuse(self, reason: Reason, name: str = "", column: int | None = None) -> None:
        """Refuse the row; at a field, or at the column of its cell."""
        if column is None:
            column = self.column if self.column is not None else self.use.column_of(name)
        if not any(problem.reason == reason and problem.field == name for problem in self.problems):
            self.problems.append(Problem(name, column, reason))
        self.outcome = Outcome.REFUSED
        self.typed = None

    def ignore(self, reason: Reason) -> None:
        """Take no notice of the row, and say why."""
        self.problems = [Problem("", self.column, reason)]
        self.outcome = Outcome.IGNORED
        self.typed = None

    @property
    def writes(self) -> bool:
        return self.outcome in {Outcome.CREATED, Outcome.CHANGED}
