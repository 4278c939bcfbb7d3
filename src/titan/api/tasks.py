"""What the API needs once a night."""

from __future__ import annotations

from datetime import datetime


def forget(at: datetime) -> None:
    """Delete the answers remembered under Idempotency-Keys that nobody can ask for any more."""
    # Imported when it runs: the API is slow to load, and no command but serve needs it.
    from titan.api.idempotency import forget_old_answers

    forget_old_answers(at=at)
