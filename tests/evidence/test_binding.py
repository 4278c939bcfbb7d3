"""Several files become one PDF: every page, in order, without loss where a PDF can hold it (domain.md §10)."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pillow_heif
import pypdfium2
import pytest
from PIL import Image, ImageChops

from tests.evidence import strange
from tests.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes
from titan.evidence.binding import bind
from titan.evidence.inspect import Inspected, inspect
from titan.evidence.limits import NotAccepted
from titan.evidence.rules import Kind, MediaType

SUFFIX = {MediaType.PDF: "pdf", MediaType.JPEG: "jpg", MediaType.PNG: "png", MediaType.HEIC: "heic"}


def bound(folder: Path, *parts: tuple[MediaType, bytes], name: str = "bound.pdf") -> Path:
    named = []
    for number, (media_type, content) in enumerate(parts):
        path = folder / f"{number}.part"
        path.write_bytes(content)
        named.append((media_type, path))
    target = folder / name
    assert bind(named, target) == len(pypdfium2.PdfDocument(target))
    return target


@contextmanager
def only_picture(path: Path) -> Iterator[pikepdf.PdfImage]:
    with pikepdf.open(path) as document:
        (image,) = (image for page in document.pages for image in page.get_images().values())
        yield pikepdf.PdfImage(image)


def test_all_kinds_are_bound_in_order(tmp_path: Path) -> None:
    target = bound(
        tmp_path,
        (MediaType.PNG, png_bytes()),
        (MediaType.PDF, pdf_bytes("three pages", pages=3)),
        (MediaType.HEIC, heic_bytes()),
        (MediaType.JPEG, jpeg_bytes()),
    )
    assert inspect(target, Kind.SHEET) == Inspected(MediaType.PDF, 6)
    document = pypdfium2.PdfDocument(target)
    texts = [page.get_textpage().get_text_range().strip() for page in document]
    assert texts == ["", "three pages 1", "three pages 2", "three pages 3", "", ""]


def test_a_pdf_that_needs_mending_is_mended(tmp_path: Path) -> None:
    bound(tmp_path, (MediaType.PDF, strange.PDF_BY_HAND), (MediaType.PDF, strange.pdf_with_history()))


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    parts = [(MediaType.JPEG, jpeg_bytes()), (MediaType.PNG, png_bytes()), (MediaType.PDF, pdf_bytes())]
    parts.append((MediaType.HEIC, heic_bytes()))
    first, second = bound(tmp_path, *parts, name="1.pdf"), bound(tmp_path, *parts, name="2.pdf")
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != bound(tmp_path, *reversed(parts), name="3.pdf").read_bytes()


@pytest.mark.parametrize(
    "make", [strange.large_jpeg, strange.progressive_jpeg, lambda: strange.multi_picture("one", "two")]
)
def test_a_jpeg_goes_in_undecoded(make: Callable[[], bytes], tmp_path: Path) -> None:
    target = bound(tmp_path, (MediaType.JPEG, make()), (MediaType.PDF, pdf_bytes()))
    with pikepdf.open(target) as document:
        (image,) = document.pages[0].get_images().values()
        embedded = image.read_raw_bytes()
    with Image.open(io.BytesIO(embedded)) as inside, Image.open(io.BytesIO(make())) as given:
        assert not ImageChops.difference(inside.convert("RGB"), given.convert("RGB")).getbbox()
    scan = make().index(b"\xff\xda")
    assert make()[scan : scan + 200] in embedded


PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


@pytest.mark.parametrize("mode", PNG_MODES)
def test_a_png_keeps_every_pixel(mode: str, tmp_path: Path) -> None:
    image = Image.effect_noise((60, 40), 90)
    if mode == "I;16":
        image = image.convert("I").point(lambda value: value * 257 + 3).convert("I;16")
    elif mode in {"LA", "RGBA"}:
        image = image.convert(mode)
        image.putalpha(Image.effect_noise((60, 40), 50))
    else:
        image = image.convert("RGB").convert(mode)
    content = io.BytesIO()
    image.save(content, "PNG")
    with only_picture(bound(tmp_path, (MediaType.PNG, content.getvalue()))) as found:
        if mode == "I;16":
            assert found.bits_per_component == 16
            assert found.obj.read_bytes() == b"".join(value.to_bytes(2, "big") for value in image.get_flattened_data())
            return
        shown = image.convert("RGB")
        if mode in {"LA", "RGBA"}:
            shown = Image.merge("RGB", image.convert("RGBA").split()[:3])
            mask = pikepdf.PdfImage(found.obj.SMask).as_pil_image()
            assert not ImageChops.difference(mask.convert("L"), image.getchannel("A")).getbbox()
        assert not ImageChops.difference(found.as_pil_image().convert("RGB"), shown).getbbox()


def test_a_png_of_16_bits_with_transparency_is_shown_with_8(tmp_path: Path) -> None:
    with only_picture(bound(tmp_path, (MediaType.PNG, strange.deep_png()))) as found:
        assert (found.width, found.height, found.bits_per_component) == (2, 1, 8)
        assert "/SMask" in found.obj


def test_heic_keeps_its_look_and_loses_its_place(tmp_path: Path) -> None:
    given = pillow_heif.open_heif(heic_bytes()).to_pillow().convert("RGB")
    with only_picture(bound(tmp_path, (MediaType.HEIC, heic_bytes()))) as found:
        difference = ImageChops.difference(found.as_pil_image().convert("RGB"), given)
        assert max(high for _, high in difference.getextrema()) < 40
        assert b"Exif" not in found.obj.read_raw_bytes()


def test_a_turned_phone_picture_is_shown_upright(tmp_path: Path) -> None:
    with pikepdf.open(bound(tmp_path, (MediaType.JPEG, strange.large_jpeg()))) as document:
        assert document.pages[0].Rotate == 90


def test_more_pages_than_a_sheet_has_are_refused(tmp_path: Path) -> None:
    many = (MediaType.PDF, pdf_bytes("many", pages=200))
    with pytest.raises(NotAccepted, match="201 pages"):
        bound(tmp_path, many, (MediaType.PNG, png_bytes()))
