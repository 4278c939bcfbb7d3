"""PNG: every chunk's checksum is right, the picture decodes whole, and nothing follows its end."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from titan.evidence.inspect.content import PNG
from titan.evidence.inspect.pictures import check_pixels, decode
from titan.evidence.limits import NotAccepted


def pages_of(path: Path) -> int:
    """Return 1, or raise NotAccepted."""
    (first, header), *_ = _chunks(path.read_bytes())
    if first != b"IHDR" or len(header) != 13:
        raise NotAccepted("The picture is damaged: its header is missing.")
    check_pixels(*struct.unpack_from(">II", header))
    decode(path, "PNG")
    return 1


def with_one_data_chunk(content: bytes) -> bytes:
    """Return the same picture with its pixels in one chunk: some readers take quadratic time over many."""
    chunks = list(_chunks(content))
    pixels = b"".join(chunk for kind, chunk in chunks if kind == b"IDAT")
    others = [(kind, bytes(chunk)) for kind, chunk in chunks if kind != b"IDAT"]
    return PNG + b"".join(_packed(kind, chunk) for kind, chunk in [*others[:-1], (b"IDAT", pixels), others[-1]])


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    at, kind = len(PNG), b""
    while kind != b"IEND":
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        end = at + 12 + length
        if end > len(content):
            raise NotAccepted("The picture is cut off.")
        inside = memoryview(content)[at + 4 : end - 4]
        if zlib.crc32(inside) != int.from_bytes(content[end - 4 : end], "big"):
            raise NotAccepted("The picture is damaged: a checksum in it is wrong.")
        yield kind, inside[4:]
        at = end
    if at != len(content):
        raise NotAccepted("Something follows the end of the picture.")


def _packed(kind: bytes, chunk: bytes) -> bytes:
    return struct.pack(">I", len(chunk)) + kind + chunk + struct.pack(">I", zlib.crc32(kind + chunk))
