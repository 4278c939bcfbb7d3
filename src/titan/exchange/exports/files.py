"""A list as a file to hand out: its name, its type, and its bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any

from titan.exchange.exports.csv_file import csv_chunks
from titan.exchange.exports.listing import Listing
from titan.exchange.exports.xlsx_file import write_xlsx

CHUNK = 64 * 1024


class Format(StrEnum):
    """The formats of files, named as their names end."""

    XLSX = "xlsx"
    CSV = "csv"


MEDIA_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
}


@dataclass(frozen=True)
class ExportFile:
    """A file: its name, its media type, and its bytes as they are taken."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


def export_file(listing: Listing[Any], form: Format, *, at: datetime, separator: str = ",") -> ExportFile:
    """Return `listing` as a file in the format `form`, as it stands at the moment `at`; separator: of CSV cells.

    Memory stays the same for any number of rows: a CSV file is made while it is taken, a workbook in a temporary file
    before. Whatever a query refuses is raised here, not while the bytes are on their way.
    """
    day = at.astimezone(listing.zone).date().isoformat()
    chunks = _workbook(listing, at) if form is Format.XLSX else _begun(csv_chunks(listing, separator=separator))
    return ExportFile(f"{listing.name}-{day}.{form.value}", MEDIA_TYPES[form], chunks)


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    return chain([next(chunks)], chunks)


def _workbook(listing: Listing[Any], at: datetime) -> Iterator[bytes]:
    file = TemporaryFile()  # noqa: SIM115 - closed by whoever takes its bytes
    try:
        write_xlsx([listing], file, made_at=at)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return _taken(file)


def _taken(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
