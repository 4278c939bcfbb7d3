"""The database's part of a backup, on both engines: one consistent state out, and back into an empty database."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from titan.backup.archive import CHUNK, damaged
from titan.core import guards
from titan.core.errors import Conflict
from titan.evidence.models import EvidenceFile

FOLDER = "database/"
SQLITE_MEMBER = f"{FOLDER}titan.sqlite3.gz"
# Who is signed in, and how often somebody tried: nothing that a restored site should go on with.
LEFT_OUT = ("django_session", "usersessions_usersession", "accounts_remembered", "core_rememberedanswer")
MIGRATIONS = "django_migrations"
# What Titan writes into a new database by itself, before anybody has done anything: all else is somebody's work.
BY_ITSELF = {
    *("auth.permission", "contenttypes.contenttype", "sessions.session"),
    *("core.sitesettings", "core.nightlyjob", "audit.auditevent", "records.assessmentmethod"),
    *("ledger.leaf", "ledger.node", "ledger.head", "ledger.checkpoint", "ledger.alarm", "ledger.verification"),
    *("compliance.sweptday", "compliance.daycounts"),
}


@dataclass(frozen=True)
class EvidenceToKeep:
    """A file that the backed-up state speaks of."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Part:
    """A file of the database's part: its name in the backup, and its content, packed."""

    name: str
    size: int
    content: IO[bytes]


class State:
    """One state of the database, which does not change any more while it is read."""

    def parts(self) -> Iterator[Part]:
        """Yield its files, one after the other."""
        raise NotImplementedError

    def evidence(self) -> list[EvidenceToKeep]:
        """Return the evidence that it speaks of, each file once."""
        raise NotImplementedError

    def migrations(self) -> list[str]:
        """Return the migrations it was made by, as `app.name`, in order."""
        raise NotImplementedError


@contextmanager
def present_state() -> Iterator[State]:
    """Hold the present state of the connected database for reading; others go on writing meanwhile."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield _PostgresState()
    else:
        with tempfile.TemporaryDirectory(prefix="titan-backup-", dir=_sqlite_path().parent) as folder:
            copy = Path(folder) / "titan.sqlite3"
            _copy_sqlite(copy)
            with closing(sqlite3.connect(copy)) as database:
                yield _SqliteState(copy, database)


class _SqliteState(State):
    def __init__(self, path: Path, database: sqlite3.Connection) -> None:
        self._path, self._database = path, database

    def parts(self) -> Iterator[Part]:
        with self._path.open("rb") as source, _packed(source) as part:
            yield Part(SQLITE_MEMBER, *part)

    def evidence(self) -> list[EvidenceToKeep]:
        rows = self._database.execute(
            f"SELECT key, sha256, MAX(size) FROM {EvidenceFile._meta.db_table} GROUP BY key, sha256 ORDER BY key"
        )
        return [EvidenceToKeep(*row) for row in rows]

    def migrations(self) -> list[str]:
        rows = self._database.execute(f"SELECT app, name FROM {MIGRATIONS} ORDER BY id")
        return [f"{app}.{name}" for app, name in rows]


class _PostgresState(State):
    def parts(self) -> Iterator[Part]:
        for table in _tables():
            with tempfile.TemporaryFile() as plain:
                columns = _columns(table)
                plain.write((",".join(columns) + "\n").encode())
                with connection.cursor() as cursor:
                    listed = ", ".join(connection.ops.quote_name(column) for column in columns)
                    with cursor.copy(f'COPY "{table}" ({listed}) TO STDOUT') as rows:
                        for block in rows:
                            plain.write(bytes(block))
                plain.seek(0)
                with _packed(plain) as part:
                    yield Part(f"{FOLDER}{table}.copy.gz", *part)

    def evidence(self) -> list[EvidenceToKeep]:
        rows = EvidenceFile.objects.order_by("key").values_list("key", "sha256", "size").distinct()
        return [EvidenceToKeep(*row) for row in rows]

    def migrations(self) -> list[str]:
        return _applied()


def need_empty() -> None:
    """Raise Conflict DATABASE_IN_USE unless nothing was ever done in the connected database."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    used = [model for model in apps.get_models() if model._meta.db_table in tables and _holds_work(model)]
    if used:
        raise Conflict(
            "DATABASE_IN_USE",
            "This database holds data already, and a restore overwrites nothing. Give TITAN_HOME (or "
            "TITAN_DATABASE_URL) of a new place, or move the old one aside.",
        )


def put_back_sqlite(content: IO[bytes]) -> None:
    """Unpack the database file beside its place; `content`: what was packed. Call `settle_sqlite` to move it there."""
    with gzip.open(content) as source, _draft().open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK)


