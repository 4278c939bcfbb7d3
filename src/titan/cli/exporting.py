"""`titan export`: a list into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from titan.cli.failures import Stop
from titan.cli.start import start


def export(
    name: Annotated[str, typer.Argument(metavar="LIST", help="What to write, such as workers; see below.")],
    file: Annotated[Path, typer.Argument(help="Where: a name that ends in .xlsx or .csv; nothing is overwritten.")],
    narrowed: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME=VALUE", help="Which rows; may be given several times.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language of headings, words and titles.")] = "en",
) -> None:
    """Write a list as an Excel workbook or as CSV, by the ending of the file's name.

    Lists: workers, companies, roles, role-requirements, areas, area-requirements, courses, trainers, venues, methods,
    sessions, attendees, records, competencies, matrix, audit, consequences, users.

    Things are named by their codes, workers by their badges; a name that a list does not know is answered with those
    that it knows.

    Examples:

      titan export workers reds.xlsx --only compliance_status=NON_COMPLIANT --only company=NGT

      titan export records records.csv --only worker=NGT-0001

      titan export attendees class.xlsx --only session=TS-2026-0007 --language tr
    """
    start()
    from titan.core import settings
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.core.language import list_separator, words_in
    from titan.exchange.exports.files import Format, export_file
    from titan.exchange.exports.filters import filters_of
    from titan.exchange.exports.listing import Asked
    from titan.exchange.exports.lists import LISTS

    ending = file.suffix.removeprefix(".").lower()
    if name not in LISTS:
        raise Stop(f"LIST: there is no list {name!r}. Take one of: {', '.join(LISTS)}.")
    if ending not in list(Format):
        raise Stop(f"FILE: the name must end in .xlsx or .csv, and {file.name} does not.")
    if file.exists():
        raise Stop(f"{file} exists already and is not overwritten. Give another name.")
    at = now()
    draft = file.with_name(f".{file.name}.part")
    with words_in(language):
        wanted = filters_of(LISTS[name], _given(narrowed or []))
        asked = Asked(system_actor(Via.CLI), at, settings.current(), language)
        made = export_file(LISTS[name].make(wanted, asked), Format(ending), at=at, separator=list_separator())
        try:
            with draft.open("xb") as target:
                target.writelines(made.chunks)
            draft.rename(file)
        finally:
            draft.unlink(missing_ok=True)
    typer.echo(f"{file}: {file.stat().st_size:,} bytes.")


def _given(narrowed: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in narrowed]
    wrong = [name for name, sign, _value in pairs if not sign]
    if wrong:
        raise Stop(f"--only: write NAME=VALUE, not {wrong[0]!r}.")
    return {name: value for name, _sign, value in pairs}
