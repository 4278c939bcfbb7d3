"""Bytes to and from both databases: what the rows-as-JSON of core.bulk cannot carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

_TYPES = {"BinaryField": "bytea", "CharField": "text", "TextField": "text", "DateTimeField": "timestamptz"}
"""What PostgreSQL calls them; all other columns of the ledger are numbers."""


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
    shared: Mapping[str, Any] | None = None,
    ignore: bool = False,
    lines: str = "",
    always: bool = False,
) -> None:
    """Insert `values` (one tuple of numbers, texts and bytes a row, in the order of `names`) in one statement.

    names: attribute names. shared: what all rows have in common, moments too. ignore: rows that are there already stay
    as they are. lines: the attribute whose bytes are single lines of UTF-8, as all JSON is; PostgreSQL reads those in
    half the time. always: run the statement even for no values, so that the number of statements tells nothing of the
    number of rows.
    """
    if not values and not always:
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    fields = [by_name[name] for name in names]
    same = {by_name[name]: value for name, value in (shared or {}).items()}
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in (*same, *fields))
    into = f"INSERT INTO {quote(model._meta.db_table)} ({columns})"
    anyway = " ON CONFLICT DO NOTHING" if ignore else ""
    first = [_adapted(field, value) for field, value in same.items()]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            picked = [f"%s::{_TYPES[field.get_internal_type()]}" for field in same]
            source, texts = _unnested(fields, values, lines)
            picked += [
                f"convert_to(c{at}, 'UTF8')" if one.attname == lines else f"c{at}" for at, one in enumerate(fields)
            ]
            cursor.execute(f"{into} SELECT {', '.join(picked)} FROM {source}{anyway}", [*first, *texts])
            return
        marks = ", ".join(["%s"] * (len(first) + len(fields)))
        if values:
            rows_ = [(*first, *row) for row in values] if first else values
            cursor.executemany(f"{into} VALUES ({marks}){anyway}", rows_)
        else:
            cursor.execute(f"{into} SELECT {marks} WHERE 0", [*first, *[None] * len(fields)])


def _adapted(field: models.Field[Any, Any], value: Any) -> Any:
    is_moment = field.get_internal_type() == "DateTimeField"
    return connection.ops.adapt_datetimefield_value(value) if is_moment else value


def _unnested(
    fields: Sequence[models.Field[Any, Any]], values: Sequence[tuple[Any, ...]], lines: str
) -> tuple[str, list[str]]:
    """Return the source that makes rows c0, c1 … of arrays, one a column, and the arrays."""
    arrays: list[str] = []
    texts: list[str] = []
    for at, field in enumerate(fields):
        column = [row[at] for row in values]
        if field.attname == lines:
            arrays.append("string_to_array(%s, E'\\n')")
            texts.append(b"\n".join(column).decode())
        else:
            kind = _TYPES.get(field.get_internal_type(), "bigint")
            arrays.append(f"%s::{kind}[]")
            texts.append(f"{{{','.join(_written(kind, column))}}}")
    return f"unnest({', '.join(arrays)}) AS given({', '.join(f'c{at}' for at in range(len(fields)))})", texts


def _written(kind: str, column: Sequence[Any]) -> Iterable[str]:
    """Return a column as PostgreSQL writes it in an array; the driver takes twice as long over a list."""
    if kind == "bytea":
        return (f'"\\\\x{value.hex()}"' for value in column)
    if kind == "text":
        # A batch repeats most of its texts.
        known = {value: '"{}"'.format(value.replace("\\", "\\\\").replace('"', '\\"')) for value in {*column}}
        return map(known.__getitem__, column)
    return ("NULL" if value is None else str(value) for value in column)
