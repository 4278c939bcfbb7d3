"""The invariant of every test: after any command, the stored verdicts and counts are what a full rebuild would make.

from tests.compliance.invariant import verdict_equals_rebuild

finalize_session(session.id, by=admin, at=at)
verdict_equals_rebuild(at)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from tests.compliance import counting
from tests.oracle import differences
from titan.compliance.commands import catch_up, rebuild
from titan.compliance.models import SweptDay
from titan.core.actor import system_actor
from titan.core.settings import current

TABLES = ("compliance_complianceitem", "compliance_workerverdict")
COUNTS = ("compliance_tally",)


def verdict_equals_rebuild(at: datetime) -> None:
    """Fail unless the stored items and verdicts are those of the site day of `at`; changes nothing.

    They are compared with the oracle, and a rebuild must find nothing to write. A server that reads first
    catches up on missed nights, so this does too, when a day was swept before.
    """
    today = current().today(at)
    with transaction.atomic():
        if SweptDay.objects.filter(day__lt=today).exists():
            catch_up(at=at)
        found = differences(today) + counting.drift()
        assert not found, "\n".join(found)
        with rows_written() as written:
            rebuilt = rebuild(at=at, by=system_actor())
        assert rebuilt.counts == 0, f"a rebuild moved {rebuilt.counts} counts where nothing differs"
        assert written.rows == 0, f"a rebuild wrote {written.rows} rows where nothing differs"
        transaction.set_rollback(True)


@dataclass
class Written:
    """How many rows were inserted, updated or deleted."""

    rows: int = 0


@contextmanager
def rows_written(*tables: str) -> Iterator[Written]:
    """Count the rows of `tables` (items and verdicts) that the block writes, inside one open transaction.

    The database counts them, so that a write of what was there already is counted too.
    """
    written, tables = Written(), tables or TABLES
    if connection.vendor == "postgresql":
        before = _postgres_count(tables)
        yield written
        written.rows = _postgres_count(tables) - before
        return
    writes = re.compile(rf'(INTO|UPDATE|DELETE FROM)\s+"?({"|".join(tables)})"?', re.IGNORECASE)

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        before = connection.connection.total_changes
        result = execute(sql, params, many, context)
        if writes.search(sql):
            written.rows += connection.connection.total_changes - before
        return result

    with connection.execute_wrapper(watch):
        yield written


def _postgres_count(tables: tuple[str, ...]) -> int:
    with connection.cursor() as cursor:
        # What the view pg_stat_xact_user_tables would say, without asking it for a hundred tables.
        cursor.execute(
            """SELECT sum(pg_stat_get_xact_tuples_inserted(t) + pg_stat_get_xact_tuples_updated(t)
                   + pg_stat_get_xact_tuples_deleted(t)) FROM unnest(%s::regclass[]) AS t""",
            [list(tables)],
        )
        row = cursor.fetchone()
    return int(row[0] or 0) if row else 0
