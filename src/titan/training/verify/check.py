"""A check: what it looks at, and how it finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Problem:
    """Something that is not as it must be: a code, where, and what in words. A warning breaks no promise."""

    code: str
    where: str
    what: str
    is_warning: bool = False

    def __str__(self) -> str:
        return f"{'warning ' if self.is_warning else ''}{self.code} {self.where}: {self.what}"


@dataclass(frozen=True)
class Check:
    """One check. looks_at: in words, for whoever waits. find: yields the problems at a moment."""

    looks_at: str
    find: Callable[[datetime, Progress], Iterable[Problem]]


def by_sql(code: str, looks_at: str, sql: str, *, where: str, what: str, is_warning: bool = False) -> Check:
    """Return the check that each row of `sql` is a problem; `where` and `what` are filled with its columns.

    `sql` must read the same on both engines.
    """

    def find(at: datetime, progress: Progress) -> Iterator[Problem]:
        for row in rows(sql):
            yield Problem(code, where.format(*row), what.format(*row), is_warning)

    return Check(looks_at, find)


def rows(sql: str) -> list[tuple[Any, ...]]:
    """Return all rows of a statement without parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, None)
        return list(cursor.fetchall())
