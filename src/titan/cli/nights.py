"""`titan worker`, and what it shares with `titan serve`: the jobs of the night."""

from __future__ import annotations

import logging
import signal
import sys
import time
from datetime import timedelta
from typing import Annotated

import typer

from titan.cli.start import need_guards, start
from titan.core.clock import now

AFTER_MIDNIGHT = timedelta(minutes=1)
LOOK_AGAIN = timedelta(seconds=20)
ASK_AGAIN = timedelta(seconds=2)

log = logging.getLogger("titan.jobs")


def worker(
    once: Annotated[
        bool, typer.Option("--once", help="Do what is due now, then leave; exit 1 when a job failed.")
    ] = False,
) -> None:
    """Run the jobs of the night, and what is asked for, until Ctrl-C or SIGTERM: the sweep, backups, verification.

    For sites whose servers run with --no-jobs. Any number of workers and servers may look for jobs on one database:
    each job runs once a night, and the job of a worker that was killed is taken over within a minute or two.

    Examples:

      titan worker

      titan worker --once
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    start()
    need_guards()
    if once:
        succeeded = run_tonight()
        run_wanted()
        raise typer.Exit(0 if succeeded else 1)
    typer.echo("Titan works: it runs the jobs of every night (Ctrl-C stops it)")
    sys.stdout.flush()
    watch_nights()


def watch_nights() -> None:
    """Look for jobs that are due, and for what was asked for, for ever. A database that is away is waited for."""
    while True:
        run_tonight()
        for _look in range(LOOK_AGAIN // ASK_AGAIN):
            run_wanted()
            time.sleep(ASK_AGAIN.total_seconds())


def run_wanted() -> None:
    """Do what somebody asked for and waits for, such as a verification."""
    from django.db import connections

    from titan.core.jobs import run_asked

    try:
        run_asked(clock=now)
    finally:
        connections.close_all()


def run_tonight() -> bool:
    """Run the jobs of the site's latest night that are due; tell whether none failed."""
    from django.db import DatabaseError, connections

    from titan.core import settings
    from titan.core.jobs import run_due

    try:
        return run_due(settings.current().today(now() - AFTER_MIDNIGHT), clock=now)
    except DatabaseError as error:
        log.warning("The database does not answer (%s); the jobs of the night wait", type(error).__name__)
    except Exception:
        log.exception("The jobs of the night cannot be looked for")
    finally:
        connections.close_all()
    return False
