"""Everything Titan promises, asked again of the data as it lies there: what `titan verify` runs.

Triggers and constraints refuse damage while they stand; these checks find it when somebody took them away for a while,
or changed the file beneath. The ledger is read in batches of a fixed number of statements; every other check is one
statement, or one reading of all files. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from titan.evidence.queries import ALL_FILES, Files
from titan.ledger.verifying.passing import SLICES, Scope, count_leaves, head_now
from titan.training.verify import database, evidence, histories, records, sessions
from titan.training.verify.check import Check, Problem, Progress
from titan.training.verify.evidence import evidence_problems
from titan.training.verify.ledger import verify_ledger

__all__ = ["ALL", "CHECKS", "Check", "Problem", "Progress", "Within", "slice_of", "verify_site"]

CHECKS: tuple[Check, ...] = (
    *database.CHECKS,
    *evidence.CHECKS,
    *records.CHECKS,
    *sessions.CHECKS,
    *histories.CHECKS,
)
ALWAYS: tuple[Check, ...] = (database.GUARDS, *evidence.CHECKS)
"""What is asked even when only a part is looked at."""


class Within:
    """What to look at: leaves, files, and the checks of the site."""

    def __init__(self, leaves: Scope, files: Files, checks: tuple[Check, ...]) -> None:
        self.leaves, self.files, self.checks = leaves, files, checks


ALL = Within(Scope(), ALL_FILES, CHECKS)


def slice_of(turn: int, *, leaves_since: int, files_since: int) -> Within:
    """Return what a night looks at: what is new since the last verification, and a slice of everything else.

    turn: counts nights; after SLICES of them all was looked at. leaves_since: how many leaves were verified before.
    files_since: the number of the last evidence file that was.
    """
    return Within(Scope(leaves_since, turn % SLICES), Files(files_since, turn % SLICES, SLICES), ALWAYS)


def verify_site(*, at: datetime, progress: Progress, within: Within = ALL) -> Iterator[Problem]:
    """Yield everything that is wrong with the site at the moment `at`: ledger, evidence, then check by check.

    progress: is told (done, total, what is being looked at).
    """
    head = head_now()
    leaves, files = count_leaves(within.leaves, head), within.files.count()
    total = leaves + files + len(within.checks)

    def told(done_before: int, label: str) -> Callable[[int], None]:
        return lambda done: progress(done_before + done, total, label)

    progress(0, total, "the ledger")
    yield from verify_ledger(head, within.leaves, told(0, "the ledger"))
    yield from evidence_problems(within.files, told(leaves, "evidence files"))
    for number, check in enumerate(within.checks):
        progress(leaves + files + number, total, check.looks_at)
        yield from check.find(at, lambda done, all_of_it, label: None)
    progress(total, total, "done")
