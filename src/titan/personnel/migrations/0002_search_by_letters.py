"""Find names by any three letters of them, through an index, on both databases.

A PostgreSQL whose owner may not add the extension pg_trgm keeps working: search then reads all names.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, migrations, transaction

INDEX = "worker_search_letters"
TABLE = "personnel_worker_search"


def begin(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # Kept up by triggers (guards.py), which also fill it for the first time.
            cursor.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS {TABLE} USING fts5(search_key, content='personnel_worker',"
                " content_rowid='id', tokenize='trigram', detail='none', columnsize=0)"
            )
        elif _may_compare_letters(connection, cursor):
            cursor.execute(
                f"CREATE INDEX IF NOT EXISTS {INDEX} ON personnel_worker USING gin (search_key gin_trgm_ops)"
            )


def _may_compare_letters(connection: Any, cursor: Any) -> bool:
    try:
        with transaction.atomic(using=connection.alias):
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return False
    return True


def end(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        else:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")


class Migration(migrations.Migration):
    dependencies = [("personnel", "0001_initial")]

    operations = [migrations.RunPython(begin, end, elidable=False)]