def settle_sqlite() -> None:
    """Put the unpacked database in its place, without what a restored site should not go on with."""
    draft = _draft()
    with closing(sqlite3.connect(draft, isolation_level=None)) as database:
        if database.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise damaged("its database is broken")
        held = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for table in held & set(LEFT_OUT):
            database.execute(f'DELETE FROM "{table}"')
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    place = _sqlite_path()
    for beside in ("-wal", "-shm"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    draft.replace(place)


def discard_sqlite_draft() -> None:
    """Remove what `put_back_sqlite` left, if anything."""
    _draft().unlink(missing_ok=True)


def prepare_postgresql(migrations: list[str]) -> None:
    """Bring the empty database to the tables of a backup, made by `migrations`; raise Conflict when it cannot be."""
    executor = MigrationExecutor(connection)
    known = {f"{app}.{name}" for app, name in executor.loader.graph.nodes}
    if newer := [name for name in migrations if name not in known]:
        raise Conflict(
            "RELEASE_TOO_OLD", f"This backup was made by a newer release of Titan ({newer[0]}). Install that one first."
        )
    wanted = {(app, name) for app, _, name in (known_as.partition(".") for known_as in migrations)}
    if set(_applied()) - set(migrations):
        raise Conflict(
            "DATABASE_TOO_NEW",
            "This database was prepared by a newer release than the backup. Give a new, empty one: it is brought up "
            "to date after the restore.",
        )
    # The last one of each app: asked for an earlier one too, Django would take the later ones back.
    executor.migrate([node for node in wanted if not _followed(executor, node) & wanted])


@contextmanager
def filling_postgresql() -> Iterator[None]:
    """Fill the database within the context: without guards, in one transaction; sequences go on after the last row."""
    with transaction.atomic():
        guards.remove()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute("TRUNCATE " + ", ".join(f'"{table}"' for table in [*_tables(), *_left_out()]))
            yield
            for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models(include_auto_created=True)):
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        guards.install()


def fill_table(member: str, content: IO[bytes]) -> None:
    """Fill one table of PostgreSQL from its packed rows."""
    table = member.removeprefix(FOLDER).removesuffix(".copy.gz")
    if table not in _tables():
        raise damaged(f"it holds a table {table[:60]!r} that Titan does not have")
    with gzip.open(content) as rows, connection.cursor() as cursor:
        columns = rows.readline().decode().strip().split(",")
        if set(columns) - set(_columns(table)):
            raise damaged(f"the table {table} has other columns")
        listed = ", ".join(connection.ops.quote_name(column) for column in columns)
        with cursor.copy(f'COPY "{table}" ({listed}) FROM STDIN') as copy:
            while block := rows.read(CHUNK):
                copy.write(block)


def bring_up_to_date() -> None:
    """Apply the migrations that came after the backup."""
    call_command("migrate", interactive=False, verbosity=0)


def _followed(executor: MigrationExecutor, node: tuple[str, str]) -> set[tuple[str, str]]:
    children = executor.loader.graph.node_map[node].children
    return {child.key for child in children if child.key[0] == node[0]}


def _holds_work(model: Any) -> bool:
    return model._meta.label_lower not in BY_ITSELF and bool(model._default_manager.exists())


def _sqlite_path() -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _draft() -> Path:
    place = _sqlite_path()
    return place.with_name(f".{place.name}.restoring")


def _copy_sqlite(target: Path) -> None:
    # The backup interface copies one state, with what still lies in the write-ahead log, while others write.
    source = sqlite3.connect(f"file:{_sqlite_path()}?mode=ro", uri=True, timeout=30)
    with closing(source), closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


@contextmanager
def _packed(source: IO[bytes]) -> Iterator[tuple[int, IO[bytes]]]:
    with tempfile.TemporaryFile() as packed:
        with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=3, mtime=0) as target:
            shutil.copyfileobj(source, target, CHUNK)
        size = packed.tell()
        packed.seek(0)
        yield size, packed


def _applied() -> list[str]:
    recorder = MigrationRecorder(connection)
    if not recorder.has_table():
        return []
    return [f"{row.app}.{row.name}" for row in recorder.migration_qs.order_by("id")]


def _tables() -> list[str]:
    return [table for table in _every_table() if table not in {*LEFT_OUT, MIGRATIONS}]


def _left_out() -> list[str]:
    return [table for table in _every_table() if table in LEFT_OUT]


def _every_table() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename")
        return [table for (table,) in cursor.fetchall()]


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema()
               AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position""",
            [table],
        )
        return [column for (column,) in cursor.fetchall()]
