"""The boxes of which HEIC pictures and MP4 films are made: each says its length and its type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


class BoxError(ValueError):
    """The bytes are not a row of whole boxes."""


@dataclass(frozen=True)
class Box:
    """One box: its four-letter type, and where it starts and ends."""

    kind: bytes
    start: int
    end: int


def boxes(content: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes that fill `content` from `start` to exactly `end`; BoxError when they do not."""
    at = start
    while at < end:
        length, kind, header = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8], 8
        if length == 1:
            length, header = int.from_bytes(content[at + 8 : at + 16], "big"), 16
        elif length == 0:
            # "To the end of the file" would take in whatever somebody appends.
            raise BoxError("open end")
        if length < header or at + length > end or not all(32 <= letter < 127 for letter in kind):
            raise BoxError("cut off")
        yield Box(kind, at, at + length)
        at += length
