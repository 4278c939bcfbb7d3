"""The entry point `titan`."""

from __future__ import annotations

import sys

import typer

from titan.cli import (
    backups,
    demo,
    evidence,
    exporting,
    importing,
    ledger,
    loading,
    nights,
    packing,
    people,
    serving,
    upkeep,
    walk,
)
from titan.cli.failures import explain

app = typer.Typer(
    name="titan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Titan: training sessions that end in proof. Plan, fill, hold, evidence, finalize.",
    epilog="TITAN_HOME names the folder for data (default ./var). Begin with: titan demo",
)
app.command()(serving.serve)
app.command()(nights.worker)
app.command()(demo.demo)
app.command()(walk.walk)
app.command()(loading.load)
app.command("import")(importing.import_file)
app.command("imports")(importing.imports)
app.command("undo-import")(importing.undo_import)
app.add_typer(evidence.evidence, name="evidence")
app.add_typer(ledger.ledger, name="ledger")
app.add_typer(people.users, name="user")
app.add_typer(people.tokens, name="token")
app.command()(packing.pack)
app.command()(exporting.export)
app.command()(upkeep.sweep)
app.command()(upkeep.rebuild)
app.command()(upkeep.verify)
app.command()(upkeep.guards)
app.command()(upkeep.doctor)
app.command()(backups.backup)
app.command()(backups.restore)


def main() -> None:
    """Run one command and exit: 0 done, 1 refused or found wrong, 2 wrong options or configuration."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        sys.exit(explain(error))
