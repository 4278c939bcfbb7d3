"""What a database keeps of words that were overwritten: in its search index, in free pages, in its journal."""

from __future__ import annotations

from django.db import connection, transaction


def forget_found_names() -> None:
    """Let nothing of former names stay in SQLite's files: the search index marks as gone what it still holds.

    PostgreSQL's dead rows go with its next vacuum, which no statement of a transaction can force.
    """
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO personnel_worker_search(personnel_worker_search) VALUES ('rebuild')")
    transaction.on_commit(_empty_journal)


def _empty_journal() -> None:
    """Move the journal into the file and cut it to nothing; whoever still reads keeps it until the next time."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
