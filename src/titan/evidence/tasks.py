"""What evidence needs once a night."""

from __future__ import annotations

from datetime import datetime, timedelta

from titan.core.actor import system_actor
from titan.evidence.commands import quarantine_orphans
from titan.evidence.rendering import forget_pictures

PICTURES_KEPT = timedelta(days=30)


def set_orphans_aside(at: datetime) -> None:
    """Set aside the files that no row speaks of: a crash between a file and its row leaves one (ledger.md §3)."""
    quarantine_orphans(by=system_actor(), at=at)


def forget_old_pictures(at: datetime) -> None:
    """Delete page pictures that nobody looked at for a month."""
    forget_pictures(at - PICTURES_KEPT)
