"""Opening a file: kept, read in a limited child, understood as far as it goes."""

from __future__ import annotations

from datetime import datetime

from titan.core.actor import Actor
from titan.evidence.commands import Upload
from titan.exchange.imports.choices import Given


def open_import(upload: Upload, given: Given | None = None, *, by: Actor, at: datetime, language: str = "en") -> int:
    """Keep and read `upload` (XLSX or CSV) and return the number of its import. Admins only.

    A small file is read and checked at once, a large one in the background (`ImportView.working`). language: of the
    words that the import is explained in. Not within a command: reading takes as long as it takes. Raises Forbidden,
    Invalid REQUIRED or EVIDENCE_EMPTY, TooLarge, UnsupportedType (no table, damaged, protected by a password,
    macros, a bomb).
    """
    raise NotImplementedError
