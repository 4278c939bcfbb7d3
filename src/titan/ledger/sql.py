"""Bytes to and from both databases: what the rows-as-JSON of core.bulk cannot carry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models

_ARRAYS = {"BinaryField": "bytea[]", "CharField": "text[]", "TextField": "text[]", "DateTimeField": "timestamptz[]"}


def rows(sql: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Return all rows of one statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def insert(
    model: type[models.Model],
    names: Sequence[str],
    values: Sequence[tuple[Any, ...]],
    *,
    ignore: bool = False,
    lines: str = "",
    always: bool = False,
) -> None:
    """Insert `values` (one tuple a row, in the order of the attribute names) in one statement.

    ignore: rows that are there already stay as they are. lines: the attribute whose bytes are single lines of UTF-8,
    as all JSON is; PostgreSQL reads those in half the time. always: run the statement even for no values, so that the
    number of statements tells nothing of the number of rows.
    """
    if not values and not always:
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    columns = ", ".join(quote(str(field.column)) for field in fields)
    anyway = " ON CONFLICT DO NOTHING" if ignore else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            picked, arrays = [], []
            texts: list[str] = []
            for at, field in enumerate(fields):
                if field.attname == lines:
                    picked.append(f"convert_to(c{at}, 'UTF8')")
                    arrays.append("string_to_array(%s, E'\\n')")
                    texts.append(b"\n".join(row[at] for row in values).decode())
                else:
                    picked.append(f"c{at}")
                    arrays.append(f"%s::{_ARRAYS.get(field.get_internal_type(), 'bigint[]')}")
                    texts.append(_array([row[at] for row in values]))
            source = f"unnest({', '.join(arrays)}) AS given({', '.join(f'c{at}' for at in range(len(fields)))})"
            cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {', '.join(picked)} FROM {source}{anyway}", texts)
        else:
            marks = ", ".join(["%s"] * len(fields))
            if not values:
                cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {marks} WHERE 0", [None] * len(fields))
                return
            # Numbers, texts and bytes go as they are; Django would look at each of them for long.
            moments = [at for at, field in enumerate(fields) if field.get_internal_type() == "DateTimeField"]
            given = values if not moments else [_with_moments(row, moments) for row in values]
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}){anyway}", given)


def _array(values: Sequence[Any]) -> str:
    """Return `values` as PostgreSQL writes an array; the driver takes twice as long over a list."""
    return f"{{{','.join(map(_item, values))}}}"


def _item(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def _with_moments(row: tuple[Any, ...], places: Sequence[int]) -> tuple[Any, ...]:
    adapt = connection.ops.adapt_datetimefield_value
    return tuple(adapt(value) if at in places else value for at, value in enumerate(row))
