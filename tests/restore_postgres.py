"""PostgreSQL between tests: rows of a test go, what it left of itself in files goes, and the planner knows nothing.

A test that only rolls back leaves dead rows behind, of tables and of the system's own catalogs: after a thousand tests
each statement reads more of them than of its own. A test that commits leaves rows as well. Both are swept away here; a
whole copy of the database, ten times as dear, is put back only when a test changed the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg
from django.db import connection, connections
from psycopg import sql

Connection = psycopg.Connection[tuple[Any, ...]]

# Temporary tables come and go here with every verdict that is written.
CATALOGS = ("pg_class", "pg_attribute", "pg_type", "pg_depend", "pg_index", "pg_statistic")
PATIENCE = 10_000  # milliseconds until a connection that was told to end has ended

# By columns, since a table's file and size are no part of its shape.
SHAPE: LiteralString = """
    SELECT md5(string_agg(part, E'\\n' ORDER BY part)) FROM (
        SELECT concat_ws(' ', oid, relname, relkind, relhastriggers, relrowsecurity, reloptions) FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', attrelid, attname, atttypid, attnum, attnotnull, attisdropped, attidentity)
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', indexrelid, indisunique, indisvalid, indkey, indpred) FROM pg_index
            JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT t::text FROM pg_trigger t
        UNION ALL SELECT c::text FROM pg_constraint c
        UNION ALL SELECT d::text FROM pg_attrdef d
        UNION ALL SELECT p::text FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT r::text FROM pg_rewrite r WHERE ev_class >= 16384
        UNION ALL SELECT e::text FROM pg_extension e
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'
        UNION ALL SELECT s::text FROM pg_db_role_setting s
    ) AS parts (part)"""
WITH_FILES: LiteralString = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY 1"""
SEQUENCES: LiteralString = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
END_OTHERS: LiteralString = """
    SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@dataclass(frozen=True)
class NewDatabase:
    """What a new database consists of: its shape, the rows of the tables that have some, and its sequences."""

    shape: str
    rows: dict[str, bytes]
    hashes: dict[str, str]
    sequences: dict[str, tuple[int, int | None]]


def postgres_copy() -> Callable[[], None]:
    """Keep a copy of the test database; return what makes it as new again, for after a test that committed."""
    live, kept = connection.settings_dict["NAME"], f"{connection.settings_dict['NAME']}_kept"
    _copy(live, kept)
    with _connect(live) as database:
        new = _look(database)

    def restore() -> None:
        connections.close_all()
        with _connect(live) as database:
            database.execute(END_OTHERS, [PATIENCE])
            if _one(database, SHAPE) == new.shape:
                _rewind(database, new)
                return
        _copy(kept, live)

    return restore


def sweep() -> None:
    """Take away what rolled back tests left in the files of the test database."""
    with _connect(connection.settings_dict["NAME"]) as database:
        _vacuum(database, [name for (name,) in database.execute(WITH_FILES)])


def _connect(name: str) -> Connection:
    return psycopg.connect(f"host={connection.settings_dict['HOST']} user=postgres dbname={name}", autocommit=True)


def _copy(source: str, target: str) -> None:
    connections.close_all()
    with _connect("postgres") as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(target)))
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(target), sql.Identifier(source)
            )
        )


def _look(database: Connection) -> NewDatabase:
    rows = {}
    for (name,) in database.execute(WITH_FILES).fetchall():
        with database.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            content = b"".join(bytes(part) for part in copy)
        if content:
            rows[name] = content
    hashes = {name: _hash(database, name) for name in rows}
    return NewDatabase(str(_one(database, SHAPE)), rows, hashes, _sequences(database))


def _rewind(database: Connection, new: NewDatabase) -> None:
    used = [name for (name,) in database.execute(WITH_FILES)]
    changed = [name for name in {*used, *new.rows} if name not in new.rows or _hash(database, name) != new.hashes[name]]
    with database.transaction():
        # Guards and foreign keys are not asked: neither would let go of anything.
        database.execute("SET LOCAL session_replication_role = replica")
        for name in changed:
            database.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            if name in new.rows:
                with database.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(new.rows[name])
        for name, (start, last) in _sequences(database).items():
            if last != new.sequences[name][1]:
                value = new.sequences[name][1]
                database.execute("SELECT setval(%s, %s, %s)", [name, value or start, value is not None])
    _vacuum(database, changed)


def _vacuum(database: Connection, tables: list[str]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(name) for name in (*CATALOGS, *tables))
    database.execute(sql.SQL("VACUUM (SKIP_DATABASE_STATS) {}").format(names))
    # Else the planner took each table for as empty as it was found here.
    database.execute("SELECT pg_clear_relation_stats('public', name) FROM unnest(%s::text[]) AS name", [tables])


def _hash(database: Connection, name: str) -> str:
    query = sql.SQL("SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {} AS t")
    return str(_one(database, query.format(sql.Identifier(name))))


def _sequences(database: Connection) -> dict[str, tuple[int, int | None]]:
    return {name: (start, last) for name, start, last in database.execute(SEQUENCES)}


def _one(database: Connection, query: LiteralString | sql.Composed) -> Any:
    row = database.execute(query).fetchone()
    assert row is not None
    return row[0]
