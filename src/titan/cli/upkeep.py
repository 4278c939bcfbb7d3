"""`titan sweep`, `titan rebuild`, `titan verify`, `titan guards`, `titan doctor`: keeping a site true."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from titan.cli.failures import complain
from titan.cli.progress import bar
from titan.cli.start import need_storage, start


def sweep() -> None:
    """Let the calendar move: bring every verdict to today. `titan serve` does this every night by itself.

    Example:

      titan sweep
    """
    start()
    from titan.compliance.commands import sweep as sweep_verdicts
    from titan.core import settings
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now

    at = now()
    written = sweep_verdicts(by=system_actor(Via.CLI), at=at)
    today = settings.current().today(at).isoformat()
    typer.echo(f"Today is {today}: {written.items:,} items and {written.verdicts:,} overall verdicts changed.")


def rebuild() -> None:
    """Judge everybody anew from the facts and count anew; writes only what differs, and says how much that was.

    For the day after an upgrade in which servers of the release before ran on: what they judged was not counted.

    Example:

      titan rebuild
    """
    start()
    from titan.compliance.commands import rebuild as judge_everybody
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now

    written = judge_everybody(by=system_actor(Via.CLI), at=now())
    typer.echo(
        f"{written.items:,} items, {written.verdicts:,} overall verdicts and {written.counts:,} counts were wrong, and "
        "are right now."
    )


def verify(
    since_last: Annotated[
        bool,
        typer.Option("--since-last", help="Only what is new since the last time, and a 28th of everything else."),
    ] = False,
) -> None:
    """Check everything Titan promises: the ledger, every row against it, every evidence file, every invariant.

    Prints what is wrong and exits with 1; warnings alone exit with 0. What is wrong with the ledger, the guards or
    evidence raises an alarm, which a later full verification lets rest when it finds all right again. Nothing else is
    changed. Every night does the same by itself with --since-last.

    Examples:

      titan verify

      titan verify --since-last
    """
    start()
    need_storage()
    from titan.compliance.commands import catch_up
    from titan.core.clock import now
    from titan.training.verify.running import verify_and_keep

    catch_up(at=now())

    wrong = warnings = 0
    with bar("verifying") as shown:
        for problem in verify_and_keep(full=not since_last, clock=now, progress=shown.show):
            wrong += not problem.is_warning
            warnings += problem.is_warning
            complain(str(problem))
    if wrong:
        complain(f"{wrong:,} found wrong.")
        raise typer.Exit(1)
    what = "What was looked at" if since_last else "All"
    typer.echo(f"{what} is as it must be: {warnings:,} warnings.")


def guards(
    restore: Annotated[bool, typer.Option("--restore", help="Put back those that are missing.")] = False,
) -> None:
    """Look whether the database still guards itself against double booking and altered proof.

    Exits with 1 when a guard is missing. Before you restore one, find out what happened meanwhile: titan verify

    Examples:

      titan guards

      titan guards --restore
    """
    start()
    from titan.core.guards import install, missing, registered

    lost = missing()
    if lost and restore:
        install()
        lost = missing()
    for name in lost:
        complain(f"guard {name} is missing or altered")
    if lost:
        raise typer.Exit(1)
    typer.echo(f"All {len(registered())} guards are in place.")


def doctor() -> None:
    """Look at everything around Titan that must be right: configuration, database, storage, clock, disk, backups.

    Says what to do about whatever is not, changes nothing, and exits with 1 when something is wrong. What the data
    itself promises is asked by: titan verify

    Example:

      titan doctor
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "titan.config.settings")
    import django

    django.setup()
    from titan.core.clock import now
    from titan.watch.doctor import Level, examine

    wrong = False
    for finding in examine(at=now()):
        wrong |= finding.level is Level.WRONG
        typer.echo(f"{finding.level:<6} {finding.what}" + (f"\n       → {finding.advice}" if finding.advice else ""))
    if wrong:
        raise typer.Exit(1)
