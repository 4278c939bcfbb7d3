"""`titan walk`: from Draft to Proof on the demo site, told step by step."""

from __future__ import annotations

import os
import tempfile

import typer

from titan.cli.progress import bar, stepwise
from titan.cli.start import start


def walk() -> None:
    """Walk a class from Draft to Proof on the demo site, through the real commands, and tell each step.

    It uses a home of its own that is thrown away afterwards: nothing of yours is read or changed. The story happens on
    the demo's own days, so it is the same every time.

    Example:

      titan walk
    """
    with tempfile.TemporaryDirectory(prefix="titan-walk-") as home:
        os.environ["TITAN_HOME"] = home
        for setting in ("TITAN_DATABASE_URL", "TITAN_STORAGE_URL", "TITAN_TIMEZONE"):
            os.environ.pop(setting, None)
        start()
        try:
            _tell()
        finally:
            _let_go()


def _let_go() -> None:
    """Wait for whoever still writes into the home, and close it: only then can it be thrown away."""
    from django.db import connections

    from titan.ledger.commands.sign import signed_by_now

    signed_by_now()
    connections.close_all()


def _tell() -> None:
    from titan.core.actor import Via, system_actor
    from titan.demo import SITE
    from titan.demo.walk import story_start
    from titan.demo.walk import walk as walk_through
    from titan.exchange.site_folder.commands import STEPS, load_site
    from titan.exchange.site_folder.reading import site_of

    described = site_of(SITE)
    if described is None or described.as_of is None:
        raise AssertionError("The demo site's site.json must name its day.")
    morning = story_start(described.as_of, described.timezone)
    typer.echo(f"Loading {described.name}, as of {described.as_of}.")
    with bar("loading") as shown:
        load_site(SITE, by=system_actor(Via.CLI), at=morning, on_step=stepwise(shown, STEPS))
    walk_through(typer.echo, start=morning)
