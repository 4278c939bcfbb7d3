"""A signed sheet for the demo: a page drawn here, with pen strokes that are nobody's signature."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence

import img2pdf
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, MARGIN, ROW = 1240, 1754, 90, 58


def signed_sheet(code: str, title: str, badges: Sequence[str], present: Sequence[str]) -> bytes:
    """Return a one-page PDF: the session's code and title, a row per badge, and a stroke for each who was present.

    The same arguments give the same bytes. At most 26 rows fit; longer lists go on without strokes being lost, smaller.
    """
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    draw = ImageDraw.Draw(page)
    draw.text((MARGIN, 70), "Attendance sheet", fill=0, font=_font(44))
    draw.text((MARGIN, 130), f"{code}   {title}", fill=0, font=_font(28))
    height = min(ROW, (HEIGHT - 300) // max(len(badges), 1))
    pen = random.Random(code)  # noqa: S311 - ornament, not secrecy
    for number, badge in enumerate(badges, start=1):
        top = 210 + number * height
        draw.line([(MARGIN, top), (WIDTH - MARGIN, top)], fill=170, width=2)
        draw.text((MARGIN, top - height + 8), f"{number:>2}   {badge}", fill=0, font=_font(min(26, height - 12)))
        if badge in present:
            _stroke(draw, pen, top, height)
    return _as_pdf(page)


def _stroke(draw: ImageDraw.ImageDraw, pen: random.Random, top: int, height: int) -> None:
    x, middle = 620.0, top - height / 2
    points = [(x, middle)]
    for _ in range(pen.randint(9, 15)):
        x += pen.uniform(12, 34)
        points.append((x, middle + pen.uniform(-0.42, 0.42) * height))
    draw.line(points, fill=40, width=3, joint="curve")


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _as_pdf(page: Image.Image) -> bytes:
    image = io.BytesIO()
    page.save(image, "PNG", optimize=True)
    made = img2pdf.convert(image.getvalue(), nodate=True)
    if made is None:
        raise AssertionError("img2pdf gave no document.")
    return bytes(made)
