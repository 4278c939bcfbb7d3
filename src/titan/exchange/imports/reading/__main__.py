"""The child: `python -m titan.exchange.imports.reading SOURCE TARGET` writes rows and answers what they are of."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson

from titan.evidence.limits import MEGABYTE, NotAccepted, answer_with, confine
from titan.exchange.imports.reading.lines import Cell
from titan.exchange.imports.reading.text import read_text
from titan.exchange.imports.reading.workbook import read_workbook

MAX_ROWS_FILE = 512 * MEGABYTE
ZIP = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0"


def answer(source: Path, target: Path) -> dict[str, Any]:
    """Write the rows of `source` to `target`."""
    with source.open("rb") as file:
        head = file.read(1024)
    _need_table(head)
    confine(file_bytes=MAX_ROWS_FILE)
    try:
        with target.open("wb", buffering=MEGABYTE) as out:

            def write(sheet: int, row: int, cells: list[Cell]) -> None:
                while cells and cells[-1] is None:
                    cells.pop()
                out.write(orjson.dumps([sheet, row, cells]))
                out.write(b"\n")

            return (read_workbook if head.startswith(ZIP) else read_text)(source, write)
    except (NotAccepted, MemoryError, OSError):
        raise
    except Exception as error:
        # Readers fail in as many ways as files can be broken.
        raise NotAccepted("It is damaged and cannot be read.") from error


def _need_table(head: bytes) -> None:
    if head.startswith(OLD_OFFICE):
        raise NotAccepted("It is an old Excel file, or protected by a password: save it as XLSX without one.")
    if head.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise NotAccepted("It is no table: give an XLSX or a CSV.")
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        raise NotAccepted("It is a web page, whatever its name says: open it in Excel and save it as XLSX.")


if __name__ == "__main__":
    answer_with(lambda: answer(Path(sys.argv[1]), Path(sys.argv[2])))
