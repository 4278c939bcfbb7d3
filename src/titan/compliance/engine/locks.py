"""Two that touch the same worker: who waits for whom."""

from __future__ import annotations

from typing import Any

from titan.compliance.dialect import among, is_postgres, run

ENGINE_LOCK = 5_417_201


def hold_engine(*, alone: bool) -> None:
    """Hold the engine's lock until the transaction ends; before reading anything that verdicts depend on.

    alone: because what is asked of many changed, or the calendar moved, rather than facts of single workers.
    """
    if is_postgres():
        function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
        run(f"SELECT {function}(%(key)s)", {"key": ENGINE_LOCK})


def lock_workers(scope: str, params: dict[str, Any]) -> None:
    """Let nobody else judge these workers until the transaction ends; what follows sees what others committed."""
    if is_postgres():
        run(
            f"""SELECT COUNT(*) FROM (SELECT 1 FROM personnel_worker WHERE {among("id", scope)}
            ORDER BY id FOR NO KEY UPDATE) AS locked""",
            params,
        )
