"""What is taken as evidence and what is refused: by content alone, in a limited child process (domain.md §10)."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.evidence import strange
from tests.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes
from titan.evidence import child, limits
from titan.evidence.child import run_child
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.inspect import Inspected, inspect
from titan.evidence.limits import NotAccepted
from titan.evidence.rules import Kind, MediaType


def inspected(folder: Path, content: bytes, kind: Kind = Kind.SHEET) -> Inspected:
    path = folder / "draft"
    path.write_bytes(content)
    return inspect(path, kind)


def saved(image: Image.Image, form: str) -> bytes:
    target = io.BytesIO()
    image.save(target, form)
    return target.getvalue()


ACCEPTED: dict[str, tuple[Callable[[], bytes], MediaType, int]] = {
    "pdf": (pdf_bytes, MediaType.PDF, 1),
    "pdf of 200 pages": (lambda: pdf_bytes("many", pages=200), MediaType.PDF, 200),
    "pdf with line ends and zeros behind its end": (lambda: pdf_bytes() + b"\r\n\0\0\n", MediaType.PDF, 1),
    "linearized pdf": (lambda: strange.pdf_saved(linearize=True), MediaType.PDF, 1),
    "pdf with object streams": (
        lambda: strange.pdf_saved(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        MediaType.PDF,
        1,
    ),
    "pdf with a wrong table": (lambda: pdf_bytes().replace(b"startxref\n", b"startxref\n1"), MediaType.PDF, 1),
    "pdf written by hand": (lambda: strange.PDF_BY_HAND, MediaType.PDF, 1),
    "pdf filled up with zeros": (lambda: pdf_bytes() + bytes(4096), MediaType.PDF, 1),
    "pdf written by Pillow": (lambda: saved(Image.new("RGB", (80, 60), "red"), "PDF"), MediaType.PDF, 1),
    "pdf that was changed and kept its past": (strange.pdf_with_history, MediaType.PDF, 1),
    "jpeg": (jpeg_bytes, MediaType.JPEG, 1),
    "phone jpeg with EXIF": (strange.large_jpeg, MediaType.JPEG, 1),
    "progressive jpeg": (strange.progressive_jpeg, MediaType.JPEG, 1),
    "grey jpeg": (lambda: saved(Image.new("L", (40, 30), 99), "JPEG"), MediaType.JPEG, 1),
    "cmyk jpeg": (lambda: saved(Image.new("CMYK", (40, 30)), "JPEG"), MediaType.JPEG, 1),
    "jpeg filled up with zeros": (lambda: jpeg_bytes() + b"\0" * 512, MediaType.JPEG, 1),
    "multi-picture jpeg": (lambda: strange.multi_picture("one", "two", "three"), MediaType.JPEG, 1),
    "jpeg with maker's notes": (lambda: strange.with_notes(jpeg_bytes(), b"a" * 30, b"b" * 9), MediaType.JPEG, 1),
    "multi-picture jpeg with maker's notes": (
        lambda: strange.with_notes(strange.multi_picture("one", "two"), b"a" * 30),
        MediaType.JPEG,
        1,
    ),
    "motion photo": (strange.motion_photo, MediaType.JPEG, 1),
    "multi-picture jpeg whose other pictures were dropped": (
        lambda: strange.first_picture(strange.multi_picture("one", "two")),
        MediaType.JPEG,
        1,
    ),
    "png": (png_bytes, MediaType.PNG, 1),
    "png with alpha": (lambda: png_bytes(mode="RGBA"), MediaType.PNG, 1),
    "png of 16 bits": (lambda: saved(Image.new("I;16", (40, 30), 40_000), "PNG"), MediaType.PNG, 1),
    "black and white png": (lambda: png_bytes(mode="1"), MediaType.PNG, 1),
    "heic": (heic_bytes, MediaType.HEIC, 1),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts(name: str, tmp_path: Path) -> None:
    make, media_type, pages = ACCEPTED[name]
    assert inspected(tmp_path, make()) == Inspected(media_type, pages)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    # Other types, whatever their name says
    "text": (lambda: b"a sheet, honestly", "none of the accepted"),
    "html": (lambda: b"<!doctype html><script>1</script>", "web page"),
    "svg": (lambda: b'\xef\xbb\xbf <svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "gif": (lambda: saved(Image.new("P", (8, 8)), "GIF"), "GIF"),
    "tiff": (lambda: saved(Image.new("RGB", (8, 8)), "TIFF"), "TIFF"),
    "webp": (lambda: saved(Image.new("RGB", (8, 8)), "WEBP"), "WebP"),
    "bmp": (lambda: saved(Image.new("RGB", (8, 8)), "BMP"), "bitmap"),
    "zip": (strange.zip_bytes, "ZIP"),
    "xlsx as a sheet": (strange.xlsx_bytes, "ZIP"),
    "csv as a sheet": (lambda: b"a,b\n1,2\n", "none of the accepted"),
    "mp4": (strange.film, "film"),
    "avif": (lambda: heic_bytes().replace(b"heic", b"avif"), "another kind"),
    "one byte": (lambda: b"%", "none of the accepted"),
    # Two things at once
    "jpeg and zip": (lambda: jpeg_bytes() + strange.zip_bytes(), "ZIP"),
    "png and zip": (lambda: png_bytes() + strange.zip_bytes(), "ZIP"),
    "png hiding a zip in a chunk": (strange.png_hiding_zip, "ZIP"),
    "heic and zip": (lambda: heic_bytes() + strange.zip_bytes(), "ZIP"),
    "pdf and zip": (lambda: pdf_bytes() + strange.zip_bytes(), "ZIP"),
    "pdf hiding a zip": (strange.pdf_hiding_zip, "ZIP"),
    "jpeg hiding a pdf": (strange.jpeg_hiding_pdf, "PDF at once"),
    "jpeg and pdf": (lambda: jpeg_bytes() + pdf_bytes(), "follows"),
    "pdf and jpeg": (lambda: pdf_bytes() + jpeg_bytes(), "follows"),
    "html before a pdf": (lambda: b"<html></html>" + pdf_bytes(), "later than"),
    "newline before a pdf": (lambda: b"\n" + pdf_bytes(), "later than"),
    "two pdfs": (lambda: pdf_bytes("one") + pdf_bytes("two"), "more than one"),
    "png with trailing text": (lambda: png_bytes() + b"<script>", "follows"),
    "png with a trailing zero": (lambda: png_bytes() + b"\0", "follows"),
    "jpeg with trailing text": (lambda: jpeg_bytes() + b"<?php", "follows"),
    "two jpegs without an index": (lambda: jpeg_bytes("one") + jpeg_bytes("two"), "follows"),
    "multi-picture jpeg with one more": (lambda: strange.multi_picture("one", "two") + jpeg_bytes(), "follows"),
    "multi-picture jpeg and zip": (lambda: strange.multi_picture("one", "two") + strange.zip_bytes(), "ZIP"),
    "maker's notes that hold a zip": (
        lambda: strange.with_notes(jpeg_bytes(), strange.zip_bytes()),
        "ZIP",
    ),
    "text before maker's notes": (lambda: strange.with_notes(jpeg_bytes() + b"<?php", b"a"), "follows"),
    "a film that is not announced": (lambda: jpeg_bytes() + strange.film(), "follows"),
    "a film and more": (lambda: strange.motion_photo() + b"<script>", "follows"),
    "heic and film": (lambda: heic_bytes() + strange.film(), "film"),
    # Damaged
    "pdf cut off": (lambda: pdf_bytes()[:-30], "cut off"),
    "pdf cut in half": (lambda: pdf_bytes()[: len(pdf_bytes()) // 2], "cut off"),
    "pdf of nothing but a header": (lambda: b"%PDF-1.7\n%%EOF", "damaged"),
    "pdf of noise": (lambda: b"%PDF-1.7\n" + os.urandom(3000).replace(b"%", b"") + b"%%EOF", "damaged"),
    "pdf with a damaged drawing": (strange.pdf_with_noise_in_it, "damaged"),
    "pdf without pages": (strange.pdf_without_pages, "does not open"),
    "pdf of 201 pages": (lambda: pdf_bytes("more", pages=201), "more than 200"),
    "jpeg cut off": (lambda: strange.large_jpeg()[:-2000], "damaged"),
    "jpeg without its last two bytes": (lambda: jpeg_bytes()[:-2], "damaged"),
    "jpeg of noise": (lambda: b"\xff\xd8\xff\xe0" + os.urandom(3000), "damaged"),
    "png cut off": (lambda: png_bytes()[:-5], "cut off"),
    "png with a flipped bit": (lambda: strange.flipped(png_bytes(), 100), "checksum"),
    "png with too few pixels": (strange.short_png, "damaged"),
    "heic cut off": (lambda: heic_bytes()[:-40], "cut off"),
    "heic of noise": (lambda: heic_bytes()[:300] + os.urandom(len(heic_bytes()) - 300), "picture"),
    # Locked
    "pdf with a password": (
        lambda: strange.pdf_saved(encryption=pikepdf.Encryption(user="u", owner="o")),
        "password",
    ),
    "pdf with restrictions": (
        lambda: strange.pdf_saved(encryption=pikepdf.Encryption(user="", owner="o")),
        "encrypted",
    ),
    # Bombs
    "png bomb": (strange.png_bomb, "megapixels"),
    "jpeg bomb": (lambda: strange.claiming(jpeg_bytes(), 60_000), "megapixels"),
    "pdf bomb": (lambda: strange.pdf_bomb(130), "unpacks"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(name: str, tmp_path: Path) -> None:
    make, reason = REFUSED[name]
    with pytest.raises(NotAccepted, match=reason):
        inspected(tmp_path, make())


REGISTERS: dict[str, tuple[bytes, MediaType]] = {
    "csv": (b"badge,course\nW-1,H2S\n", MediaType.CSV),
    "csv with a mark and Azerbaijani": ("\ufeffad\r\nƏliyev Rəşad\r\n".encode(), MediaType.CSV),
    "csv as Turkish Windows saves it": ("sicil;ad\r\nN-1;Şükrü Iğdır\r\n".encode("cp1254"), MediaType.CSV),
    "csv as Excel saves Unicode text": ("sicil\tad\r\nN-1\tƏliyev\r\n".encode("utf-16"), MediaType.CSV),
    "xlsx": (strange.xlsx_bytes(), MediaType.XLSX),
    "pdf": (pdf_bytes(), MediaType.PDF),
}


@pytest.mark.parametrize("name", REGISTERS)
def test_accepts_tables_as_registers_only(name: str, tmp_path: Path) -> None:
    content, media_type = REGISTERS[name]
    assert inspected(tmp_path, content, Kind.REGISTER).media_type is media_type


NO_REGISTERS: dict[str, tuple[Callable[[], bytes], str]] = {
    "csv in UTF-16 without its mark": (lambda: "ad\nƏliyev\n".encode("utf-16-le"), "none of the accepted"),
    "csv in UTF-16 that is none": (lambda: b"\xff\xfea\x00\x00\xd8b\x00", "UTF-16"),
    "html in UTF-16": (lambda: "<table></table>".encode("utf-16"), "web page"),
    "csv with a zero far behind": (lambda: b"a,b\n" * 1000 + b"\0", "control"),
    "csv cut inside a letter": (lambda: "ad,Rəşad Əliyə".encode()[:-1], "UTF-8"),
    "html": (lambda: b"  <table><tr><td>1</td></tr></table>", "web page"),
    "gif": (lambda: saved(Image.new("P", (8, 8)), "GIF"), "GIF"),
    "csv and zip": (lambda: b"a,b\n" * 500 + strange.zip_bytes(), "ZIP"),
    "blank": (lambda: b"\xef\xbb\xbf \n\n", "empty"),
    "zip": (strange.zip_bytes, "no Excel workbook"),
    "xlsx with macros": (lambda: strange.xlsx_bytes(**{"xl/vbaProject.bin": b"x"}), "macros"),
    "xlsx with text before": (lambda: b"PK\x03\x04<html>" + strange.xlsx_bytes(), "begin at the first"),
    "xlsx with text behind": (lambda: strange.xlsx_bytes() + b"<html>", "follows"),
    "xlsx with a comment": (lambda: strange.zip_bytes({"a": b""}, b"c"), "follows"),
    "xlsx cut off": (lambda: strange.xlsx_bytes()[:-30], "damaged"),
    "xlsx with a flipped bit": (lambda: strange.flipped(strange.xlsx_bytes(), 60), "damaged"),
    "xlsx bomb": (lambda: strange.xlsx_bytes(**{"xl/a.xml": bytes(210 * 1024 * 1024)}), "unpacks"),
}


@pytest.mark.parametrize("name", NO_REGISTERS)
def test_refuses_as_register(name: str, tmp_path: Path) -> None:
    make, reason = NO_REGISTERS[name]
    with pytest.raises(NotAccepted, match=reason):
        inspected(tmp_path, make(), Kind.REGISTER)


PROBES = {
    "memory": ("x = bytearray(3 * 1024**3)", NotAccepted, "memory"),
    "files": ("[open('/dev/null') for _ in range(100)]", EvidenceUnavailable, "just now"),
    "writing": ("with open(sys.argv[1], 'w') as file: file.write('x' * 5)", EvidenceUnavailable, "just now"),
    "dying": ("os.kill(os.getpid(), 11)", NotAccepted, "damaged"),
    "bug": ("1 / 0", EvidenceUnavailable, "just now"),
    "prints": ("print('{}', flush=True); os.system('echo {}')", None, "."),
    "secrets": ("assert not [name for name in os.environ if name.startswith('TITAN')]", None, "."),
}


@pytest.mark.parametrize("name", PROBES)
def test_child_is_limited(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body, refusal, reason = PROBES[name]
    _as_child(body, tmp_path, monkeypatch)
    monkeypatch.setenv("TITAN_SECRET_KEY", "not the child's business")
    if refusal is None:
        assert run_child("probe", []) == {"pages": 1}
        return
    with pytest.raises(refusal, match=reason):
        run_child("probe", [str(tmp_path / "written")])
    assert not (tmp_path / "written").exists() or not (tmp_path / "written").stat().st_size


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _as_child("import time; time.sleep(60)", tmp_path, monkeypatch)
    with pytest.raises(NotAccepted, match="time"):
        run_child("probe", [], wall_seconds=0.5)


def test_a_child_that_cannot_start_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(EvidenceUnavailable):
        run_child("titan.evidence.inspect", [])


def test_the_child_starts_without_django(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = "import titan.evidence.inspect.__main__, titan.evidence.binding.__main__; assert 'django' not in sys.modules"
    _as_child(body, tmp_path, monkeypatch)
    monkeypatch.setattr(child, "SOURCE", f"{child.SOURCE}:{Path(limits.__file__).parents[2]}")
    assert run_child("probe", []) == {"pages": 1}


def _as_child(body: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"""
        import os, sys
        from titan.evidence.limits import answer_with, confine
        def work():
            confine(file_bytes=0)
            {body}
            return {{"pages": 1}}
        answer_with(work)
        """
    (folder / "probe.py").write_text(textwrap.dedent(source))
    monkeypatch.setattr(child, "SOURCE", f"{folder}:{Path(limits.__file__).parents[2]}")
