"""Writes guards that refuse: one rule, as triggers of both engines.

Conditions are SQL over NEW and OLD that both engines read; `IS DISTINCT FROM` becomes `IS NOT` on SQLite,
whose older releases lack it. A refused change raises an error whose whole text is the code, which guards.means
translates.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from titan.core.guards import Guard

ALWAYS = "TRUE"


@dataclass(frozen=True)
class Both:
    """A condition that each engine says in its own words."""

    sqlite: str
    postgresql: str


Condition = str | Both


def refuse(
    name: str,
    table: str,
    code: str,
    *,
    insert: Condition | None = None,
    update: Condition | None = None,
    delete: Condition | None = None,
    truncate: bool = False,
    after: bool = False,
    lock: str = "",
) -> Guard:
    """Return a guard that refuses with `code` the rows whose insert, update or delete fulfils its condition.

    truncate: refuse TRUNCATE as well (SQLite has none). after: look when the row is written, not before.
    lock: a PostgreSQL statement to run first, so that what the condition reads cannot change meanwhile.
    """
    conditions = {
        event: condition
        for event, condition in (("INSERT", insert), ("DELETE", delete), ("UPDATE", update))
        if condition is not None
    }
    moment = "AFTER" if after else "BEFORE"
    return Guard(
        name,
        table,
        sqlite=tuple(
            statement
            for event, condition in conditions.items()
            for statement in _sqlite(f"{name}_{event.lower()}", f"{moment} {event} ON {table}", condition, code)
        ),
        postgresql=(
            function(name, _checks(conditions, code, truncate=truncate, lock=lock)),
            *(trigger(name, f"{moment} {' OR '.join(conditions)} ON {table} FOR EACH ROW", name) if conditions else ()),
            *(trigger(f"{name}_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT", name) if truncate else ()),
        ),
    )


def function(name: str, body: str) -> str:
    """Return the PostgreSQL statement that makes the trigger function `name`."""
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$\n{body}\n$guard$"


def trigger(name: str, when: str, runs: str) -> tuple[str, str]:
    """Return the PostgreSQL statements that make the trigger `name`, which runs the function `runs`."""
    table = when.partition(" ON ")[2].partition(" ")[0]
    return (
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION {runs}()",
    )


def sqlite_trigger(name: str, when: str, action: str) -> tuple[str, str]:
    """Return the SQLite statements that make the trigger `name`."""
    return f"DROP TRIGGER IF EXISTS {name}", f"CREATE TRIGGER {name} {when} BEGIN {_for_sqlite(action)}; END"


def changed(model: type[models.Model], *, but: tuple[str, ...] = ()) -> str:
    """Return the condition that any column of `model` changes, except the columns `but`."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    unknown = set(but) - set(columns)
    if unknown:
        raise ValueError(f"{model.__name__} has no columns {', '.join(sorted(unknown))}.")
    return differs(*(column for column in columns if column not in but))


def differs(*columns: str) -> str:
    """Return the condition that one of `columns` changes."""
    return "(" + " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns) + ")"


def history(model: type[models.Model], *, delete: Condition = ALWAYS) -> Guard:
    """Return the guard of a history: rows stay as they are, but `until` is set once.

    delete: when a row may not be deleted (never, unless told otherwise).
    """
    table = model._meta.db_table
    ended_again = "(OLD.until IS NOT NULL AND NEW.until IS DISTINCT FROM OLD.until)"
    return refuse(
        f"{table}_history",
        table,
        "HISTORY_IMMUTABLE",
        update=f"{changed(model, but=('until',))} OR {ended_again}",
        delete=delete,
        truncate=True,
    )


def _sqlite(name: str, when: str, condition: Condition, code: str) -> tuple[str, str]:
    test = condition.sqlite if isinstance(condition, Both) else condition
    return sqlite_trigger(name, f"{when} WHEN {_for_sqlite(test)}", f"SELECT RAISE(ABORT, '{code}')")


def _for_sqlite(sql: str) -> str:
    return sql.replace("IS DISTINCT FROM", "IS NOT")


def _checks(conditions: dict[str, Condition], code: str, *, truncate: bool, lock: str) -> str:
    tests = {
        event: condition.postgresql if isinstance(condition, Both) else condition
        for event, condition in conditions.items()
    }
    if truncate:
        tests["TRUNCATE"] = ALWAYS
    branches = "\n".join(
        f"  {'ELSIF' if number else 'IF'} TG_OP = '{event}' THEN\n"
        f"    IF {test} THEN RAISE EXCEPTION '{code}' USING ERRCODE = 'check_violation'; END IF;"
        for number, (event, test) in enumerate(tests.items())
    )
    first = f"  {lock};\n" if lock else ""
    answer = "  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n  RETURN NEW;"
    return f"BEGIN\n{first}{branches}\n  END IF;\n{answer}\nEND"
