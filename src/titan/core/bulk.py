"""Many rows in one statement: rows travel as one JSON parameter, so that a batch of any size is one INSERT."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

import orjson
from django.db import connection, models
from django.db.models.expressions import RawSQL

Column: TypeAlias = "models.Field[Any, Any]"


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
    shared, payload, varying = _split(fields, rows)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in (*shared, *varying))
    answer = f" RETURNING {', '.join(quote(name) for name in returning)}" if returning else ""
    picked = [_parameter(field) for field in shared] + [_picked(field, at) for at, field in enumerate(varying)]
    source = f"SELECT {', '.join(picked)} FROM {_given(varying)}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({columns}) {source}{answer}", [*shared.values(), payload]
        )
        return list(cursor.fetchall()) if returning else []


def _split(fields: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> tuple[dict[Column, Any], str, list[Column]]:
    """Return the columns whose value all rows share, and the rest as one JSON array a row.

    A batch repeats most of itself: what is sent, read and compared once costs once.
    """
    shared: dict[Column, Any] = {}
    varying: dict[Column, list[Any]] = {}
    for field in fields:
        name = field.attname
        values = [row[name] for row in rows] if name in rows[0] else [field.get_default()] * len(rows)
        is_json = isinstance(field, models.JSONField)
        if not is_json and _are_alike(values):
            shared[field] = _value(field, values[0])
        else:
            varying[field] = values if is_json else [_value(field, value) for value in values]
    lines = list(zip(*varying.values(), strict=True)) if varying else [()] * len(rows)
    return shared, _json(lines), list(varying)


def _are_alike(values: Sequence[Any]) -> bool:
    first = values[0]
    if len({*map(id, values)}) == 1:
        return True
    return all(value is first or (type(value) is type(first) and value == first) for value in values)


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS).decode()


def _parameter(field: Column) -> str:
    # Without the length, or the cast would cut what is too long instead of refusing it.
    return f"%s::{_type(field).split('(')[0]}" if connection.vendor == "postgresql" else "%s"


def _picked(field: Column, position: int) -> str:
    if connection.vendor == "sqlite":
        return f"json_extract(value, '$[{position}]')"
    if isinstance(field, models.JSONField):
        return f"NULLIF(value -> {position}, 'null'::jsonb)"
    return f"(value ->> {position})::{_type(field).split('(')[0]}"


def _given(varying: Sequence[Column]) -> str:
    return "jsonb_array_elements(%s::jsonb) AS given(value)" if connection.vendor == "postgresql" else "json_each(%s)"


def update_rows(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write `rows` over the rows of `model` with the same `id`, in one statement.

    Each row maps `id` and the same further attribute names (such as worker_id) to their new values.
    """
    if not rows:
        return
    names = rows[0].keys() - {"id"}
    fields = [field for field in model._meta.concrete_fields if field.attname in names]
    payload = _json([{"id": row["id"], **_values(fields, row)} for row in rows])
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


def _values(fields: Sequence[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        str(field.column): _value(field, row[field.attname] if field.attname in row else field.get_default())
        for field in fields
    }


_AS_THEY_ARE = (int, str)
_READ_FROM_TEXT = (models.DateField, models.TimeField, models.DecimalField, models.DurationField, models.UUIDField)


def _value(field: Column, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if type(value) in _AS_THEY_ARE and not isinstance(field, _READ_FROM_TEXT):
        # What Django would do to it is nothing, but it takes long over that.
        return value
    if type(value) is date and type(field) is models.DateField:
        return value.isoformat()
    return field.get_db_prep_save(value, connection)


def _type(field: Column) -> str:
    return str(field.db_type(connection) or "").split(" COLLATE")[0]


def id_set(ids: Iterable[int]) -> RawSQL:
    """Return an expression for `field__in=`: the ids as one parameter, however many."""
    return RawSQL(f"SELECT id FROM ({ids_sql()}) AS given", [ids_param(ids)])  # noqa: S611 - nothing but our own SQL


def text_set(texts: Iterable[str]) -> RawSQL:
    """Return an expression for `field__in=`: the texts as one parameter, however many."""
    select = (
        "SELECT value FROM jsonb_array_elements_text(%s::jsonb) AS given(value)"
        if connection.vendor == "postgresql"
        else "SELECT value FROM json_each(%s)"
    )
    return RawSQL(select, [json.dumps(sorted(set(texts)), ensure_ascii=False)])  # noqa: S611 - nothing but our own SQL


def ids_sql() -> str:
    """Return SQL that selects the column `id` from one JSON parameter made by `ids_param`."""
    if connection.vendor == "postgresql":
        return "SELECT value::bigint AS id FROM jsonb_array_elements_text(%s::jsonb)"
    return "SELECT value AS id FROM json_each(%s)"


def ids_param(ids: Iterable[int]) -> str:
    """Return the parameter of `ids_sql`."""
    return json.dumps(sorted(set(ids)))
