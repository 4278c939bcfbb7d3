"""The database as last guard: triggers and constraints that hold what code might forget (ledger.md §4).

Each floor registers its guards (`<app>/guards.py`; triggers.py writes the usual ones). They are taken off
before migrations and installed after them, because Django rebuilds SQLite tables, which silently drops their
triggers and fails on those of others that read them; and they are checked at every start.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import DatabaseError, connection, transaction

from titan.core.errors import Conflict, FieldError, Invalid, Refusal
from titan.core.language import _
from titan.core.lock import Subject, lock_alone


@dataclass(frozen=True)
class Guard:
    """One named guard of one table: the statements that install it on each engine and begin by dropping it.

    What a statement makes is compared with what the database holds, so write triggers and constraints as
    PostgreSQL prints them (`pg_get_triggerdef`, `pg_get_constraintdef`).
    """

    name: str
    table: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]


_guards: dict[str, Guard] = {}
_meanings: list[tuple[re.Pattern[str], Callable[[], Refusal]]] = []


def register(guards: Iterable[Guard]) -> None:
    """Add guards to those that are installed and checked."""
    for guard in guards:
        _guards[guard.name] = guard


def registered() -> list[Guard]:
    """Return all guards that the connected database needs, by name."""
    return [_guards[name] for name in sorted(_guards) if _statements(_guards[name])]


def means(pattern: str, refusal: Callable[[], Refusal]) -> None:
    """Say which refusal a database error means whose text matches `pattern`, so that it is never a 500.

    The text is the database's own sentence, without the row it is about: what people typed matches nothing.
    """
    _meanings.append((re.compile(pattern), refusal))


def refusal_of(error: DatabaseError) -> Refusal | None:
    """Return the refusal that a constraint or trigger error stands for, or None for any other error."""
    text = _sentence(error)
    for pattern, refusal in _meanings:
        if pattern.search(text):
            return refusal()
    return None


def _sentence(error: DatabaseError) -> str:
    primary = getattr(getattr(error.__cause__, "diag", None), "message_primary", None)
    return str(primary or error)


def unique_means(constraint: str, columns: str, field: str, message: str) -> None:
    """Say that a unique constraint means an invalid `field` (422). SQLite names `columns` instead of it."""
    means(
        rf'unique constraint "{re.escape(constraint)}|UNIQUE constraint failed: {re.escape(columns)}$',
        lambda: Invalid([FieldError(field, "NOT_UNIQUE", _(message))], code="NOT_UNIQUE"),
    )


def check_means(constraint: str, field: str, code: str, message: str) -> None:
    """Say that the check constraint `constraint` means an invalid `field` (422)."""
    means(
        rf'check constraint "{re.escape(constraint)}"|CHECK constraint failed: {re.escape(constraint)}$',
        lambda: Invalid([FieldError(field, code, _(message))], code=code),
    )


def conflict_means(pattern: str, code: str, message: str) -> None:
    """Say that a database error whose text matches `pattern` is this conflict (409)."""
    means(pattern, lambda: Conflict(code, _(message)))


def install() -> None:
    """Install the guards that the connected database lacks, all or none; others may be at work."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_alone(Subject.GUARDS)
        lacking, tables = set(missing()), set(connection.introspection.table_names(cursor))
        for guard in registered():
            if guard.name in lacking and guard.table in tables:
                for statement in _statements(guard):
                    # No parameters are passed, so that a percent sign in a guard stays what it is.
                    cursor.execute(statement, None)


def remove() -> None:
    """Take the guards off, for migrations: data may have to change that they protect."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_alone(Subject.GUARDS)
        for statement in _removal(_present()):
            cursor.execute(statement, None)


def _removal(present: dict[str, str]) -> list[str]:
    if connection.vendor == "sqlite":
        # All, also those that an earlier release wrote: any that reads a table makes its rebuild fail.
        return [f"DROP {kind_and_name}" for kind_and_name in present]
    return [
        statement
        for guard in registered()
        if present.keys() & _written(guard).keys()
        for statement in guard.postgresql
        if " IF EXISTS " in statement
    ]


def missing() -> list[str]:
    """Return the names of guards that are absent, disabled or altered on the connected database."""
    present = _present()
    return [guard.name for guard in registered() if not _written(guard).items() <= present.items()]


def weak_settings() -> list[str]:
    """Return, in words, what is set on this connection so that guards or commits would not hold."""
    weak = _weak_on_postgresql if connection.vendor == "postgresql" else _weak_on_sqlite
    return weak()


def _weak_on_sqlite() -> list[str]:
    wanted: dict[str, set[str]] = {
        "foreign_keys": {"1"},
        "recursive_triggers": {"1"},
        "journal_mode": {"wal"},
        "synchronous": {"2", "3"},
        "secure_delete": {"1"},
    }
    found = {name: _answer(f"PRAGMA {name}") for name in wanted}
    return [f"SQLite: {name} is {found[name]}." for name in wanted if found[name] not in wanted[name]]


def _weak_on_postgresql() -> list[str]:
    unwanted = {"synchronous_commit": {"off"}, "session_replication_role": {"replica", "local"}}
    found = {name: _answer(f"SHOW {name}") for name in unwanted}
    return [f"PostgreSQL: {name} is {found[name]}." for name in unwanted if found[name] in unwanted[name]]


def _answer(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return str(cursor.fetchone()[0])


def _statements(guard: Guard) -> tuple[str, ...]:
    return guard.postgresql if connection.vendor == "postgresql" else guard.sqlite


_MADE = re.compile(
    r"""
    CREATE \s+ (?:OR \s+ REPLACE \s+)? FUNCTION \s+ (?P<function>\w+) .*?
        AS \s+ (?P<q>\$\w*\$) (?P<body>.*) (?P=q)
    | (?P<trigger_sql> CREATE \s+ TRIGGER \s+ (?P<trigger>\w+) .*)
    | ADD \s+ CONSTRAINT \s+ (?P<constraint>\w+) \s+ (?P<constraint_sql>.*)
    """,
    re.VERBOSE | re.DOTALL,
)


def _written(guard: Guard) -> dict[str, str]:
    """Return what the statements of `guard` make, by kind and name, in the words of `_present`."""
    made = {}
    for match in filter(None, map(_MADE.search, _statements(guard))):
        if match["function"]:
            made[f"function {match['function']}"] = _plain(match["body"])
        elif match["trigger"]:
            made[f"trigger {match['trigger']}"] = _plain(match["trigger_sql"])
        else:
            made[f"constraint {match['constraint']}"] = _plain(match["constraint_sql"])
    return made


_PRESENT_ON_POSTGRESQL = """
    SELECT 'trigger ' || tgname, pg_get_triggerdef(oid, true)
    FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
    UNION ALL
    SELECT 'function ' || proname, prosrc
    FROM pg_proc WHERE pg_function_is_visible(oid) AND prorettype = 'trigger'::regtype
    UNION ALL
    SELECT 'constraint ' || conname, pg_get_constraintdef(oid, true) FROM pg_constraint WHERE contype = 'x'
"""
_PRESENT_ON_SQLITE = "SELECT 'trigger ' || name, sql FROM sqlite_master WHERE type = 'trigger'"


def _present() -> dict[str, str]:
    query = _PRESENT_ON_POSTGRESQL if connection.vendor == "postgresql" else _PRESENT_ON_SQLITE
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        return {str(name): _plain(str(text)) for name, text in cursor.fetchall()}


def _plain(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; ")
