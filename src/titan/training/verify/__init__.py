"""Everything Titan promises, asked again of the data as it lies there: what `titan verify` runs.

Triggers and constraints refuse damage while they stand; these checks find it when somebody took them away for a while,
or changed the file beneath. Each check is one statement, or one reading of all files. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from titan.training.verify import database, evidence, histories, records, sessions
from titan.training.verify.check import Check, Problem, Progress

__all__ = ["CHECKS", "Check", "Problem", "verify_site"]

CHECKS: tuple[Check, ...] = (
    *database.CHECKS,
    *evidence.CHECKS,
    *records.CHECKS,
    *sessions.CHECKS,
    *histories.CHECKS,
)


def verify_site(*, at: datetime, progress: Progress) -> Iterator[Problem]:
    """Yield everything that is wrong with the site at the moment `at`, check by check.

    progress: is told (done, total, what is being looked at).
    """
    for number, check in enumerate(CHECKS):
        progress(number, len(CHECKS), check.looks_at)
        yield from check.find(at, progress)
    progress(len(CHECKS), len(CHECKS), "done")
