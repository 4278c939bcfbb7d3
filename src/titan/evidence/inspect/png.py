"""PNG: every chunk's checksum is right, the picture decodes whole, and nothing follows its end."""

from __future__ import annotations

import zlib
from pathlib import Path

from titan.evidence.inspect.content import PNG
from titan.evidence.inspect.pictures import check_pixels, decode
from titan.evidence.limits import NotAccepted


def pages_of(path: Path) -> int:
    """Return 1, or raise NotAccepted."""
    _check_chunks(path.read_bytes())
    decode(path, "PNG")
    return 1


def _check_chunks(content: bytes) -> None:
    at, kind = len(PNG), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            raise NotAccepted("The picture is cut off.")
        if zlib.crc32(content[at + 4 : end - 4]) != int.from_bytes(content[end - 4 : end], "big"):
            raise NotAccepted("The picture is damaged: a checksum in it is wrong.")
        if at == len(PNG):
            _check_header(kind, content[at + 8 : end - 4])
        at = end
    if at != len(content):
        raise NotAccepted("Something follows the end of the picture.")


def _check_header(kind: bytes, header: bytes) -> None:
    if kind != b"IHDR" or len(header) != 13:
        raise NotAccepted("The picture is damaged: its header is missing.")
    check_pixels(int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big"))
