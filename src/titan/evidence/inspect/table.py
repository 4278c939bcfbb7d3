"""CSV of a register: UTF-8 text with lines, and nothing else in it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from titan.evidence.limits import NotAccepted

CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
CHUNK = 1024 * 1024


def pages_of(path: Path) -> None:
    """Return None (a table has no pages), or raise NotAccepted."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    seen = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            seen = _check(decoder, chunk) or seen
    _check(decoder, b"", final=True)
    if not seen:
        raise NotAccepted("The table is empty.")


def _check(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        text = decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise NotAccepted("The table is not UTF-8 text: export it as CSV (UTF-8).") from error
    if CONTROL.search(text):
        raise NotAccepted("The table holds control characters: it is no text.")
    return bool(text.strip())
