"""Back to a new database after a test that commits.

Django empties all tables for that, which our guards rightly refuse; so a copy of the new database is kept and
put back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections
from django.test import TransactionTestCase

from tests.restore_postgres import postgres_copy


@contextmanager
def restore_after_transaction_tests() -> Iterator[None]:
    """Keep a copy of the test database, and while this lasts put it back after every TransactionTestCase."""
    from titan.ledger.commands.sign import signed_by_now

    restore = copy_of_database()
    flush = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        signed_by_now()
        restore()

    TransactionTestCase._fixture_teardown = teardown
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = flush


def copy_of_database() -> Callable[[], None]:
    """Keep a copy of the test database as it is now; return what puts it back, whatever was committed since."""
    return _sqlite_copy() if connection.vendor == "sqlite" else postgres_copy()


def _sqlite_copy() -> Callable[[], None]:
    name = str(connection.settings_dict["NAME"])
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    _backup(name, kept)

    def restore() -> None:
        connections.close_all()
        live = sqlite3.connect(name, timeout=30)
        try:
            # Through SQLite itself: connections of other processes see a change, and no broken file.
            kept.backup(live)
        finally:
            live.close()

    return restore


def _backup(name: str, target: sqlite3.Connection) -> None:
    connections.close_all()
    source = sqlite3.connect(name)
    try:
        source.backup(target)
    finally:
        source.close()
