"""After a test that commits, the database is as new: rows, numbers, guards and what nobody may change."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests import cast
from tests.restore import copy_of_database
from titan.core import guards

pytestmark = pytest.mark.django_db(transaction=True)


def everything() -> dict[str, Any]:
    """Return all rows of all tables, and the number that each table gives out next."""
    with connection.cursor() as cursor:
        found: dict[str, Any] = {}
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{name}" ORDER BY 1')
            found[name] = cursor.fetchall()
        if connection.vendor == "postgresql":
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
        else:
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY 1")
        found["next"] = cursor.fetchall()
    return found


def test_what_was_committed_is_gone() -> None:
    before, restore = everything(), copy_of_database()
    cast.make_site()
    # A record is what its guard lets nobody delete.
    cast.make_record(cast.make_worker(), cast.make_course())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'training'")
    assert everything() != before
    restore()
    assert everything() == before
    assert guards.missing() == []


def test_a_changed_schema_is_as_it_was() -> None:
    before, restore = everything(), copy_of_database()
    call_command("migrate", "calendars", "zero", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE personnel_company ADD COLUMN more integer")
    guards.remove()
    restore()
    assert everything() == before
    assert guards.missing() == []


def test_a_guard_that_was_taken_away_is_back() -> None:
    restore = copy_of_database()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER record_immutable_delete")
        else:
            cursor.execute("DROP TRIGGER record_immutable ON records_trainingrecord")
    assert guards.missing() == ["record_immutable"]
    restore()
    assert guards.missing() == []
