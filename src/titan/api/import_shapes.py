"""What imports look like through the API: the shapes of answers, the bodies of requests."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from titan.api.fields import Body, Day, Lax, Reason, Shape
from titan.api.pagination import PageFilters
from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind, State, Work

FieldName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
CellText = Annotated[str, StringConstraints(max_length=2000)]
SheetNumber = Annotated[int, Field(ge=0, le=1000)]
RowNumber = Annotated[int, Field(ge=1, le=2_000_000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class ImportCountsShape(Shape):
    created: int
    changed: int
    unchanged: int
    refused: int
    ignored: int


class WorkingShape(Shape):
    """What is done in the background: read the import again until it is null."""

    what: Work
    done: int
    total: int
    percent: int


class ColumnShape(Shape):
    """A column. `why` it has its field: HEADING, SIMILAR, REMEMBERED or CHOSEN. `course`: of a matrix; "" if
    unknown.
    """

    index: int
    letter: str
    heading: str
    samples: list[str]
    field: str | None
    why: str
    course: str | None


class FieldShape(Shape):
    """What a column can be mapped to; `value` stands for all rows."""

    name: str
    label: str
    required: bool
    column: int | None
    value: str | None
    choices: list[str]


class SheetShape(Shape):
    """A sheet and how it is read. `missing`: what a new row needs and nothing gives."""

    index: int
    name: str
    is_used: bool
    is_hidden: bool
    kind: Kind | None
    header_row: int | None
    rows: int
    columns: list[ColumnShape]
    fields_: list[FieldShape] = Field(validation_alias="fields", serialization_alias="fields")
    missing: list[str]
    counts: ImportCountsShape


class OptionShape(Shape):
    value: str
    label: str


class QuestionShape(Shape):
    """Something that the file does not say. `open`: nothing is applied before it is answered.

    `takes_code`: an answer may also be `map:CODE`; `takes_day`: also a day, YYYY-MM-DD.
    """

    key: str
    kind: QuestionKind
    sheet: int | None
    column: str
    value: str
    text: str
    hint: str
    options: list[OptionShape]
    takes_code: bool
    takes_day: bool
    answer: str | None
    open: bool
    rows: int
    examples: list[str]


class ImportShort(Shape):
    """An import in a list. `version` goes back with changes; `can_apply`: nothing is in the way of applying it."""

    id: int
    file_name: str
    sha256: str
    size: int
    state: State
    version: int
    opened_by_id: int | None
    opened_at: datetime
    working: WorkingShape | None
    failure: str
    counts: ImportCountsShape
    can_apply: bool
    can_skip: bool
    evidence_id: int | None
    applied_at: datetime | None
    applied_by_id: int | None
    undone_at: datetime | None
    undone_by_id: int | None
    undo_reason: str


class ImportShape(ImportShort):
    """An import with its sheets and questions. `can_skip`: it can be applied without the refused rows."""

    sheets: list[SheetShape]
    questions: list[QuestionShape]
    notes: list[str]
    by_kind: dict[Kind, ImportCountsShape]
    empty_clears: bool


class ProblemShape(Shape):
    """Why a row is refused or ignored, and where: `place` such as Workers!B17."""

    place: str
    column: str
    field: str
    code: str
    message: str


class ImportCellShape(Shape):
    """A mapped cell: as the sheet shows it, and what it was read as. `fixed`: typed here in its place."""

    field: str
    label: str
    place: str
    shown: str
    read: str
    fixed: bool


class ChangeShape(Shape):
    field: str
    label: str
    before: str
    after: str


class RowShape(Shape):
    """A row (of a matrix: a cell), and what applying does with it."""

    sheet: int
    sheet_name: str
    row: int
    place: str
    kind: Kind
    key: str
    outcome: Outcome
    cells: list[ImportCellShape]
    changes: list[ChangeShape]
    problems: list[ProblemShape]


class RestingShape(Shape):
    code: str
    message: str
    count: int
    examples: list[str]


class UndoShape(Shape):
    """What undoing would do, and what rests on the import; it is possible when nothing does."""

    sentences: list[str]
    resting: list[RestingShape]
    is_possible: bool


class GivenBody(Body):
    """What is known beforehand; all of it can be said later as well (PATCH)."""

    kind: Annotated[Kind | None, Lax] = None
    sheets: list[Annotated[str, StringConstraints(max_length=100)]] = Field(default=[], max_length=60)
    dates: Annotated[str, StringConstraints(pattern="^(dmy|mdy)$")] | None = None
    matrix_dates: Annotated[str, StringConstraints(pattern="^(completed|expires)$")] | None = None
    role_day: Annotated[str, StringConstraints(pattern="^(today|start)$")] | Day | None = None
    create: list[Annotated[str, StringConstraints(pattern="^(companies|roles|areas)$")]] = Field(
        default=[], max_length=3
    )
    empty_clears: bool = False


class SheetBody(Body):
    """How a sheet is read; what is left out stays. `columns`: fields by column number, null leaves a column out."""

    index: SheetNumber
    used: bool | None = None
    kind: Annotated[Kind | None, Lax] = None
    header_row: RowNumber | None = None
    columns: dict[Annotated[str, StringConstraints(pattern="^[0-9]{1,3}$")], FieldName | None] | None = None
    values: dict[FieldName, CellText] | None = None


class FixBody(Body):
    """A value in the place of a cell's; null: the cell's own again."""

    sheet: SheetNumber
    row: RowNumber
    field: FieldName
    value: CellText | None


class RowBody(Body):
    """A row that is left out (`out` false: taken in again)."""

    sheet: SheetNumber
    row: RowNumber
    out: bool = True


class ImportChanges(Body):
    """Decisions, all taken or none. `version`: what you saw (409 STALE when somebody else decided since)."""

    version: Version | None = None
    sheets: list[SheetBody] = Field(default=[], max_length=60)
    answers: dict[Annotated[str, StringConstraints(max_length=300)], CellText | None] = Field(
        default={}, max_length=5000
    )
    fixes: list[FixBody] = Field(default=[], max_length=5000)
    rows: list[RowBody] = Field(default=[], max_length=5000)
    empty_clears: bool | None = None


class ApplyBody(Body):
    """`skip_refused`: apply all but the refused rows."""

    skip_refused: bool = False
    version: Version | None = None


class UndoBody(Body):
    reason: Reason


class RowFilters(PageFilters):
    outcome: Outcome | None = None
    kind: Kind | None = None
    sheet: SheetNumber | None = None
