"""`python -m bench`: the tables of docs/performance.md, or a load test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bench import report
from bench.place import DATABASES, enter, place
from bench.timing import ROUNDS, Measured

app = typer.Typer(no_args_is_help=True, help="Benchmarks of Titan.", add_completion=False)
PARTS = ("finalize", "ledger", "picker", "show", "recalculate", "verify", "packs", "imports")

SharedBuffers = Annotated[str, typer.Option(help="The memory of PostgreSQL for what it has read, such as 2GB.")]
Databases = Annotated[str, typer.Option("--db", help="sqlite, postgres, or both as sqlite,postgres.")]


@app.command()
def run(  # noqa: PLR0917 - each is an option of the command line
    db: Databases = "sqlite,postgres",
    sizes: Annotated[str, typer.Option(help="How many workers, such as 2000,20000.")] = "2000,20000,100000",
    parts: Annotated[str, typer.Option(help=f"Of {','.join(PARTS)},sweep (a part of recalculate).")] = ",".join(PARTS),
    rounds: Annotated[int, typer.Option(help="How often each is measured; medians are shown.")] = ROUNDS,
    shared_buffers: SharedBuffers = "128MB",
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file as well.")] = None,
) -> None:
    """Measure each database at each size, each in a process and place of its own, and print the tables."""
    written = []
    for database in _chosen(db):
        measured: list[Measured] = []
        for size in sizes.split(","):
            measured += _in_its_own_process(database, int(size.replace("_", "")), parts, rounds, shared_buffers)
        grown = report.growth(measured, database)
        report.show(database, measured, grown)
        written.append(report.markdown(database, measured, grown))
    if markdown is not None:
        report.write(markdown, "\n".join(written))


def _chosen(db: str) -> list[str]:
    chosen = db.split(",")
    if unknown := set(chosen) - set(DATABASES):
        raise typer.BadParameter(f"There is no database {', '.join(unknown)}; give {' or '.join(DATABASES)}.")
    return chosen


def _in_its_own_process(database: str, size: int, parts: str, rounds: int, shared_buffers: str) -> list[Measured]:
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        options = ["--db", database, "--size", str(size), "--parts", parts, "--rounds", str(rounds)]
        options += ["--shared-buffers", shared_buffers]
        subprocess.run([sys.executable, "-m", "bench", "one", *options, "--out", file.name], check=True)  # noqa: S603
        return [Measured(**row) for row in json.loads(Path(file.name).read_text())]


@app.command()
def load(  # noqa: PLR0917 - each is an option of the command line
    db: Databases = "sqlite,postgres",
    size: Annotated[int, typer.Option(help="How many workers.")] = 20_000,
    clients: Annotated[int, typer.Option(help="How many clients at once; each has a trainer of its own.", max=24)] = 16,
    seconds: Annotated[float, typer.Option(help="How long.")] = 120,
    serve: Annotated[str, typer.Option(help="Options of `titan serve`, such as '--workers 2'.")] = "",
    pause: Annotated[float, typer.Option(help="Seconds between two requests of a client, on average.")] = 1.0,
    markdown: Annotated[Path | None, typer.Option(help="Write the tables to this file as well.")] = None,
) -> None:
    """Let clients do the day's work against a real server, and print errors, times and memory."""
    from rich.console import Console

    console, written, failed = Console(), [], False
    for database in _chosen(db):
        with place(database) as environment, tempfile.NamedTemporaryFile(suffix=".json") as file:
            options = ["--size", str(size), "--clients", str(clients), "--seconds", str(seconds)]
            options += ["--serve", serve, "--pause", str(pause), "--out", file.name]
            started = {**os.environ, **{f"BENCH_{name}": value for name, value in environment.items()}}
            command = [sys.executable, "-m", "bench", "load-one", *options]
            subprocess.run(command, check=True, env=started)  # noqa: S603
            found = json.loads(Path(file.name).read_text())
        failed |= bool(found["errors"])
        report.show_load(console, database, found)
        written.append(report.load_markdown(database, found))
    if markdown is not None:
        report.write(markdown, "\n".join(written))
    if failed:
        raise typer.Exit(1)


