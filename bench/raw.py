"""The other side of every comparison: the database's own driver, on the connection that the product uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

POSTGRES = "postgresql"


def driver() -> Any:
    """Return the driver's connection: sqlite3's or psycopg's."""
    connection.ensure_connection()
    return connection.connection


def is_postgres() -> bool:
    """Tell which database it is."""
    return connection.vendor == POSTGRES


def run(sql: str, params: Sequence[Any] = ()) -> Any:
    """Run a statement written with `?` and return the cursor."""
    if is_postgres():
        # psycopg wants %s; no statement of the benchmarks holds a percent sign of its own but doubled.
        return driver().execute(sql.replace("?", "%s"), params)
    return driver().execute(sql.replace("%%", "%"), params)


def rows(sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run a query and return all its rows."""
    return list(run(sql, params).fetchall())


def value(sql: str, params: Sequence[Any] = ()) -> Any:
    """Return the first column of the first row."""
    return rows(sql, params)[0][0]


@contextmanager
def durable_transaction() -> Iterator[None]:
    """One transaction that is on disk when it is over."""
    run("BEGIN" if is_postgres() else "BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        run("ROLLBACK")
        raise
    run("COMMIT")


def day(days: str) -> str:
    """Return the expression of a day given as text parameter or SQL."""
    return f"({days})::date" if is_postgres() else days
