"""HEIC: a row of whole boxes from the first byte to the last, no film among them, decodes whole."""

from __future__ import annotations

from pathlib import Path

import pillow_heif

from titan.evidence.inspect.boxes import BoxError, boxes
from titan.evidence.inspect.pictures import check_pixels
from titan.evidence.limits import NotAccepted


def pages_of(path: Path) -> int:
    """Return 1, or raise NotAccepted."""
    content = path.read_bytes()
    try:
        kinds = [box.kind for box in boxes(content, 0, len(content))]
    except BoxError as error:
        raise NotAccepted("The picture is damaged or cut off, or something follows its end.") from error
    if kinds.count(b"ftyp") != 1 or kinds.count(b"meta") != 1 or b"moov" in kinds:
        raise NotAccepted("It is a film, or no single picture.")
    try:
        picture = pillow_heif.open_heif(path)
        check_pixels(*picture.size)
        picture.to_pillow()
    except (OSError, ValueError, RuntimeError, EOFError) as error:
        raise NotAccepted("The picture is damaged or cut off.") from error
    return 1
