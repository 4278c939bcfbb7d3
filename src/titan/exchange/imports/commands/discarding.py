"""Discarding an import that was not applied: its file, rows and answers are forgotten."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor


def discard_import(import_id: int, *, by: Actor, at: datetime) -> None:
    """Forget an open import: file, rows, answers. Admins only. Raises Forbidden, NotFound, Conflict NOT_OPEN,
    WORKING.
    """
    raise NotImplementedError
