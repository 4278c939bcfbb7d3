"""Lists whose statement is built once: Django takes longer to write the SQL of a list than a database to run it.

A list asks for the same statement again and again, with other values. Its shape is which filters are there and how
many rows are wanted; the SQL follows from the shape alone. So it is built the first time a shape is asked for, with
`Given` where the values go, and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, Field, JSONField, Model, QuerySet
from django.db.models.expressions import Expression, RawSQL

KEPT = 256
"""How many shapes of one list are kept; clients choose the number of rows, so that there is no end to them."""

COUNTED = -1

Shape = frozenset[str]
Converter = Callable[[Any, Any, Any], Any]


class Given(Expression):
    """A value that is known only when the statement runs, by its name. field: what kind of value it is."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [self]

    def value_of(self, given: Mapping[str, Any]) -> Any:
        """Return the value as the database wants it."""
        return self.output_field.get_db_prep_value(given[self.name], connection)


@dataclass(frozen=True)
class Written:
    """A statement as the database gets it. converters: what makes the values of a column Python's, by its place."""

    sql: str
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[Converter], Any], ...]

    def rows(self, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run it with these values and return its rows."""
        values = [one.value_of(given) if isinstance(one, Given) else one for one in self.params]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, values)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else list(found)

    def _converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for place, converters, column in self.converters:
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)


class Statement:
    """A list's statement. build: returns the query for a shape. columns: what each row holds, in this order.

    A build never looks at a value: what it filters by is `Given`.
    """

    def __init__(self, build: Callable[[Shape], QuerySet[Any, Any]], *columns: str) -> None:
        self._build, self._columns = build, columns
        self._written = lru_cache(KEPT)(self._write)

    def rows(self, given: Mapping[str, Any], limit: int | None = None) -> list[tuple[Any, ...]]:
        """Return the first `limit` rows (None: all) for these values; one statement."""
        return self._written(connection.vendor, frozenset(given), limit).rows(given)

    def count(self, given: Mapping[str, Any]) -> int:
        """Return how many rows there are for these values; one statement."""
        return int(self._written(connection.vendor, frozenset(given), COUNTED).rows(given)[0][0])

    def _write(self, _vendor: str, shape: Shape, limit: int | None) -> Written:
        found = self._build(shape)
        # Counted before columns are asked for: these join other tables.
        if limit == COUNTED:
            sql, params = found.order_by().values_list("pk").query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
            # Not around it: SQLite knows how many rows a table has, but not how many a query of it finds.
            return Written(f"SELECT COUNT(*){sql[sql.index(' FROM ') :]}", tuple(params), ())
        found = found.values_list(*self._columns)
        compiler = (found if limit is None else found[:limit]).query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        found_by = compiler.get_converters(columns)
        converters = tuple((place, _quick(found, column), column) for place, (found, column) in found_by.items())
        return Written(sql, tuple(params), converters)


def _quick(converters: Sequence[Converter], column: Any) -> Sequence[Converter]:
    # Django reads JSON with the standard library, which takes ten times as long.
    return [_from_json] if isinstance(column.output_field, JSONField) else converters


def _from_json(value: Any, _column: Any, _connection: Any) -> Any:
    return orjson.loads(value) if isinstance(value, str | bytes) else value


def given(model: type[Model], *names: str) -> dict[str, Given]:
    """Return the conditions that columns of `model` equal the values given under their names."""
    return {name: Given(name, column(model, name)) for name in names}


def column(model: type[Model], name: str) -> Field[Any, Any]:
    """Return the field that keeps a column of `model`."""
    found = model._meta.get_field(name)
    if not isinstance(found, Field):
        raise TypeError(f"{model.__name__}.{name} is no column.")
    return found


def holds(condition: str, name: str, field: Field[Any, Any]) -> RawSQL:
    """Return a condition in SQL as a filter; each of its `%s` stands for the value given under `name`."""
    return RawSQL(condition, [Given(name, field)] * condition.count("%s"), output_field=BooleanField())  # noqa: S611


def is_given(**values: Any) -> dict[str, Any]:
    """Return the values that are there: what is None narrows nothing."""
    return {name: value for name, value in values.items() if value is not None}
