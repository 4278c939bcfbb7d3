"""Which file proves a session."""

from __future__ import annotations

from titan.core.actor import Actor
from titan.core.errors import NotFound
from titan.training.access import visible_sessions


def session_evidence_id(session_id: int, *, by: Actor) -> int | None:
    """Return the id of the sheet in force, or None. Raises NotFound for a session that is not `by`'s to see."""
    row = visible_sessions(by).filter(pk=session_id).values("evidence_id").first()
    if row is None:
        raise NotFound("session", session_id)
    evidence_id: int | None = row["evidence_id"]
    return evidence_id
