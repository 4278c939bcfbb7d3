"""Verifications that are kept: of the command line, of a night, and those that somebody asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from titan.compliance.commands import catch_up
from titan.evidence.models import EvidenceFile
from titan.ledger.models import Verification
from titan.ledger.verifying.passing import head_now
from titan.ledger.verifying.runs import Run, begin_run, last_time, take_asked
from titan.training.verify import ALL, Problem, Progress, Within, slice_of, verify_site

Clock = Callable[[], datetime]


def verify_and_keep(*, full: bool, clock: Clock, progress: Progress) -> Iterator[Problem]:
    """Verify everything, or what is new with a slice of the rest; yield what is wrong, and keep it as a run.

    progress: is told (done, total, what is being looked at).
    """
    within = ALL if full else since_last_time()
    yield from _carry_out(begin_run(full=full, at=clock()), within, clock, progress)


def since_last_time() -> Within:
    """Return what a night looks at, by what was verified before."""
    last = last_time()
    known = EvidenceFile.objects.filter(uploaded_at__lt=last.at) if last.at else EvidenceFile.objects.none()
    newest = known.order_by("-pk").values_list("pk", flat=True).first()
    return slice_of(last.turn, leaves_since=last.size, files_since=newest or 0)


def verify_night(at: datetime) -> None:
    """Verify what is new since the last time, and a slice of the rest; alarms say what is wrong."""
    from titan.core.clock import now

    for _problem in verify_and_keep(full=False, clock=now, progress=lambda done, total, label: None):
        pass


def verify_asked(clock: Clock) -> bool:
    """Carry out the verification that somebody asked for, if any; tell whether there was one."""
    row = take_asked(clock())
    if row is None:
        return False
    if row.is_full:
        catch_up(at=clock())
    within = ALL if row.is_full else since_last_time()
    for _problem in _carry_out(row, within, clock, lambda done, total, label: None):
        pass
    return True


def _carry_out(row: Verification, within: Within, clock: Clock, progress: Progress) -> Iterator[Problem]:
    run = Run(row, clock)
    head = head_now()
    run.knows_size(head.claim.size if head else 0)

    def told(done: int, total: int, label: str) -> None:
        run.progress(done, total, label)
        progress(done, total, label)

    try:
        for problem in verify_site(at=row.started_at, progress=told, within=within):
            run.heard(problem)
            yield problem
    except Exception as error:
        run.fail(type(error).__name__)
        raise
    except BaseException:
        run.fail("Stopped")
        raise
    run.finish()
