"""A check: what it looks at, and how it finds what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from titan.ledger.models import AlarmKind
from titan.ledger.verifying.problem import Problem, Progress

__all__ = ["Check", "Problem", "Progress", "by_sql", "rows"]


@dataclass(frozen=True)
class Check:
    """One check. looks_at: in words, for whoever waits. find: yields the problems at a moment."""

    looks_at: str
    find: Callable[[datetime, Progress], Iterable[Problem]]


def by_sql(
    code: str,
    looks_at: str,
    sql: str,
    *,
    where: str,
    what: str,
    is_warning: bool = False,
    kind: AlarmKind | None = None,
    entity: str = "",
) -> Check:
    """Return the check that each row of `sql` is a problem; `where` and `what` are filled with its columns.

    `sql` must read the same on both engines. kind, entity: of the alarm that it raises; the first column is the number.
    """

    def find(at: datetime, progress: Progress) -> Iterator[Problem]:
        for row in rows(sql):
            number = int(row[0]) if kind else None
            yield Problem(code, where.format(*row), what.format(*row), is_warning, kind, entity, number)

    return Check(looks_at, find)


def rows(sql: str) -> list[tuple[Any, ...]]:
    """Return all rows of a statement without parameters."""
    with connection.cursor() as cursor:
        cursor.execute(sql, None)
        return list(cursor.fetchall())
