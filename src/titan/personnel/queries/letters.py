"""Finding workers by letters of their name or badge, through an index where the letters are enough for one."""

from __future__ import annotations

from django.db import connection

from titan.core.text import search_key

SEARCH_TABLE = "personnel_worker_search"
FEWEST_LETTERS = 3


def anywhere(words: str) -> str:
    """Return the LIKE pattern (escape character: backslash) that finds `words`, folded for search, anywhere."""
    folded = search_key(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{folded}%"


def is_indexed(words: str) -> bool:
    """Return whether the index of letters knows these words: SQLite's has no escapes, and nothing below three letters.

    PostgreSQL's takes part by itself.
    """
    return connection.vendor == "sqlite" and len(search_key(words)) >= FEWEST_LETTERS and "\\" not in anywhere(words)


def has_letters(worker: str, pattern: str, *, indexed: bool) -> str:
    """Return the SQL condition that a worker's name or badge has words in it.

    worker: the alias of the worker's table. pattern: the placeholder of the parameter `anywhere(words)`.
    indexed: whether the words are `is_indexed`.
    """
    if indexed:
        return f"{worker}.id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE search_key LIKE {pattern})"
    return f"{worker}.search_key LIKE {pattern} ESCAPE '\\'"
