"""The newest checkpoint, kept beside the evidence: what a database from yesterday cannot contradict unnoticed."""

from __future__ import annotations

from titan.evidence.storage import evidence_store

NAME = "ledger/checkpoint"


def keep_beside(note: str) -> None:
    """Keep `note` beside the evidence, in place of the one before."""
    evidence_store().put_note(NAME, note.encode())


def kept_beside() -> str | None:
    """Return the checkpoint that lies beside the evidence; None when there is none."""
    found = evidence_store().note(NAME)
    return found.decode(errors="replace") if found is not None else None
