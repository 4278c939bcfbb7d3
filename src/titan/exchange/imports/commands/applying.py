"""Applying an import: one unit of work, all or nothing, or by explicit choice all but the refused rows."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor


def apply_import(
    import_id: int, *, by: Actor, at: datetime, skip_refused: bool = False, version: int | None = None
) -> None:
    """Write what the preview shows; a large one in the background (`ImportView.working`). Admins only.

    The file becomes hashed evidence first. Everything is held against the site again: what differs from the preview is
    refused (PREVIEW_CHANGED), and the preview is new. Raises Forbidden, NotFound, Conflict NOT_OPEN, WORKING, STALE,
    QUESTIONS_OPEN, ROWS_REFUSED (unless skip_refused), NOTHING_TO_WRITE.
    """
    raise NotImplementedError
