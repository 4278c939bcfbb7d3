"""What the faces are shown of an import: typed, in the words of whoever opened it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind, State, Work


@dataclass(frozen=True)
class Counts:
    """How many rows (of a matrix: cells) come to what. refused, ignored: written by nobody."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    ignored: int = 0

    @property
    def writes(self) -> int:
        """How many rows applying would write."""
        return self.created + self.changed


@dataclass(frozen=True)
class Working:
    """What is done in the background. percent: 0 to 100; poll `one_import` until `ImportView.working` is None."""

    what: Work
    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


@dataclass(frozen=True)
class ColumnView:
    """A column of a sheet. letter: as the spreadsheet shows it; samples: its first values, at most three.

    field: what it is mapped to (None: it is not imported); why: HEADING, REMEMBERED, SIMILAR or CHOSEN.
    course: of a matrix, the code of the course that the column is about.
    """

    index: int
    letter: str
    heading: str
    samples: tuple[str, ...]
    field: str | None
    why: str
    course: str | None = None


@dataclass(frozen=True)
class FieldView:
    """What a column can be mapped to. required: a new row needs it. column: the one mapped to it; value: for all rows.

    choices: its words when it takes only those, such as ACTIVE.
    """

    name: str
    label: str
    required: bool
    column: int | None
    value: str | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetView:
    """A sheet of the file. kind None: not recognised; choose one. header_row: as the spreadsheet counts, or None.

    is_used: whether it is imported. rows: how many stand below the header. missing: labels of fields that a new row
    needs and that no column or value gives.
    """

    index: int
    name: str
    is_used: bool
    is_hidden: bool
    kind: Kind | None
    header_row: int | None
    rows: int
    columns: tuple[ColumnView, ...]
    fields: tuple[FieldView, ...]
    missing: tuple[str, ...]
    counts: Counts


@dataclass(frozen=True)
class Option:
    """One answer to a question: `value` is what is given as the answer, `label` what it means."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """Something that the file does not say. key: what it is answered by, stable for this file.

    answer: as given, or a stated default; open: nothing is written before it is answered (False: a default stands,
    or the rows concerned are refused meanwhile). value: the unknown company, role, area, course or badge. options:
    the answers. takes_code: an answer may also be `map:CODE`, an existing code (of companies, roles, areas, courses,
    workers). rows: how many rows it is about; examples: some places such as `Workers!F12: 03/04/2026`. takes_day: an
    answer may also be a day, YYYY-MM-DD. how: the option of `titan import` that answers it.
    """

    key: str
    kind: QuestionKind
    sheet: int | None
    column: str
    value: str
    text: str
    hint: str
    options: tuple[Option, ...]
    takes_code: bool
    answer: str | None
    open: bool
    rows: int
    examples: tuple[str, ...]
    how: str
    takes_day: bool = False


@dataclass(frozen=True)
class ProblemView:
    """Why a row is refused or ignored. place: such as `Workers!B17`; column: its heading (empty: the whole row)."""

    place: str
    column: str
    field: str
    code: str
    message: str


@dataclass(frozen=True)
class CellView:
    """One mapped cell of a row: as the sheet shows it, and what it was read as. fixed: a person typed it here."""

    field: str
    label: str
    place: str
    shown: str
    read: str
    fixed: bool


@dataclass(frozen=True)
class ChangeView:
    """A value that applying changes."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class RowView:
    """A row (of a matrix: a cell) and what applying does with it. row: as the spreadsheet counts; key: badge or
    code.
    """

    sheet: int
    sheet_name: str
    row: int
    place: str
    kind: Kind
    key: str
    outcome: Outcome
    cells: tuple[CellView, ...]
    changes: tuple[ChangeView, ...]
    problems: tuple[ProblemView, ...]


@dataclass(frozen=True)
class ImportView:
    """One import. version: pass it back with changes, a newer one refuses them (STALE). failure: why the file, or
    work on it, failed as a whole, in words.

    notes: what is worth knowing and needs no answer (hidden rows, ignored columns, stated defaults).
    can_apply: nothing is open, nothing is refused, something is written; can_skip: the same but for refused rows.
    made_up: (kind, code, name) of what answers create. evidence_id: the kept file, once applied. remembered: whether
    a mapping was taken over from an earlier file.
    """

    id: int
    file_name: str
    sha256: str
    size: int
    state: State
    version: int
    opened_by_id: int | None
    opened_at: datetime
    working: Working | None
    failure: str
    sheets: tuple[SheetView, ...]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    counts: Counts
    by_kind: dict[Kind, Counts]
    can_apply: bool
    can_skip: bool
    empty_clears: bool
    remembered: bool
    evidence_id: int | None
    applied_at: datetime | None
    applied_by_id: int | None
    undone_at: datetime | None
    undone_by_id: int | None
    undo_reason: str
    forgotten_at: datetime | None
    made_up: tuple[tuple[Kind, str, str], ...] = ()


@dataclass(frozen=True)
class Resting:
    """Something that keeps an import from being undone: what, how many, and some of it by name."""

    code: str
    message: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class UndoPreview:
    """What undoing would do: in sentences, and what stands against it (empty: it can be undone)."""

    sentences: tuple[str, ...]
    resting: tuple[Resting, ...]

    @property
    def is_possible(self) -> bool:
        return not self.resting
