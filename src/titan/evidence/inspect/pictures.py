"""What all pictures share: a cap on pixels before decoding, and decoding to the last pixel."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import Image

from titan.evidence.limits import MAX_PIXELS, NotAccepted


def check_pixels(width: int, height: int) -> None:
    """Raise NotAccepted for a picture without pixels, or with more than can be decoded safely."""
    if width < 1 or height < 1:
        raise NotAccepted("The picture is damaged: it has no size.")
    if width * height > MAX_PIXELS:
        raise NotAccepted(
            "The picture has %(width)s × %(height)s pixels: save it with fewer than 120 megapixels.",
            width=width,
            height=height,
        )


def decode(path: Path, form: str) -> None:
    """Decode the whole picture at `path` as Pillow's format `form`; raise NotAccepted when that fails."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=[form]) as image:
                image.verify()
            with Image.open(path, formats=[form]) as image:
                check_pixels(*image.size)
                image.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise NotAccepted("The picture is damaged or cut off.") from error
