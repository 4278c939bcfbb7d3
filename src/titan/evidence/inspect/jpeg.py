"""JPEG: decodes whole, and every byte behind the picture is accounted for, as phones do it."""

from __future__ import annotations

from pathlib import Path

from titan.evidence.inspect.jpeg_parts import Picture, parse_picture, parts_behind
from titan.evidence.inspect.pictures import check_pixels, decode


def pages_of(path: Path) -> int:
    """Return 1, or raise NotAccepted."""
    content = path.read_bytes()
    picture: Picture = parse_picture(content, 0)
    check_pixels(picture.width, picture.height)
    parts_behind(content, picture)
    decode(path, "JPEG")
    return 1
