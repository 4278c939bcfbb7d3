"""Imports: the list, one, its rows, its refused rows as a workbook, what undoing it would do."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.core.page import DEFAULT_LIMIT, Page
from titan.exchange.imports.queries.views import ImportView, RowView, UndoPreview
from titan.exchange.imports.rules.states import Kind, Outcome


def list_imports(*, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[ImportView]:
    """Return imports, newest first, without their sheets and questions. Admins and auditors. Raises Forbidden."""
    raise NotImplementedError


def one_import(import_id: int, *, by: Actor, at: datetime) -> ImportView:
    """Return one import with its sheets, questions and counts. Raises Forbidden, NotFound."""
    raise NotImplementedError


def import_rows(
    import_id: int,
    *,
    by: Actor,
    outcome: Outcome | None = None,
    kind: Kind | None = None,
    sheet: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[RowView]:
    """Return rows of an open import as previewed, in the order of the file. Raises Forbidden, NotFound.

    Of an import that is no longer open the rows are forgotten (empty): what it made stands on the site, the file is
    kept.
    """
    raise NotImplementedError


def refused_workbook(import_id: int, *, by: Actor) -> bytes:
    """Return an XLSX of the refused rows, each sheet with its headings as in the file and a last column “Why refused”.

    Corrected there, it can be imported by itself. Raises Forbidden, NotFound, Conflict NOT_OPEN.
    """
    raise NotImplementedError


def undo_preview(import_id: int, *, by: Actor, at: datetime) -> UndoPreview:
    """Return what undoing an applied import would do, and what rests on it. Raises Forbidden, NotFound, Conflict."""
    raise NotImplementedError
