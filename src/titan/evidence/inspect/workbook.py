"""XLSX of a register: one clean ZIP from the first byte to the last, a workbook in it, no macros, no bomb."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from titan.evidence.limits import MAX_WORKBOOK, NotAccepted

NEEDED = {"[Content_Types].xml", "xl/workbook.xml"}
MAX_ENTRIES = 2_000
END_RECORD = b"PK\x05\x06"
END_SIZE = 22


def pages_of(path: Path) -> None:
    """Return None (a workbook has no pages), or raise NotAccepted."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_frame(path, entries)
            _check_entries(path, entries)
            # Reads every entry to its end and compares its checksum; sizes were capped above.
            damaged = archive.testzip()
    except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError) as error:
        raise NotAccepted("The workbook is damaged.") from error
    if damaged is not None:
        raise NotAccepted("The workbook is damaged: a checksum in it is wrong.")


def _check_frame(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END_SIZE))
        end = file.read()
    if not end.startswith(END_RECORD):
        raise NotAccepted("Something follows the end of the workbook.")
    directory_size, directory_at = struct.unpack("<II", end[12:20])
    first = min((entry.header_offset for entry in entries), default=-1)
    if first != 0 or directory_at + directory_size + END_SIZE != size:
        raise NotAccepted("The workbook does not begin at the first byte, or is not whole.")


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename for entry in entries}
    if not names >= NEEDED:
        raise NotAccepted("It is a ZIP, but no Excel workbook (XLSX).")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise NotAccepted("The workbook holds macros: save it as XLSX.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise NotAccepted("The workbook is protected by a password: save it without.")
    # Entries that share bytes pack a bomb into a small file; honest ones fit into the file side by side.
    overlapping = sum(entry.compress_size for entry in entries) > path.stat().st_size
    inflated = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or len(names) != len(entries) or overlapping or inflated > MAX_WORKBOOK:
        raise NotAccepted("The workbook unpacks to far more than a register holds.")
