"""`titan backup`, `titan restore`: everything in one file, and back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from titan.cli.failures import complain
from titan.cli.progress import bar
from titan.cli.start import start

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.", dir_okay=False)]


def backup(file: File) -> None:
    """Write database and evidence into one file, as of one moment, while Titan serves; then read it back.

    The file holds personal data: keep it as you keep the site itself. It appears when it is whole, and overwrites
    nothing. With TITAN_BACKUP_DIR set, titan serve makes one every night by itself.

    Exits with 1 when evidence could not be read whole; everything else is in the file then.

    Example:

      titan backup /mnt/backup/titan-before-upgrade.tar
    """
    start()
    from titan.backup.archive import check_archive
    from titan.backup.commands import make_backup
    from titan.core.clock import now

    with bar("backing up") as shown:
        made = make_backup(file, at=now(), progress=shown.show)
        shown.show(0, 1, "reading back")
        check_archive(file)
    size = file.stat().st_size / 1_000_000
    typer.echo(f"{file}: {size:,.1f} MB, database and {len(made.evidence):,} evidence files, read back and whole.")
    if _complain_of(made.lost):
        raise typer.Exit(1)


def restore(file: File) -> None:
    """Bring a backup back into an empty place, and verify everything there.

    The place is named by TITAN_HOME, TITAN_DATABASE_URL and TITAN_STORAGE_URL as always; a database that holds
    anything is never overwritten. Everybody signs in again afterwards. Exits with 1 when something is found wrong.

    Example:

      TITAN_HOME=/srv/titan-new titan restore /mnt/backup/titan-20261122T000103Z.tar
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "titan.config.settings")
    import django

    django.setup()
    from titan.backup.commands import restore_backup
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now

    with bar("restoring") as shown:
        done = restore_backup(file, by=system_actor(Via.CLI), at=now(), progress=shown.show)
    typer.echo(f"Restored the state of {done.made_at}, with {done.evidence:,} evidence files.")
    _complain_of(done.lost)
    from titan.cli.upkeep import verify

    verify()


def _complain_of(lost: list[str]) -> bool:
    for key in lost:
        complain(f"evidence {key} is lost or altered, and not in this backup")
    return bool(lost)
