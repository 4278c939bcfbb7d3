"""Raw SQL, as somebody with a database console would write it, past all of Titan's code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from titan.core.errors import Refusal
from titan.core.guards import refusal_of


def run(sql: str, *params: Any) -> int:
    """Run one statement; return how many rows it hit."""
    with connection.cursor() as cursor:
        cursor.execute(sql, [_adapted(given) for given in params])
        return int(cursor.rowcount)


def _adapted(given: Any) -> Any:
    if isinstance(given, datetime):
        return connection.ops.adapt_datetimefield_value(given)
    return given


def value(sql: str, *params: Any) -> Any:
    """Return the first column of the first row."""
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        row = cursor.fetchone()
        return row[0] if row else None


def state(model: type[models.Model]) -> list[dict[str, Any]]:
    """Return all rows of `model`, to see that nothing changed."""
    return list(model._default_manager.order_by("pk").values())


@contextmanager
def refused(code: str) -> Iterator[list[Refusal]]:
    """Expect the database to refuse what happens inside, with an error that means the refusal `code`."""
    refusals: list[Refusal] = []
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield refusals
    refusal = refusal_of(caught.value)
    assert refusal is not None, f"{caught.value} means no refusal"
    assert refusal.code == code
    refusals.append(refusal)


def refuses(code: str, sql: str, *params: Any) -> Refusal:
    """Expect the database to refuse the statement."""
    with refused(code) as refusals:
        run(sql, *params)
    return refusals[0]


def refuses_emptying(code: str, model: type[models.Model], **changes: str) -> None:
    """Expect the database to refuse each engine's short way to lose all rows of `model`.

    SQLite: INSERT OR REPLACE, with `changes` (expressions by column) made on the way. PostgreSQL: TRUNCATE.
    """
    if connection.vendor == "sqlite":
        refuses(code, replacing(model, **changes))
        return
    # With checks still to come PostgreSQL truncates nothing, for a reason of its own.
    run("SET CONSTRAINTS ALL IMMEDIATE")
    refuses(code, f"TRUNCATE {model._meta.db_table} CASCADE")


def replacing(model: type[models.Model], where: str = "1", **changes: str) -> str:
    """Return SQLite's INSERT OR REPLACE of the rows `where`, with `changes` (expressions by column) made to them."""
    table = model._meta.db_table
    names = [str(field.column) for field in model._meta.concrete_fields]
    picked = ", ".join(changes.get(name, name) for name in names)
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) SELECT {picked} FROM {table} WHERE {where}"
