"""Which characters our fonts can print, and what is printed for the others."""

from __future__ import annotations

import functools
import re
import struct
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import fontpkg

FAMILIES = "noto-sans"
"""The fonts of papers: every installed package of Noto Sans, so that a site adds a script by installing one more."""

MISSING = "\N{REPLACEMENT CHARACTER}"
"""Printed for what no font has: PDF/A refuses a character without a shape, and a gap would pass unseen."""

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NO_SHAPE = frozenset({"Cf", "Zs", "Zl", "Zp"})


@functools.cache
def families() -> tuple[str, ...]:
    """Return the names of the installed families, the widest first, then by name."""
    found = (family.name for slug, family in fontpkg.families().items() if slug.startswith(FAMILIES))
    return tuple(sorted(found, key=lambda name: (len(name), name)))


@functools.cache
def font_files() -> tuple[Path, ...]:
    """Return the font files of those families, always in the same order."""
    chosen = (family for slug, family in fontpkg.families().items() if slug.startswith(FAMILIES))
    return tuple(sorted(Path(str(file.path)) for family in chosen for file in family.files))


def printable(text: str) -> str:
    """Return `text` as the fonts can print it, composed (NFC), with MISSING for what they lack.

    Controls become spaces, and the marks that turn the direction of what follows go: a name must not turn the date.
    """
    composed = unicodedata.normalize("NFC", _TURNING.sub("", text))
    return "".join(_printed(letter) for letter in composed)


def _printed(letter: str) -> str:
    if letter == "\n" or ord(letter) in covered():
        return letter
    kind = unicodedata.category(letter)
    if kind == "Cc":
        return " "
    return letter if kind in _NO_SHAPE else MISSING


@functools.cache
def covered() -> frozenset[int]:
    """Return the code points that at least one upright font has."""
    return frozenset(code for path in font_files() if "Italic" not in path.name for code in _characters(path))


def _characters(path: Path) -> Iterator[int]:
    """Read the code points of a TrueType file from its character map (table cmap, formats 4 and 12)."""
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * table) for table in range(tables))
    start = next(offset for tag, _sum, offset, _length in records if tag == b"cmap")
    (maps,) = struct.unpack_from(">H", data, start + 2)
    for number in range(maps):
        platform, _encoding, offset = struct.unpack_from(">HHL", data, start + 4 + 8 * number)
        (form,) = struct.unpack_from(">H", data, start + offset)
        if platform in (0, 3) and form == 12:
            yield from _segments_12(data, start + offset)
        elif platform in (0, 3) and form == 4:
            yield from _segments_4(data, start + offset)


def _segments_12(data: bytes, at: int) -> Iterator[int]:
    (groups,) = struct.unpack_from(">L", data, at + 12)
    for group in range(groups):
        first, last, glyph = struct.unpack_from(">LLL", data, at + 16 + 12 * group)
        yield from range(first + (glyph == 0), last + 1)


def _segments_4(data: bytes, at: int) -> Iterator[int]:
    (twice,) = struct.unpack_from(">H", data, at + 6)
    count = twice // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + twice)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 2 * twice)
    ranges_at = at + 16 + 3 * twice
    ranges = struct.unpack_from(f">{count}H", data, ranges_at)
    for segment in range(count):
        for code in range(starts[segment], min(ends[segment], 0xFFFE) + 1):
            glyph = code + deltas[segment]
            if ranges[segment]:
                place = ranges_at + 2 * segment + ranges[segment] + 2 * (code - starts[segment])
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph & 0xFFFF:
                yield code
