"""What verdicts need once a night."""

from __future__ import annotations

from datetime import datetime

from titan.compliance.commands import catch_up


def sweep_night(at: datetime) -> None:
    """Let the calendar move, however many nights were missed (domain.md §9.5)."""
    catch_up(at=at)
