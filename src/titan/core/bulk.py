"""Many rows in one statement: rows travel as one JSON parameter, so that a batch of any size is one INSERT."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models
from django.db.models.expressions import RawSQL


def insert_rows(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    returning: Sequence[str] = ("id",),
) -> list[tuple[Any, ...]]:
    """Insert `rows` (mappings by attribute name, such as worker_id) into the table of `model`, in one statement.

    Missing columns take the field's default. Returns the columns `returning` of each new row, in no promised order.
    """
    if not rows:
        return []
    fields = [field for field in model._meta.concrete_fields if not field.primary_key or field.attname in rows[0]]
    payload = json.dumps([_values(fields, row) for row in rows], ensure_ascii=False, default=str)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    answer = f" RETURNING {', '.join(quote(name) for name in returning)}" if returning else ""
    if connection.vendor == "postgresql":
        types = ", ".join(f"{quote(str(field.column))} {_type(field)}" for field in fields)
        source = f"SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS given({types})"
    else:
        picked = ", ".join(f"json_extract(value, '$.{field.column}')" for field in fields)
        source = f"SELECT {picked} FROM json_each(%s)"
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {source}{answer}", [payload])
        return list(cursor.fetchall()) if returning else []


def update_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows` over the rows of `model` with the same `id`, in one statement.

    Each row maps `id` and the same further attribute names (such as worker_id) to their new values.
    """
    if not rows:
        return
    names = rows[0].keys() - {"id"}
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    payload = json.dumps([{"id": row["id"], **_values(fields, row)} for row in rows], ensure_ascii=False, default=str)
    quote = connection.ops.quote_name
    columns = [quote(str(field.column)) for field in fields]
    if connection.vendor == "postgresql":
        types = ", ".join(f"{quote(str(field.column))} {_type(field)}" for field in fields)
        source = f"jsonb_to_recordset(%s::jsonb) AS given(id bigint, {types})"
    else:
        picked = ", ".join(f"json_extract(value, '$.{field.column}') AS {field.column}" for field in fields)
        source = f"(SELECT json_extract(value, '$.id') AS id, {picked} FROM json_each(%s)) AS given"
    table = quote(model._meta.db_table)
    changes = ", ".join(f"{column} = given.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {changes} FROM {source} WHERE {table}.id = given.id", [payload])


def _values(fields: Sequence[models.Field[Any, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(field.column): _value(field, row) for field in fields}


def _value(field: models.Field[Any, Any], row: Mapping[str, Any]) -> Any:
    value = row[field.attname] if field.attname in row else field.get_default()
    if isinstance(field, models.JSONField) or value is None:
        return value
    return field.get_db_prep_save(value, connection)


def _type(field: models.Field[Any, Any]) -> str:
    return str(field.db_type(connection) or "").split(" COLLATE")[0]


def id_set(ids: Iterable[int]) -> RawSQL:
    """Return an expression for `field__in=`: the ids as one parameter, however many."""
    return RawSQL(f"SELECT id FROM ({ids_sql()}) AS given", [ids_param(ids)])  # noqa: S611 - nothing but our own SQL


def ids_sql() -> str:
    """Return SQL that selects the column `id` from one JSON parameter made by `ids_param`."""
    if connection.vendor == "postgresql":
        return "SELECT value::bigint AS id FROM jsonb_array_elements_text(%s::jsonb)"
    return "SELECT value AS id FROM json_each(%s)"


def ids_param(ids: Iterable[int]) -> str:
    """Return the parameter of `ids_sql`."""
    return json.dumps(sorted(set(ids)))
