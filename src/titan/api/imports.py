"""Imports: spreadsheets with a preview, questions, corrections in place, all or nothing, and undo as a whole."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from titan.api.caller import caller
from titan.api.fields import Id
from titan.api.idempotency import prepared_once
from titan.api.import_shapes import (
    ApplyBody,
    GivenBody,
    ImportChanges,
    ImportShape,
    ImportShort,
    RowFilters,
    RowShape,
    SheetBody,
    UndoBody,
    UndoShape,
)
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

router = Router(tags=["imports"])

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
