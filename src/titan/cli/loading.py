"""`titan load`: a site from a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from titan.cli.progress import bar, stepwise
from titan.cli.start import start

if TYPE_CHECKING:
    from titan.exchange.site_folder.commands import LoadReport


def load(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder with the files.")],
    shift_dates: Annotated[
        bool, typer.Option("--shift-dates", help="Move all dates so that as_of of site.json becomes today.")
    ] = False,
) -> None:
    """Load a site from a folder of files: all of it, or nothing.

    Files, each optional: site.json, companies.csv, roles.csv, courses.csv, areas.csv, role_requirements.csv,
    area_requirements.csv, trainers.csv, venues.csv, personnel.csv, records.csv (training from before Titan; the file
    itself is kept as evidence).

    A new row makes something, a changed row changes it, an absent row leaves it alone: loading the same folder twice
    changes nothing. Every mistake is named with its file, row and column.

    Examples:

      titan load ./site

      titan load ./site --shift-dates
    """
    start()
    tell(run_load(folder, shift_dates=shift_dates))


def run_load(folder: Path, *, shift_dates: bool) -> LoadReport:
    """Load `folder` with a progress bar; raise Refusal when anything is wrong."""
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.exchange.site_folder.commands import STEPS, load_site

    with bar("loading") as shown:
        return load_site(
            folder,
            by=system_actor(Via.CLI),
            at=now(),
            shift_dates=shift_dates,
            on_step=stepwise(shown, STEPS),
        )


def tell(report: LoadReport) -> None:
    """Print what each file did."""
    for file in report.files:
        typer.echo(
            f"{file.file:24} {file.created:>7,} new {file.changed:>7,} changed {file.unchanged:>7,} as they were"
        )
    for badge, now in report.merged:
        typer.echo(f"{badge:24} is now {now}: its row was left alone")
    for name in report.ignored:
        typer.echo(f"{name:24} ignored: Titan knows no file of this name")
    if report.shifted_by_days:
        typer.echo(f"All dates were moved by {report.shifted_by_days} days.")
    typer.echo("Loaded." if report.changes_something else "Nothing changed: all of it stood already.")
