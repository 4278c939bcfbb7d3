"""What parts of finalizing cost: the command as it is against the same without the ledger, without the counters.

In turn within one run. Most people in the classes are new to the ledger, so that each gets a person key as well: the
dearest case.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from unittest.mock import patch

from bench import raw
from bench.classes import Class, ready
from bench.finalizing import finalize
from bench.timing import ROUNDS, Measured

SIZES = (20, 500)
Without = Callable[[], AbstractContextManager[None]]


def measures(workers: int, *, at: datetime, rounds: int = ROUNDS) -> Iterator[Measured]:
    """Measure classes of 20 and 500, by the clock on the wall and by this process's own work."""
    for what, without, limit in (("ledger", without_ledger, 1.3), ("counters", without_counters, 1.15)):
        for attendees in SIZES:
            yield from with_against_without(
                workers, attendees, what, without, limit if attendees == max(SIZES) else None, at=at, rounds=rounds
            )
    _count_anew(at)


def with_against_without(
    workers: int,
    attendees: int,
    what: str,
    without: Without,
    limit: float | None,
    *,
    at: datetime,
    rounds: int = ROUNDS,
) -> Iterator[Measured]:
    """Measure one class size with and without one part of the command."""
    classes = ready(attendees, 2 * (rounds + 1), at=at)
    seen: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for number in range(rounds + 1):
        for whole in (True, False) if number % 2 else (False, True):
            seen[whole].append(_once(classes[2 * number + whole], None if whole else without, at=at))
    # The first round warms both up.
    ours, theirs = (
        [statistics.median(column) for column in zip(*seen[whole][1:], strict=True)] for whole in (True, False)
    )
    yield Measured(f"finalize {attendees}: with the {what} against without", workers, ours[0], theirs[0], limit)
    # On SQLite that is all there is; PostgreSQL works elsewhere, so that only the clock on the wall sees both sides.
    alone = None if raw.is_postgres() else limit
    yield Measured(f"finalize {attendees}: with the {what}, processor", workers, ours[1], theirs[1], alone)


def _once(wanted: Class, without: Without | None, *, at: datetime) -> tuple[float, float]:
    """Return how many ms one finalization takes, by the wall and of this process.

    It is signed behind the answer; what that takes is waited for, or the next one would pay for it.
    """
    from titan.ledger.commands.sign import signed_by_now

    signed_by_now()
    _empty_journal()
    with ExitStack() as stack:
        if without is not None:
            stack.enter_context(without())
        gc.collect()
        gc.disable()
        try:
            began, worked = time.perf_counter(), time.process_time()
            finalize(wanted, at=at)
            return (time.perf_counter() - began) * 1000, (time.process_time() - worked) * 1000
        finally:
            gc.enable()


def _empty_journal() -> None:
    """Move SQLite's log into the database: else every so many commits one pays for all before it, of either side."""
    if not raw.is_postgres():
        raw.run("PRAGMA wal_checkpoint(PASSIVE)")


@contextmanager
def without_ledger() -> Iterator[None]:
    """Let finalizing enter nothing while this lasts."""
    with (
        patch("titan.records.commands.write._enter_records"),
        patch("titan.records.commands.write._enter_competencies"),
        patch("titan.training.commands.finalize._enter", return_value=None),
    ):
        yield


@contextmanager
def without_counters() -> Iterator[None]:
    """Let finalizing leave the counts behind Today and the matrix as they are while this lasts."""
    with patch("titan.compliance.engine.tally_changes", return_value=0):
        yield


def _count_anew(at: datetime) -> None:
    from titan.compliance.commands import rebuild
    from titan.core.actor import system_actor

    rebuild(by=system_actor(), at=at)
