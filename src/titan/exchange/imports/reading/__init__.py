"""From bytes to tables: XLSX and CSV, read in a limited child process, never calculated."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE_ROWS = 200_000
"""How many rows a file may have."""
FILE_COLUMNS = 400
"""How many columns a sheet may have."""
FILE_SHEETS = 60
"""How many sheets a workbook may have."""


@dataclass(frozen=True)
class SheetFound:
    """A sheet as the file has it. rows: with data in them. hidden_rows: how many of those a filter hides."""

    index: int
    name: str
    is_hidden: bool
    rows: int
    hidden_rows: int


@dataclass(frozen=True)
class FileFound:
    """A file as read. format: XLSX or CSV. is_1904: its serial numbers count from 1904; None: nothing says it.

    encoding, delimiter: of a CSV, as a person would name them.
    """

    format: str
    sheets: tuple[SheetFound, ...]
    is_1904: bool | None
    encoding: str
    delimiter: str


def read_file(source: Path, target: Path) -> FileFound:
    """Read the table in `source` and write its rows to `target`, a line of JSON each (`lines.py`).

    Runs in a limited child process. Raises NotAccepted with the reason when it is no table, damaged, too large or
    hostile; EvidenceUnavailable when it cannot be read just now.
    """
    from titan.evidence.child import run_child

    answer = run_child("titan.exchange.imports.reading", [str(source), str(target)])
    return file_found(answer)


def file_found(answer: dict[str, Any]) -> FileFound:
    """Return what a child answered, or a row kept of it, as typed values."""
    return FileFound(
        answer["format"],
        tuple(SheetFound(**sheet) for sheet in answer["sheets"]),
        answer["is_1904"],
        answer["encoding"],
        answer["delimiter"],
    )
