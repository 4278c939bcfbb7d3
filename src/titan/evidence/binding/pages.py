"""Pages of one PDF, made of pictures and of other PDFs, without loss where the format allows it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import img2pdf
import pikepdf
import pillow_heif
import pypdfium2
from PIL import Image

from titan.evidence.inspect.jpeg_parts import parse_picture, without_announcements
from titan.evidence.inspect.pdf import opened
from titan.evidence.inspect.png import with_one_data_chunk
from titan.evidence.limits import MAX_PIXELS, NotAccepted
from titan.evidence.rules import MAX_PAGES, MediaType

HIGH_QUALITY = 95
A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))


def bound(parts: Sequence[tuple[MediaType, Path]], target: Path) -> int:
    """Write the pages of `parts` to `target` and return how many; the same parts give the same bytes."""
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    with ExitStack() as stack:
        whole = stack.enter_context(pikepdf.new())
        for media_type, path in parts:
            whole.pages.extend(stack.enter_context(_opened(media_type, path)).pages)
        pages = len(whole.pages)
        if pages > MAX_PAGES:
            raise NotAccepted(
                "Together the files have %(pages)s pages, more than %(limit)s.", pages=pages, limit=MAX_PAGES
            )
        whole.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    if len(pypdfium2.PdfDocument(target)) != pages:
        raise NotAccepted("The files cannot be bound into one PDF.")
    return pages


def _opened(media_type: MediaType, path: Path) -> pikepdf.Pdf:
    if media_type is MediaType.PDF:
        return opened(path)
    return pikepdf.open(io.BytesIO(_page_of(_embeddable(media_type, path))))


def _embeddable(media_type: MediaType, path: Path) -> bytes:
    if media_type is MediaType.HEIC:
        return _jpeg_of_heic(path)
    content = path.read_bytes()
    if media_type is MediaType.JPEG:
        return without_announcements(content, parse_picture(content, 0))
    return with_one_data_chunk(content)


def _page_of(picture: bytes) -> bytes:
    try:
        return _converted(picture)
    except (img2pdf.AlphaChannelError, img2pdf.JpegColorspaceError, ValueError):
        # Rare kinds that a PDF cannot hold as they are (16 bits with transparency): shown with 8 bits; the
        # file itself is kept as one of the parts.
        return _converted(_as_png(picture))


def _converted(picture: bytes) -> bytes:
    layout = img2pdf.get_layout_fun(A4, auto_orient=True)
    page: bytes = img2pdf.convert(
        picture, layout_fun=layout, rotation=img2pdf.Rotation.ifvalid, nodate=True, first_frame_only=True
    )
    return page


def _as_png(picture: bytes) -> bytes:
    target = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGBA" if image.has_transparency_data else "RGB").save(target, "PNG")
    return target.getvalue()


def _jpeg_of_heic(path: Path) -> bytes:
    heif = pillow_heif.open_heif(path)
    image = heif.to_pillow()
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    target = io.BytesIO()
    # The decoder has turned the picture upright already; no other of its notes (such as the place) is carried
    # on.
    image.convert("RGB").save(
        target, "JPEG", quality=HIGH_QUALITY, subsampling=0, icc_profile=image.info.get("icc_profile")
    )
    return target.getvalue()
