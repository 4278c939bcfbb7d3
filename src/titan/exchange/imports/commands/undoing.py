"""Undoing an import as a whole, while nothing rests on it."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor


def undo_import(import_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Take back what an import made and changed; a large one in the background. Admins only.

    Records are revoked with `reason`; whoever keeps revoked records becomes inactive; other new things are deleted;
    what was changed becomes what it was. Raises Forbidden, NotFound, Conflict NOT_APPLIED, WORKING, RESTING with
    what rests on it, Invalid at `reason`.
    """
    raise NotImplementedError
