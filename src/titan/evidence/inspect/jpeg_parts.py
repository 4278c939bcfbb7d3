"""How a JPEG file is laid out: the picture, and what phones put behind it (pictures, a short film, notes).

Whatever stands behind the picture must be announced by it and be whole; everything else is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from titan.evidence.inspect.boxes import BoxError, boxes
from titan.evidence.limits import NotAccepted

SOI, EOI = b"\xff\xd8", 0xD9
SOS, APP1, APP2 = 0xDA, 0xE1, 0xE2
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
# In the coded data a marker is 0xFF and neither a stuffed zero, nor a restart marker, nor fill.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
NOTES_END, NOTES_HEAD = b"SEFT", b"SEFH"
FILM_ANNOUNCED = re.compile(rb"MotionPhoto|MicroVideo")
ZEROS = re.compile(rb"\x00*")

DAMAGED = "The picture is damaged or cut off."
FOLLOWED = "Something follows the end of the picture."


@dataclass(frozen=True)
class Segment:
    """One segment of the header: its marker, and where its content starts and ends."""

    marker: int
    start: int
    end: int


@dataclass(frozen=True)
class Picture:
    """One whole JPEG picture from SOI to EOI."""

    start: int
    end: int
    width: int
    height: int
    segments: tuple[Segment, ...]


def parse_picture(content: bytes, start: int) -> Picture:
    """Return the picture that begins at `start`; NotAccepted when it is not whole."""
    if content[start : start + 2] != SOI:
        raise NotAccepted(DAMAGED)
    segments: list[Segment] = []
    at, size = start + 2, (0, 0)
    while True:
        marker, at = _marker(content, at)
        if marker == EOI:
            return Picture(start, at, *size, tuple(segments))
        if marker in WITHOUT_LENGTH:
            continue
        end = at + int.from_bytes(content[at : at + 2], "big")
        if end < at + 2 or end > len(content):
            raise NotAccepted(DAMAGED)
        segments.append(Segment(marker, at + 2, end))
        if marker in FRAMES and size == (0, 0):
            height, width = struct.unpack_from(">HH", content, at + 3)
            size = (width, height)
        at = _after_scan(content, end) if marker == SOS else end


def parts_behind(content: bytes, picture: Picture) -> None:
    """Raise NotAccepted unless all bytes behind `picture` are zeros or whole parts that it announces."""
    if _skip_zeros(content, picture.end) == len(content):
        # Programs that drop the further pictures leave their index standing.
        return
    claims = dict(_pictures_announced(content, picture))
    notes = _notes(content, picture.end)
    if notes is not None:
        claims[notes] = len(content)
    film = any(FILM_ANNOUNCED.search(content, part.start, part.end) for part in picture.segments if part.marker == APP1)
    end = picture.end
    while (at := _skip_zeros(content, end)) < len(content):
        # A part may begin with zeros of its own.
        started = [start for start in claims if end <= start <= at]
        if started:
            end = claims[min(started)]
        elif film:
            last = min((start for start in claims if start > at), default=len(content))
            end = _film_end(content, max(end, content.find(b"ftyp", at, at + 8) - 4), last)
        else:
            raise NotAccepted(FOLLOWED)


def without_announcements(content: bytes, picture: Picture) -> bytes:
    """Return `picture` alone, pixels untouched, without the index of further pictures."""
    pieces, at = [], picture.start
    for segment in picture.segments:
        if _is_index(content, segment):
            pieces.append(content[at : segment.start - 4])
            at = segment.end
    return b"".join((*pieces, content[at : picture.end]))


def _marker(content: bytes, at: int) -> tuple[int, int]:
    if content[at : at + 1] != b"\xff":
        raise NotAccepted(DAMAGED)
    while content[at : at + 1] == b"\xff":
        at += 1
    if at >= len(content):
        raise NotAccepted(DAMAGED)
    return content[at], at + 1


def _after_scan(content: bytes, at: int) -> int:
    found = NEXT_MARKER.search(content, at)
    if found is None:
        raise NotAccepted(DAMAGED)
    return found.start()


def _skip_zeros(content: bytes, at: int) -> int:
    # Some cameras fill the last block of the card with zeros.
    found = ZEROS.match(content, at)
    return found.end() if found else at


def _is_index(content: bytes, segment: Segment) -> bool:
    return segment.marker == APP2 and content.startswith(b"MPF\x00", segment.start)


def _pictures_announced(content: bytes, picture: Picture) -> Iterator[tuple[int, int]]:
    """Yield start and end of every further picture of the Multi-Picture Format, each checked to be whole."""
    for segment in picture.segments:
        if _is_index(content, segment):
            base = segment.start + 4
            for offset in _index_entries(content[base : segment.end]):
                # Where it ends, the picture says itself; some writers get the lengths in the index wrong.
                yield base + offset, parse_picture(content, base + offset).end


def _index_entries(index: bytes) -> Iterator[int]:
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(index[:4])
    if order is None:
        raise NotAccepted(DAMAGED)
    try:
        (directory,) = struct.unpack_from(f"{order}I", index, 4)
        (count,) = struct.unpack_from(f"{order}H", index, directory)
        for number in range(count):
            tag, _, length, at = struct.unpack_from(f"{order}HHII", index, directory + 2 + 12 * number)
            if tag == 0xB002:
                entries = [struct.unpack_from(f"{order}IIIHH", index, at + 16 * n) for n in range(length // 16)]
                # Offset 0 is the picture itself.
                yield from (offset for _, _, offset, _, _ in entries if offset)
    except struct.error as error:
        raise NotAccepted(DAMAGED) from error


def _notes(content: bytes, start: int) -> int | None:
    """Return where the notes begin that some phones append, or None; their directory must account for all."""
    if not content.endswith(NOTES_END) or len(content) - 8 < start:
        return None
    length: int = struct.unpack_from("<I", content, len(content) - 8)[0]
    head = len(content) - 8 - length
    if head < start or not content.startswith(NOTES_HEAD, head) or length < 12:
        raise NotAccepted(FOLLOWED)
    (count,) = struct.unpack_from("<I", content, head + 8)
    if not count or length < 12 + 12 * count:
        raise NotAccepted(FOLLOWED)
    entries = [struct.unpack_from("<II", content, head + 16 + 12 * number) for number in range(count)]
    if any(not size <= offset <= head - start for offset, size in entries):
        raise NotAccepted(FOLLOWED)
    return head - max(int(offset) for offset, _ in entries)


def _film_end(content: bytes, start: int, end: int) -> int:
    last = start
    try:
        for box in boxes(content, start, end):
            if box.start == start and box.kind != b"ftyp":
                raise NotAccepted(FOLLOWED)
            last = box.end
    except BoxError as error:
        raise NotAccepted(FOLLOWED) from error
    return last
