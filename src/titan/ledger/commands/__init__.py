"""What is done to the ledger: leaves enter it, and its head is signed. Nothing ever leaves it."""

from __future__ import annotations

from titan.ledger.commands.append import append_now, enter

__all__ = ["append_now", "enter"]
