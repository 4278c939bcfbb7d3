"""What the ledger needs once a night."""

from __future__ import annotations

from datetime import datetime

from titan.ledger.commands.sign import note_key_back, sign_head


def sign_night(at: datetime) -> None:
    """Sign the head, should whoever committed it have failed to."""
    note_key_back()
    sign_head()