@app.command(hidden=True)
def load_one(  # noqa: PLR0917 - each is an option of the command line
    size: int = 20_000,
    clients: int = 16,
    seconds: float = 120,
    serve: str = "",
    pause: float = 1.0,
    out: Path | None = None,
) -> None:
    """Run the load test on one database, at the place that the environment names."""
    enter({name: os.environ[f"BENCH_{name}"] for name in ("TITAN_HOME", "TITAN_DATABASE_URL")})
    from bench import load as loading

    keys = loading.prepare(size)
    with loading.Server(serve.split()) as server:
        seen = loading.run(server, keys, clients=clients, seconds=seconds, pause=pause)
    found = {
        "lines": list(loading.lines(seen)),
        "errors": seen.errors,
        "memory": loading.memory_words(seen),
        "what": f"{clients} clients, {size:,} workers, {seconds:.0f} s, {pause:g} s between requests",
    }
    if out is not None:
        out.write_text(json.dumps(found))


@app.command(hidden=True)
def one(  # noqa: PLR0917 - each is an option of the command line
    db: str = "sqlite",
    size: int = 2000,
    parts: str = "",
    rounds: int = ROUNDS,
    shared_buffers: str = "128MB",
    out: Path | None = None,
) -> None:
    """Measure one database at one size in this process."""
    with place(db, shared_buffers=shared_buffers) as environment:
        enter(environment)
        measured = _measure(db, size, parts.split(",") if parts else list(PARTS), rounds)
        from django.db import connections

        from titan.ledger.commands.sign import signed_by_now

        signed_by_now()
        connections.close_all()
    if out is not None:
        out.write_text(json.dumps([row.plain() for row in measured]))


def _measure(database: str, size: int, parts: list[str], rounds: int) -> list[Measured]:
    from bench import costing, finalizing, importing, loader, packing, picking, recalculating, showing, verifying

    at = datetime.now(UTC)
    made = loader.load(size, at=at, say=lambda what: _say(f"{database} {size:,}: loading {what}"))
    _say(
        f"{database} {size:,}: {made.items:,} items, {made.records:,} records, {made.courses} courses; loaded in "
        f"{made.load_seconds:.1f} s, judged in {made.judge_seconds:.1f} s"
    )
    print(file=sys.stderr)
    steps: dict[str, Callable[[], Iterator[Measured]]] = {
        "picker": lambda: picking.measures(size, at=at, rounds=rounds),
        "show": lambda: showing.measures(size, at=at, rounds=rounds),
        "finalize": lambda: finalizing.measures(size, at=at, rounds=rounds),
        "ledger": lambda: costing.measures(size, at=at, rounds=rounds),
        "verify": lambda: verifying.measures(size, at=at, rounds=rounds),
        "packs": lambda: packing.measures(size, at=at, rounds=rounds),
        "recalculate": lambda: recalculating.measures(size, recalculating.Calendar(at), rounds=rounds),
        # Last: it doubles the site again and again.
        "imports": lambda: importing.measures(size, at=at, rounds=rounds),
        "sweep": lambda: recalculating.nights(size, recalculating.Calendar(at), rounds=rounds),
    }
    measured = [Measured("load: everything", size, made.load_seconds * 1000, note=f"{made.items:,} items")]
    for name, step in steps.items():
        # Recalculating ends with the nights, and their days pass only once.
        if name in parts and not (name == "sweep" and "recalculate" in parts):
            for row in step():
                measured.append(row)
                _say(f"{database} {size:,}: {row.what}: {row.product_ms:.2f} ms")
    print(file=sys.stderr)
    return measured


def _say(text: str) -> None:
    """Tell whoever waits, on one line that is written over."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


if __name__ == "__main__":
    app()
