"""What racers run. Raw steps go past all of Titan's code, so that only the database can stop them."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

from tests import cast
from titan.core.actor import Actor


def raw(*, statements: list[tuple[str, list[Any]]], pause: float = 0.0) -> int:
    """Run the statements in one transaction, wait `pause` seconds, commit; return how many rows the last one hit."""
    from django.db import connection, transaction

    hit = 0
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)
            hit = cursor.rowcount
        time.sleep(pause)
    return hit


def schedule(*, session_id: int, at: datetime, by: Actor | None = None) -> int:
    """Schedule a planned draft."""
    from titan.training.commands import Plan, schedule_session

    schedule_session(session_id, Plan(), by=by or cast.actor(), at=at)
    return session_id


def finalize(*, session_id: int, at: datetime) -> dict[str, Any]:
    """Finalize a session; return the receipt."""
    from titan.training.commands import finalize_session

    return dict(finalize_session(session_id, by=cast.actor(), at=at).plain())


def invite(*, session_id: int, worker_id: int, at: datetime) -> int:
    """Put a worker on the list."""
    from titan.training.commands import invite_workers

    return invite_workers(session_id, [worker_id], by=cast.actor(), at=at).added


def approve(*, case_id: int, user_id: int, at: datetime) -> dict[str, int]:
    """Approve a case; return what came of it."""
    from dataclasses import asdict

    from titan.training.consequences.commands import approve_case

    return asdict(approve_case(case_id, by=cast.actor(user_id=user_id), at=at))


def propose(*, session_id: int, user_id: int, at: datetime) -> int:
    """Propose to revoke what rests on a session."""
    from titan.training.consequences.commands import propose_case
    from titan.training.consequences.queries.listing import Subject

    return propose_case(Subject("SESSION", session_id), "Never held", by=cast.actor(user_id=user_id), at=at)


def revoke(*, record_id: int, user_id: int, at: datetime) -> int:
    """Revoke one record."""
    from titan.records.commands import revoke_record

    return revoke_record(record_id, "Wrong person", by=cast.actor(user_id=user_id), at=at)


def look_for_jobs(*, night: date, at: datetime, who: str) -> int:
    """Look for the jobs of a night, of which there is one here; return how often it ran in this process."""
    from titan.core import jobs

    ran: list[datetime] = []

    def slowly(moment: datetime) -> None:
        ran.append(moment)
        time.sleep(0.1)

    registered = jobs.nightly_jobs()
    try:
        for name in registered:
            jobs._nightly.pop(name)
        jobs.nightly("race", slowly)
        jobs.run_due(night, clock=lambda: at, who=who)
    finally:
        jobs._nightly.clear()
        jobs._nightly.update(registered)
    return len(ran)


def apply(*, import_id: int, at: datetime) -> int:
    """Apply an import that was looked at."""
    from titan.exchange.imports.commands import apply_import

    apply_import(import_id, by=cast.actor(), at=at)
    return import_id


def undo(*, import_id: int, at: datetime) -> int:
    """Undo an import."""
    from titan.exchange.imports.commands import undo_import

    undo_import(import_id, "wrong file", by=cast.actor(), at=at)
    return import_id
