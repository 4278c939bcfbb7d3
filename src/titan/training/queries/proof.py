"""Which file proves a session, and which ones did before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from titan.accounts.models import User
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.evidence.queries import EvidenceView, by_ids
from titan.training.access import need_visible, visible_sessions
from titan.training.models import SessionEvidence


@dataclass(frozen=True)
class Sheet:
    """A signed sheet of a session: the file, who attached it and when, and since when another one is in force."""

    file: EvidenceView
    attached_at: datetime
    attached_by: str
    superseded_at: datetime | None


def session_sheets(session_id: int, *, by: Actor) -> list[Sheet]:
    """Return every sheet a session ever had, the newest first (a fixed number of statements). Raises NotFound."""
    need_visible(session_id, by=by)
    rows = list(SessionEvidence.objects.filter(session_id=session_id).order_by("-attached_at", "-pk"))
    files = by_ids(row.evidence_id for row in rows)
    authors = User.objects.filter(pk__in=id_set({row.attached_by_id for row in rows if row.attached_by_id}))
    names = dict(authors.values_list("pk", "name"))
    return [
        Sheet(files[row.evidence_id], row.attached_at, names.get(row.attached_by_id or 0, ""), row.superseded_at)
        for row in rows
    ]


def session_evidence_id(session_id: int, *, by: Actor) -> int | None:
    """Return the id of the sheet in force, or None. Raises NotFound for a session that is not `by`'s to see."""
    row = visible_sessions(by).filter(pk=session_id).values("evidence_id").first()
    if row is None:
        raise NotFound("session", session_id)
    evidence_id: int | None = row["evidence_id"]
    return evidence_id
