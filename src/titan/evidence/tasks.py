"""What evidence needs once a night."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import system_actor
from titan.evidence.commands import quarantine_orphans


def set_orphans_aside(at: datetime) -> None:
    """Set aside the files that no row speaks of: a crash between a file and its row leaves one (ledger.md §3)."""
    quarantine_orphans(by=system_actor(), at=at)
