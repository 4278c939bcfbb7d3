"""`titan ledger`: its state, its checkpoint, proofs, its key, and a restore that lost something."""

from __future__ import annotations

from typing import Annotated

import typer

from titan.cli.failures import Stop
from titan.cli.start import start

ledger = typer.Typer(no_args_is_help=True, help="The tamper-evident ledger (docs/ledger-format.md).")


@ledger.command()
def status() -> None:
    """Print how far the ledger goes, whether it is signed, and what is wrong with it.

    Example:

      titan ledger status
    """
    start()
    from titan.ledger.alarms import open_alarms
    from titan.ledger.queries.checkpoints import newest_checkpoint, vkeys
    from titan.ledger.queries.entries import head

    now = head()
    newest = newest_checkpoint()
    if now is None or newest is None:
        raise Stop("The ledger has not begun.")
    keys = vkeys()
    typer.echo(f"origin  {now.origin}\nleaves  {now.size:,}\nroot    {now.root.hex()}")
    typer.echo(f"signed  {newest.size:,} leaves at {newest.signed_at.isoformat()} by key {newest.key_id}")
    typer.echo(f"key     {keys[-1] if keys else 'cannot be read'}")
    alarms = open_alarms()
    for alarm in alarms:
        typer.echo(f"ALARM   {alarm.code} {alarm.entity} {alarm.entity_id or ''}: {alarm.detail}")
    if alarms:
        raise typer.Exit(1)


@ledger.command()
def checkpoint() -> None:
    """Print the newest checkpoint, a signed note: keep it somewhere else, and nobody can rewrite what was before.

    Example:

      titan ledger checkpoint > checkpoint.txt
    """
    start()
    from titan.ledger.queries.checkpoints import newest_checkpoint

    newest = newest_checkpoint()
    if newest is None:
        raise Stop("Nothing was signed yet.")
    typer.echo(newest.note, nl=False)


@ledger.command()
def prove(index: Annotated[int, typer.Argument(help="The number of the entry, counted from 0.")]) -> None:
    """Print the proof that an entry stands in the ledger, as a .tlog-proof.

    Example:

      titan ledger prove 73 > 73.tlog-proof
    """
    start()
    from titan.ledger.queries.checkpoints import tlog_proof

    typer.echo(tlog_proof(index), nl=False)


@ledger.command()
def key() -> None:
    """Print the verifier keys that the ledger announced, the present one last. Give them to auditors beforehand.

    Example:

      titan ledger key
    """
    start()
    from titan.ledger.queries.checkpoints import vkeys

    for one in vkeys():
        typer.echo(str(one))


@ledger.command("rotate-key")
def rotate_key(
    in_place: Annotated[bool, typer.Option("--in-place", help="The new key is in its place already.")] = False,
) -> None:
    """Sign with a new key from now on. The old one is kept beside it; the ledger says so itself.

    With TITAN_LEDGER_KEY, or when the old key was lost: put the new key in its place first, and say --in-place.

    Examples:

      titan ledger rotate-key

      titan ledger rotate-key --in-place
    """
    start()
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.ledger.commands.rotate import announce_key
    from titan.ledger.keys import put_back, replace_seed

    aside = None if in_place else replace_seed()
    try:
        announced = announce_key(by=system_actor(Via.CLI), at=now())
    except BaseException:
        if not in_place:
            put_back(aside)
        raise
    typer.echo(f"Signed by {announced} from now on." + (f" The old key lies in {aside}." if aside else ""))


@ledger.command("accept-restore")
def accept(reason: Annotated[str, typer.Option(help="Why a backup was restored, for the auditor.")]) -> None:
    """Begin a new epoch after a restore that lost entries; the ledger quotes what was lost for ever.

    Example:

      titan ledger accept-restore --reason "The disk failed on 3 March; the backup of that night was restored."
    """
    start()
    from titan.core.actor import Via, system_actor
    from titan.core.clock import now
    from titan.ledger.commands.restored import accept_restore

    typer.echo(f"The ledger goes on as {accept_restore(reason, by=system_actor(Via.CLI), at=now())}.")
