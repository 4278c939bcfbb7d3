"""Where a benchmark runs: a fresh SQLite home, or a fresh database of a PostgreSQL server started for it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DATABASES = ("sqlite", "postgres")


@contextmanager
def place(database: str, *, shared_buffers: str = "128MB") -> Iterator[dict[str, str]]:
    """Make a fresh home and database; yield the environment for Titan's processes; remove everything at the end.

    database: one of DATABASES. PostgreSQL keeps its promises here (fsync on), as in real life.
    shared_buffers: the memory it takes for what it has read; as much as it takes by itself, or what the manual says.
    """
    home = Path(tempfile.mkdtemp(prefix="titan-bench-"))
    try:
        if database == "sqlite":
            yield {"TITAN_HOME": str(home), "TITAN_DATABASE_URL": f"sqlite:///{home / 'titan.sqlite3'}"}
            return
        from tests.postgres import PostgresServer

        with PostgresServer(durable=True, settings=[f"shared_buffers={shared_buffers}"]) as server:
            yield {"TITAN_HOME": str(home), "TITAN_DATABASE_URL": server.url()}
    finally:
        shutil.rmtree(home, ignore_errors=True)


def enter(environment: dict[str, str]) -> None:
    """Make this process one of Titan's at the place: settings, newest tables, guards. Once per process."""
    for name in [name for name in os.environ if name.startswith("TITAN_")]:
        del os.environ[name]
    os.environ.update(environment)
    _make_database(environment["TITAN_DATABASE_URL"])
    from titan.cli.start import start

    start()


def _make_database(url: str) -> None:
    if not url.startswith("postgresql"):
        return
    import psycopg
    from psycopg.sql import SQL, Identifier

    base, _, name = url.rpartition("/")
    with psycopg.connect(f"{base}/postgres", autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
