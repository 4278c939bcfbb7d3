"""`titan evidence`: moving house with all proof."""

from __future__ import annotations

from typing import Annotated

import typer

from titan.cli.failures import Stop, complain
from titan.cli.progress import bar
from titan.cli.start import need_storage, start

evidence = typer.Typer(no_args_is_help=True, help="Where the bytes of evidence lie.")


@evidence.callback()
def _group() -> None:
    """Keep `copy` a command of its own, however few there are."""


@evidence.command()
def copy(
    back: Annotated[bool, typer.Option("--back", help="From the bucket to the folder instead.")] = False,
) -> None:
    """Copy all evidence from the folder in TITAN_HOME to the bucket of TITAN_STORAGE_URL; each file is hashed again.

    What is there already is looked at and not copied, so that this can be repeated: once while Titan serves from the
    folder, and once more after it was started with TITAN_STORAGE_URL. Deletes nothing. Exits with 1 when a file is
    missing or damaged.

    Examples:

      titan evidence copy

      titan evidence copy --back
    """
    start()
    from django.conf import settings

    from titan.evidence.copying import copy_all
    from titan.evidence.storage import evidence_store, local_store

    if settings.TITAN_STORAGE is None:
        raise Stop("TITAN_STORAGE_URL is not set: there is no bucket to copy to or from.", code=2)
    need_storage()
    source, target = (evidence_store(), local_store()) if back else (local_store(), evidence_store())
    copied = present = wrong = 0
    with bar("copying evidence") as shown:
        for step in copy_all(source, target, shown.show):
            copied += step.copied
            present += not step.copied and not step.wrong
            wrong += bool(step.wrong)
            if step.wrong:
                complain(f"Evidence {step.key} {step.wrong}.")
    typer.echo(f"{copied:,} files copied, {present:,} were there already.")
    if wrong:
        complain(f"{wrong:,} files could not be copied. Find out what happened to them: titan verify")
        raise typer.Exit(1)
