"""CSV of a register: text with lines, and nothing else in it; kept as it came, in whichever encoding people save."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from titan.evidence.limits import NotAccepted

CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
CONTROL_BYTE = re.compile(CONTROL.pattern.encode())
MULTIBYTE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
ASCII = bytes(range(0x80))
CHUNK = 1024 * 1024
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def pages_of(path: Path) -> None:
    """Return None (a table has no pages), or raise NotAccepted."""
    with path.open("rb") as file:
        is_utf_16 = file.read(2) in UTF_16
    seen = _holds_text(path, "utf-16" if is_utf_16 else "utf-8-sig")
    if seen is None:
        # An encoding of one byte a letter decodes whatever there is: what must not be in it are control characters.
        seen = _is_single_byte(path)
    if not seen:
        raise NotAccepted("The table is empty.")


def _holds_text(path: Path, encoding: str) -> bool | None:
    """Tell whether something stands in a text in `encoding`; None when it is in another. Refuses control characters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    seen = False
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                seen = _need_no_controls(decoder.decode(chunk)) or seen
        return _need_no_controls(decoder.decode(b"", True)) or seen
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise NotAccepted("The table begins as UTF-16 and is not.") from error
        return None


def _need_no_controls(text: str) -> bool:
    if CONTROL.search(text):
        raise NotAccepted("The table holds control characters: it is no text.")
    return bool(text.strip())


def _is_single_byte(path: Path) -> bool:
    """Tell whether a file holds something; refuse controls, and UTF-8 of which some letters are broken."""
    seen, letters, in_utf_8 = False, 0, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if CONTROL_BYTE.search(chunk):
                raise NotAccepted("The table holds control characters: it is no text.")
            seen = bool(chunk.strip()) or seen
            letters += len(chunk.translate(None, ASCII))
            in_utf_8 += sum(map(len, MULTIBYTE.findall(chunk)))
    if in_utf_8 * 2 > letters:
        raise NotAccepted("The table is UTF-8 text of which some letters are broken: export it again.")
    return seen
