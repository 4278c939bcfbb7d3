"""`titan pack`: an audit pack into a file."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from titan.cli.failures import Stop
from titan.cli.start import start


def pack(  # noqa: PLR0917 - each is an option of the command line
    file: Annotated[Path, typer.Argument(help="Where to write the ZIP file; nothing is overwritten.")],
    worker: Annotated[str, typer.Option(help="The badge of a worker.")] = "",
    session: Annotated[str, typer.Option(help="The code of a session, such as TS-2026-0007.")] = "",
    company: Annotated[str, typer.Option(help="The code of a company.")] = "",
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")] = None,
    language: Annotated[str, typer.Option(help="Of the cover: one, or two side by side (en,tr).")] = "",
) -> None:
    """Write an audit pack: records, signed sheets and proofs, which verify.py inside it checks without Titan.

    Examples:

      titan pack auditor.zip --worker NGT-0001

      titan pack 2026.zip --from 2026-01-01 --to 2026-12-31
    """
    start()
    from titan.core import settings
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.packs.commands import make_pack
    from titan.packs.scope import scope_named
    from titan.paper.languages import paper_languages

    if file.exists():
        raise Stop(f"{file} exists already and is not overwritten. Give another name.")
    scope = scope_named(worker, session, company, _day(first), _day(last))
    languages = paper_languages(language, site=settings.current(), reader="en")
    made = make_pack(scope, by=system_actor(Via.CLI), at=now(), languages=languages)
    draft = file.with_name(f".{file.name}.part")
    try:
        with draft.open("xb") as target:
            for chunk in made.chunks:
                target.write(chunk)
        draft.rename(file)
    finally:
        draft.unlink(missing_ok=True)
    typer.echo(f"{file}: {file.stat().st_size:,} bytes. Check it: python3 verify.py {file.name}")


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
