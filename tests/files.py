"""Small valid sheets, made with the real libraries: the same text gives the same bytes."""

from __future__ import annotations

import io
import zlib
from functools import lru_cache
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

SIDE = 96


@lru_cache
def pdf_bytes(text: str = "sheet", *, pages: int = 1) -> bytes:
    """Return a PDF whose pages show `text`."""
    document = pikepdf.new()
    for number in range(pages):
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page = document.add_blank_page(page_size=(595, 842))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        shown = f"{text} {number + 1}".encode().hex()
        page.Contents = document.make_stream(f"BT /F1 18 Tf 72 720 Td <{shown}> Tj ET".encode())
    target = io.BytesIO()
    document.save(target, deterministic_id=True)
    return target.getvalue()


@lru_cache
def jpeg_bytes(text: str = "sheet") -> bytes:
    """Return a JPEG photo of `text`."""
    return _saved(picture(text), "JPEG", quality=90)


@lru_cache
def png_bytes(text: str = "sheet", *, mode: str = "RGB") -> bytes:
    """Return a PNG scan of `text` in the Pillow mode `mode`."""
    return _saved(picture(text, mode), "PNG")


@lru_cache
def heic_bytes(text: str = "sheet") -> bytes:
    """Return a HEIC photo of `text`."""
    target = io.BytesIO()
    pillow_heif.from_pillow(picture(text)).save(target, quality=90)
    return target.getvalue()


def picture(text: str, mode: str = "RGB") -> Image.Image:
    """Return a small picture that differs with `text`."""
    seed = zlib.crc32(text.encode())
    image = Image.new("RGB", (SIDE, SIDE), (200 + seed % 50, 200 + seed // 50 % 50, 200 + seed // 2500 % 50))
    # The default bitmap font knows Latin only; what matters is that another text gives another picture.
    ImageDraw.Draw(image).text((8, 40), text.encode("ascii", "replace").decode()[:14], fill=(20, 30, 60))
    return image if mode == "RGB" else image.convert(mode)


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()
