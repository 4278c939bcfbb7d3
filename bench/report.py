"""The tables: one per database, on the terminal and as markdown."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.timing import Measured, exponent

HEADS = ("what", "workers", "product ms", "raw ms", "ratio", "limit", "verdict", "note")


def lines(measured: Iterable[Measured]) -> list[tuple[str, ...]]:
    """Return the table's lines: each kind of measure together, by size."""
    rows = list(measured)
    order = {what: number for number, what in reversed(list(enumerate(row.what for row in rows)))}
    return [_line(row) for row in sorted(rows, key=lambda row: (order[row.what], row.workers))]


def _line(row: Measured) -> tuple[str, ...]:
    sign = "≥" if row.at_least else "≤"
    return (
        row.what,
        f"{row.workers:,}" if row.workers else "",
        f"{row.product_ms:.2f}",
        "" if row.raw_ms is None else f"{row.raw_ms:.2f}",
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.limit is None else f"{sign} {row.limit:g}",
        {True: "holds", False: "MISSED", None: ""}[row.holds],
        row.note,
    )


# What must stay the same, or grow in proportion, from one size to another: (what, from, to, limit of the ratio).
GROWTH = (
    ("finalize 20", 20_000, 100_000, {"sqlite": 2.5, "postgres": 1.3}),
    ("finalize 500", 20_000, 100_000, {"sqlite": 2.5, "postgres": 1.3}),
    ("picker: first page", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: deep page", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: first page, search 'demli'", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: first page, search 'li'", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: deep page, search 'li'", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: one badge", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("picker: nobody", 2_000, 100_000, {"sqlite": 2.0, "postgres": 2.0}),
    ("Today: its counts", 2_000, 100_000, {"sqlite": 3.0, "postgres": 3.0}),
    ("matrix: rows of the first page", 2_000, 100_000, {"sqlite": 3.0, "postgres": 3.0}),
    ("page: Today", 2_000, 100_000, {"sqlite": 3.0, "postgres": 3.0}),
    ("page: matrix", 2_000, 100_000, {"sqlite": 3.0, "postgres": 3.0}),
    ("page: matrix", 2_000, 20_000, {"sqlite": 1.5, "postgres": 1.5}),
    ("page: workers", 2_000, 100_000, {"sqlite": 3.0, "postgres": 3.0}),
)
EXPONENTS = ("recalculate everyone", "recalculate one course's rule", "recalculate one role", "nightly sweep")
EXPONENT_LIMIT = 1.15


def growth(measured: Sequence[Measured], database: str) -> list[Measured]:
    """Return how times grow between the sizes measured: as ratios, and as exponents of the number of workers."""
    rows = {(row.what, row.workers): row for row in measured}
    times = {key: row.product_ms for key, row in rows.items()}
    found = [
        _grown(rows[what, small], rows[what, large], limit[database])
        for what, small, large, limit in GROWTH
        if (what, small) in times and (what, large) in times
    ]
    for what in EXPONENTS:
        sizes = sorted(size for name, size in times if name == what)
        for small, large in itertools.pairwise(sizes):
            power = exponent((small, times[what, small]), (large, times[what, large]))
            name = f"{what}: exponent {_short(small)} → {_short(large)}"
            found.append(Measured(name, 0, power, 1.0, EXPONENT_LIMIT))
    return found


def _grown(small: Measured, large: Measured, limit: float) -> Measured:
    """Compare two sizes; a page of more rows is another page, and shown without a limit."""
    name = f"{small.what}: {_short(small.workers)} → {_short(large.workers)}"
    if small.note.endswith(" rows") and small.note != large.note:
        note = f"{small.note} → {large.note}"
        return Measured(name, 0, large.product_ms, small.product_ms, note=note)
    return Measured(name, 0, large.product_ms, small.product_ms, limit)


def _short(size: int) -> str:
    return f"{size // 1000:,}k"


def show(database: str, measured: Sequence[Measured], grown: Sequence[Measured]) -> None:
    """Print the two tables of one database."""
    console = Console(width=None if sys.stdout.isatty() else 170)
    for title, rows in ((f"{database}", measured), (f"{database}: growth", grown)):
        table = Table(*HEADS, title=title, title_justify="left")
        for line in lines(rows):
            colour = "red" if line[6] == "MISSED" else ""
            table.add_row(*line, style=colour)
        console.print(table)


def markdown(database: str, measured: Sequence[Measured], grown: Sequence[Measured]) -> str:
    """Return the two tables of one database as markdown."""
    parts = []
    for title, rows in ((database, measured), (f"{database}: growth", grown)):
        parts += [f"## {title}\n", f"| {' | '.join(HEADS)} |", "| --- |" + " ---: |" * 5 + " --- | --- |"]
        parts += [f"| {' | '.join(line)} |" for line in lines(rows)]
        parts.append("")
    return "\n".join(parts)


def write(path: Path, text: str) -> None:
    """Write the markdown."""
    path.write_text(text + "\n")


LOAD_HEADS = ("what", "requests", "p50 ms", "p95 ms", "p99 ms", "limit of p95", "verdict")


def show_load(console: Console, database: str, found: dict[str, Any]) -> None:
    """Print what a load test found on one database."""
    table = Table(*LOAD_HEADS, title=f"{database}: {found['what']}", title_justify="left")
    for line in found["lines"]:
        table.add_row(*line, style="red" if line[-1] == "MISSED" else "")
    console.print(table)
    console.print(f"errors: {len(found['errors'])}; the server's memory: {found['memory']}")
    for error in found["errors"][:10]:
        console.print(f"  {error}", style="red", markup=False)


def load_markdown(database: str, found: dict[str, Any]) -> str:
    """Return what a load test found on one database as markdown."""
    rows = [f"| {' | '.join(line)} |" for line in found["lines"]]
    heads = [f"## {database}: {found['what']}\n", f"| {' | '.join(LOAD_HEADS)} |", "| --- |" + " ---: |" * 5 + " --- |"]
    return "\n".join([*heads, *rows, "", f"Errors: {len(found['errors'])}. Memory: {found['memory']}.", ""])
