"""Imports: spreadsheets with a preview, questions, corrections in place, all or nothing, and undo as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import Body, Day, Id, Lax, Reason, Shape
from titan.api.idempotency import prepared_once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.uploads import JsonText, read_json
from titan.core.actor import Actor
from titan.core.errors import invalid
from titan.core.given import UNCHANGED
from titan.core.permit import need_admin
from titan.evidence.commands import Upload
from titan.exchange.imports import commands
from titan.exchange.imports.choices import CellFix, Decisions, Given, SheetChoice
from titan.exchange.imports.queries import imports as queries
from titan.exchange.imports.queries.finding import import_row, need_import_reader
from titan.exchange.imports.rules.states import Kind, Outcome, QuestionKind, State, Work

router = Router(tags=["imports"])

FieldName = Annotated[str, StringConstraints(min_length=1, max_length=60)]
CellText = Annotated[str, StringConstraints(max_length=2000)]
SheetNumber = Annotated[int, Field(ge=0, le=1000)]
RowNumber = Annotated[int, Field(ge=1, le=2_000_000)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
NOTHING_SAID: Any = Form("{}")  # type: ignore[type-arg]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOK: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The refused rows, with the reasons in a last column.",
            "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


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


def may_not_read(by: Actor, import_id: int) -> None:
    """Refuse who may not read imports, and one that does not exist."""
    need_import_reader(by)
    import_row(import_id)


def may_not_write(by: Actor, import_id: int) -> None:
    """Refuse who may not import, and an import that does not exist."""
    need_admin(by)
    import_row(import_id)


def _shown(request: HttpRequest, import_id: int) -> Any:
    me = caller(request)
    return queries.one_import(import_id, by=me.actor, at=me.at)


@router.get("/imports", response=Listed[ImportShort])
@refuses_first(need_import_reader)
def list_imports(request: HttpRequest, filters: Query[PageFilters]) -> Any:
    """Imports, newest first. Admins and auditors."""
    me = caller(request)
    return queries.list_imports(by=me.actor, at=me.at, limit=filters.limit, cursor=filters.cursor)


@router.post("/imports", response={201: ImportShape}, by_alias=True)
@refuses_first(need_admin)
def open_import(
    request: HttpRequest,
    data: JsonText = NOTHING_SAID,
    file: File[list[UploadedFile]] = [],  # noqa: B006 - ninja copies it
) -> Any:
    """Open a file (XLSX, CSV) and preview what importing it would do; nothing is written yet.

    `data` is JSON and may say beforehand: `kind`, `sheets`, `dates`, `matrix_dates`, `role_day`, `create`,
    `empty_clears`. A large file is checked in the background: read it until `working` is null.
    """
    me = caller(request)
    given = _given(read_json(data, GivenBody))

    def bring_in() -> int:
        need_admin(me.actor)
        if len(file) != 1:
            raise invalid("file", "ONE_FILE", "Give one file.")
        label = str(getattr(file[0], "label", file[0].name or ""))
        return commands.open_import(Upload(label, file[0]), given, by=me.actor, at=me.at)

    return prepared_once(request, 201, bring_in, lambda made: _shown(request, made))


@router.get("/imports/{import_id}", response=ImportShape, by_alias=True)
@refuses_first(may_not_read)
def get_import(request: HttpRequest, import_id: Id) -> Any:
    """One import: its sheets, questions and counts."""
    return _shown(request, import_id)


@router.get("/imports/{import_id}/rows", response=Listed[RowShape])
@refuses_first(may_not_read)
def list_import_rows(request: HttpRequest, import_id: Id, filters: Query[RowFilters]) -> Any:
    """The rows of an open import, in the order of the file, with what applying does with each, and why not."""
    return queries.import_rows(
        import_id,
        by=caller(request).actor,
        outcome=filters.outcome,
        kind=filters.kind,
        sheet=filters.sheet,
        limit=filters.limit,
        cursor=filters.cursor,
    )


@router.patch("/imports/{import_id}", response=ImportShape, by_alias=True)
@refuses_first(may_not_write)
def change_import(request: HttpRequest, import_id: Id, payload: ImportChanges) -> Any:
    """Say how sheets are read, answer questions, correct cells, leave rows out; the preview is made anew."""
    me = caller(request)
    commands.decide(import_id, _decisions(payload), by=me.actor, at=me.at, version=payload.version)
    return _shown(request, import_id)


@router.post("/imports/{import_id}/apply", response={200: ImportShape}, by_alias=True)
@refuses_first(may_not_write)
def apply_import(request: HttpRequest, import_id: Id, payload: ApplyBody | None = None) -> Any:
    """Write what the preview shows, all or nothing; with `skip_refused` all but the refused rows.

    409 QUESTIONS_OPEN, ROWS_REFUSED, NOTHING_TO_WRITE, PREVIEW_CHANGED (look at the new preview), WORKING, NOT_OPEN.
    """
    me, given = caller(request), payload or ApplyBody()

    def bring_in() -> None:
        commands.apply_import(import_id, by=me.actor, at=me.at, skip_refused=given.skip_refused, version=given.version)

    return prepared_once(request, 200, bring_in, lambda _done: _shown(request, import_id))


@router.get("/imports/{import_id}/refused", openapi_extra=WORKBOOK)
@refuses_first(may_not_read)
def download_refused(request: HttpRequest, import_id: Id) -> Any:
    """The refused rows as a workbook, with the reasons in a last column: corrected there, import it by itself."""
    content = queries.refused_workbook(import_id, by=caller(request).actor)
    response = HttpResponse(content, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="refused-{import_id}.xlsx"'
    return response


@router.get("/imports/{import_id}/undo", response=UndoShape)
@refuses_first(may_not_read)
def preview_undo(request: HttpRequest, import_id: Id) -> Any:
    """What undoing an applied import would do, and what rests on it. 409 NOT_APPLIED."""
    me = caller(request)
    return queries.undo_preview(import_id, by=me.actor, at=me.at)


@router.post("/imports/{import_id}/undo", response={200: ImportShape}, by_alias=True)
@refuses_first(may_not_write)
def undo_import(request: HttpRequest, import_id: Id, payload: UndoBody) -> Any:
    """Take back as a whole what an import made and changed. 409 RESTING with what rests on it, NOT_APPLIED,
    WORKING.
    """
    me = caller(request)

    def bring_in() -> None:
        commands.undo_import(import_id, payload.reason, by=me.actor, at=me.at)

    return prepared_once(request, 200, bring_in, lambda _done: _shown(request, import_id))


@router.delete("/imports/{import_id}", response={204: None})
@refuses_first(may_not_write)
def discard_import(request: HttpRequest, import_id: Id) -> Any:
    """Forget an open import: its file, rows and answers. 409 NOT_OPEN otherwise."""
    me = caller(request)
    commands.discard_import(import_id, by=me.actor, at=me.at)
    return Status(204, None)


def _given(body: GivenBody) -> Given:
    return Given(
        kind=body.kind,
        sheets=tuple(body.sheets),
        dates=body.dates or "",
        matrix_dates=body.matrix_dates or "",
        role_day=str(body.role_day or ""),
        create=frozenset(body.create),
        empty_clears=body.empty_clears,
    )


def _decisions(body: ImportChanges) -> Decisions:
    return Decisions(
        sheets={sheet.index: _choice(sheet) for sheet in body.sheets},
        answers=body.answers,
        fixes=tuple(CellFix(fix.sheet, fix.row, fix.field, fix.value) for fix in body.fixes),
        left_out={(row.sheet, row.row): row.out for row in body.rows},
        empty_clears=body.empty_clears,
    )


def _choice(body: SheetBody) -> SheetChoice:
    return SheetChoice(
        used=UNCHANGED if body.used is None else body.used,
        kind=UNCHANGED if body.kind is None else body.kind,
        header_row=UNCHANGED if body.header_row is None else body.header_row,
        columns=UNCHANGED if body.columns is None else {int(column): name for column, name in body.columns.items()},
        values=UNCHANGED if body.values is None else body.values,
    )
