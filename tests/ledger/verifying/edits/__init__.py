"""What an insider with the database, its guards taken away, and with the folder of evidence can change: one thing each.

An edit says what it did and which thing a verification must then name. The database is put back by its transaction,
files by the edit's own undoing.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.ledger.verifying.edits import checkpoints, extensions, files, leaves, people, rows, sessions
from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, edited, sql, without_guards
from tests.ledger.verifying.edits.people import MERGES

__all__ = ["KINDS", "MERGES", "Edit", "ImpossibleError", "edited", "sql", "without_guards"]

KINDS: tuple[Callable[[Random], Edit], ...] = (
    *rows.EDITS,
    *sessions.EDITS,
    *extensions.EDITS,
    *people.EDITS,
    *files.EDITS,
    *leaves.EDITS,
    *checkpoints.EDITS,
)
"""Every kind of edit: of each column that the ledger speaks of, and of the ledger, its signatures and files."""
