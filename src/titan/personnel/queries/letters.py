"""Finding workers by letters of their name or badge, through an index where the letters are enough for one."""

from __future__ import annotations

import re

from django.db import connection

from titan.core.text import search_key
from titan.personnel.models import Worker

SEARCH_TABLE = "personnel_worker_search"
FEWEST_LETTERS = 3
# Badges of a site begin alike; it is their last digits that tell one from all the others.
_LAST_DIGITS = re.compile(r"[0-9]{3,6}$")


def anywhere(words: str) -> str:
    """Return the LIKE pattern (escape character: backslash) that finds `words`, folded for search, anywhere."""
    folded = search_key(words).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{folded}%"


def telling(words: str) -> str:
    """Return the LIKE pattern of the letters of `words` that fewest have, to be looked up in the index of letters.

    Whoever has `words` has them; the other way round it remains to be seen.
    """
    last_digits = _LAST_DIGITS.search(search_key(words))
    return anywhere(last_digits.group()) if last_digits else anywhere(words)


def has_enough_letters(words: str) -> bool:
    """Return whether words are long enough for an index of letters."""
    return len(search_key(words)) >= FEWEST_LETTERS


def is_indexed(words: str) -> bool:
    """Return whether the index of letters knows these words: SQLite's has no escapes, and nothing below three letters.

    PostgreSQL's takes part by itself.
    """
    return connection.vendor == "sqlite" and has_enough_letters(words) and "\\" not in anywhere(words)


def has_letters(worker: str, pattern: str, *, indexed: bool) -> str:
    """Return the SQL condition that a worker's name or badge has words in it.

    worker: the alias of the worker's table. pattern: the placeholder of the parameter `anywhere(words)`.
    indexed: whether the words are `is_indexed`.
    """
    if indexed:
        return f"{worker}.id IN (SELECT rowid FROM {SEARCH_TABLE} WHERE search_key LIKE {pattern})"
    return f"{worker}.search_key LIKE {pattern} ESCAPE '\\'"


def who_has_letters(worker: str, pattern: str, telling: str, *, indexed: bool) -> str:
    """Return the FROM and WHERE of the workers who have words in their name or badge, read from the index on.

    As `has_letters`, where only the first of them are wanted: no more of the index is read than needed.
    telling: the placeholder of the parameter `telling(words)`.
    """
    table, found = Worker._meta.db_table, has_letters(worker, pattern, indexed=False)
    if indexed:
        index = f"{SEARCH_TABLE} letters CROSS JOIN {table} {worker}"
        return f"FROM {index} WHERE {worker}.id = letters.rowid AND letters.search_key LIKE {telling} AND {found}"
    return f"FROM {table} {worker} WHERE {found}"
