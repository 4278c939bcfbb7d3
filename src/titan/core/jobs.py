"""What runs without a user: once a night, or when asked for. Floors register their jobs; servers and workers look.

However many processes look, a night's job runs in one of them: a row per job says which night it was taken for, by
whom, and until when it is theirs. Whoever works at it prolongs that; of a killed process it runs out, and the next to
look takes the job over. A job may therefore run twice, and must bear it.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import DatabaseError, connections
from django.db.models import Case, F, Q, Value, When

from titan.core.models import NightlyJob

Job = Callable[[datetime], None]
Clock = Callable[[], datetime]
Asked = Callable[[Clock], bool]

LEASE = timedelta(seconds=60)
BEAT = timedelta(seconds=15)
TRY_AGAIN = timedelta(minutes=5)

_nightly: dict[str, Job] = {}
_asked: list[Asked] = []

log = logging.getLogger("titan.jobs")


@dataclass(frozen=True)
class JobState:
    """How a nightly job stands: the night it was last taken for, its tries in that night, when it last succeeded."""

    name: str
    night: date | None
    tries: int
    finished_at: datetime | None
    succeeded_at: datetime | None
    error: str


def nightly(name: str, job: Job) -> None:
    """Register `job` to run after every midnight of the site; it is told the moment and may run twice."""
    _nightly[name] = job


def nightly_jobs() -> dict[str, Job]:
    """Return all registered jobs by name, in order of registration: lower floors first."""
    return dict(_nightly)


def when_asked(look: Asked) -> None:
    """Register `look`: it does what somebody asked for, if anything, and tells whether it did."""
    if look not in _asked:
        _asked.append(look)


def run_asked(*, clock: Clock) -> bool:
    """Do what was asked for since we last looked; tell whether there was anything. Failures are logged."""
    worked = False
    for look in _asked:
        try:
            worked |= look(clock)
        except Exception:
            log.exception("What was asked for failed")
            connections.close_all()
    return worked


def job_states() -> list[JobState]:
    """Return how each registered job stands, in order of registration (one statement)."""
    rows = {row.name: row for row in NightlyJob.objects.filter(name__in=_nightly)}
    return [
        JobState(name, row.night, row.tries, row.finished_at, row.succeeded_at, row.error)
        if (row := rows.get(name))
        else JobState(name, None, 0, None, None, "")
        for name in _nightly
    ]


def run_due(night: date, *, clock: Clock, who: str = "") -> bool:
    """Run the jobs of `night` (a day of the site) that nobody has done and nobody is at; True when all succeeded.

    clock: tells the present moment. who: names this process in the table. A job that fails does not keep the others;
    it is free again after five minutes.
    """
    who = who or f"{socket.gethostname()}:{os.getpid()}"
    succeeded = True
    for name in _due(night, clock()):
        if _claim(name, night, who=who, at=clock()):
            succeeded &= _run(name, who=who, clock=clock)
    return succeeded


def _due(night: date, at: datetime) -> list[str]:
    taken = NightlyJob.objects.filter(_is_done(night) | Q(free_from__gt=at)).values_list("name", flat=True)
    return [name for name in _nightly if name not in set(taken)]


def _is_done(night: date) -> Q:
    return Q(night__gte=night, finished_at__isnull=False)


def _claim(name: str, night: date, *, who: str, at: datetime) -> bool:
    NightlyJob.objects.bulk_create([NightlyJob(name=name, free_from=at)], ignore_conflicts=True)
    free = NightlyJob.objects.filter(name=name, free_from__lte=at).exclude(_is_done(night))
    tries = Case(When(night=night, then=F("tries") + 1), default=Value(1))
    return free.update(night=night, who=who, tries=tries, free_from=at + LEASE, finished_at=None) == 1


def _run(name: str, *, who: str, clock: Clock) -> bool:
    mine = NightlyJob.objects.filter(name=name, who=who, finished_at=None)
    try:
        with _kept(name, who, clock):
            _nightly[name](clock())
        at = clock()
        mine.update(finished_at=at, succeeded_at=at, free_from=at, error="")
    except Exception as error:
        log.exception("The nightly job “%s” failed; it is tried again in five minutes", name)
        connections.close_all()
        mine.update(free_from=clock() + TRY_AGAIN, error=type(error).__name__)
        return False
    except BaseException:
        # Told to stop: whoever looks next may begin at once.
        mine.update(free_from=clock(), error="Stopped")
        raise
    return True


@contextmanager
def _kept(name: str, who: str, clock: Clock) -> Iterator[None]:
    """Prolong the lease as long as the context lasts."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT.total_seconds()):
            try:
                NightlyJob.objects.filter(name=name, who=who, finished_at=None).update(free_from=clock() + LEASE)
            except DatabaseError:
                log.warning("The job “%s” could not be prolonged; another process may take it over", name)
            finally:
                connections.close_all()

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()
