"""Files that are more, or less, than they seem: polyglots, bombs, and what phones append to pictures."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import lru_cache
from typing import Any

import pikepdf
from PIL import Image

from tests.files import jpeg_bytes, pdf_bytes, picture, png_bytes

SIZE = struct.Struct(">I")
PDF_BY_HAND = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj"
    b" 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)


def zip_bytes(entries: dict[str, bytes] | None = None, comment: bytes = b"") -> bytes:
    """Return a ZIP of `entries`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in (entries or {"payload.html": b"<script>alert(1)</script>"}).items():
            archive.writestr(name, content)
        archive.comment = comment
    return target.getvalue()


def xlsx_bytes(**more: bytes) -> bytes:
    """Return the smallest ZIP that is a workbook, with further entries."""
    needed = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}
    return zip_bytes({**needed, **more})


@lru_cache
def large_jpeg(side: int = 600) -> bytes:
    """Return a JPEG of some tens of kilobytes, with EXIF as a phone writes it (turned by 90 degrees)."""
    image = Image.effect_noise((side, side), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Maker", 6
    target = io.BytesIO()
    image.save(target, "JPEG", exif=exif.tobytes(), quality=80)
    return target.getvalue()


def multi_picture(*texts: str) -> bytes:
    """Return a Multi-Picture JPEG as Pillow writes it: the first picture with an index, the others behind it."""
    first, *others = (picture(text) for text in texts)
    target = io.BytesIO()
    first.save(target, "MPO", save_all=True, append_images=others)
    return target.getvalue()


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """Return `jpeg` with one more header segment right after its start."""
    return jpeg[:2] + bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2, "big") + content + jpeg[2:]


def with_notes(jpeg: bytes, *blocks: bytes) -> bytes:
    """Return `jpeg` with the maker's notes that some phones append: blocks, then a directory of them."""
    named = [struct.pack("<HHI", 0, 0x0A01, 4) + b"Note" + block for block in blocks]
    directory = b"SEFH" + struct.pack("<II", 107, len(named))
    left = sum(len(block) for block in named)
    for block in named:
        directory += struct.pack("<HHII", 0, 0x0A01, left, len(block))
        left -= len(block)
    return jpeg + b"".join(named) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def film() -> bytes:
    """Return the skeleton of an MP4."""
    return _box(b"ftyp", b"mp42\0\0\0\0mp42") + _box(b"mdat", b"\0" * 64) + _box(b"moov", _box(b"mvhd", b"\0" * 20))


def motion_photo() -> bytes:
    """Return a JPEG that announces and carries a short film."""
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x Camera:MotionPhoto="1"/>'
    return with_segment(jpeg_bytes(), 0xE1, xmp) + film()


def png_with(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG made of `chunks`, with right checksums."""
    body = b"".join(
        SIZE.pack(len(content)) + kind + content + SIZE.pack(zlib.crc32(kind + content)) for kind, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def png_bomb(side: int = 30_000) -> bytes:
    """Return a small PNG of side × side black pixels."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (side * (side // 8 + 1)), 9)
    return png_with([(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")])


def pdf_bomb(megabytes: int) -> bytes:
    """Return a PDF whose page content inflates to `megabytes`."""
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(b" " * 1024 * 1024) for _ in range(megabytes)) + packer.flush()
    document = pikepdf.open(io.BytesIO(pdf_bytes()))
    document.pages[0].Contents = pikepdf.Stream(document, packed, Filter=pikepdf.Name.FlateDecode)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf_with_noise_in_it() -> bytes:
    """Return a PDF whose page content is no compressed data, though it says so."""
    document = pikepdf.open(io.BytesIO(pdf_bytes()))
    document.pages[0].Contents = pikepdf.Stream(document, b"\xff" * 99, Filter=pikepdf.Name.FlateDecode)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def pdf_with_history() -> bytes:
    """Return a PDF with a later version of its page appended, as editors and signatures do it."""
    first = PDF_BY_HAND + b"\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    table = b"xref\n3 1\n%010d 00000 n \n" % len(first)
    end = b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(first) + len(page))
    return first + page + table + end


def pdf_saved(**options: Any) -> bytes:
    """Return a PDF saved with pikepdf's `options`."""
    target = io.BytesIO()
    pikepdf.open(io.BytesIO(pdf_bytes("options"))).save(target, **options)
    return target.getvalue()


def pdf_hiding_zip() -> bytes:
    """Return a PDF that is a ZIP as well, and that ends as a PDF should: its end mark stands in the ZIP's comment."""
    return pdf_bytes() + zip_bytes(comment=b"%%EOF\n")


def jpeg_hiding_pdf() -> bytes:
    """Return a JPEG that holds a whole PDF in a comment near its beginning."""
    return with_segment(jpeg_bytes(), 0xFE, pdf_bytes())


def png_hiding_zip() -> bytes:
    """Return a PNG that holds a whole ZIP in a private chunk at its end, every checksum right."""
    end = png_bytes()[-12:]
    content = zip_bytes()
    chunk = SIZE.pack(len(content)) + b"zzZz" + content + SIZE.pack(zlib.crc32(b"zzZz" + content))
    return png_bytes()[:-12] + chunk + end


@lru_cache
def progressive_jpeg() -> bytes:
    """Return a progressive JPEG with restart markers."""
    target = io.BytesIO()
    Image.effect_noise((200, 200), 50).save(target, "JPEG", progressive=True, restart_marker_rows=2)
    return target.getvalue()


def first_picture(content: bytes) -> bytes:
    """Return the first picture of a multi-picture JPEG, its index standing."""
    return content[: content.index(b"\xff\xd9\xff\xd8") + 2] if b"\xff\xd9\xff\xd8" in content else content


def pdf_without_pages() -> bytes:
    """Return a PDF without pages."""
    target = io.BytesIO()
    pikepdf.new().save(target)
    return target.getvalue()


def flipped(content: bytes, at: int) -> bytes:
    """Return `content` with one bit flipped."""
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def short_png() -> bytes:
    """Return a PNG with right checksums and no pixels."""
    header = b"\0\0\0\x40\0\0\0\x40\x08\0\0\0\0"
    return png_with([(b"IHDR", header), (b"IDAT", b"x\x9c\x03\0\0\0\0\x01"), (b"IEND", b"")])


def claiming(jpeg: bytes, side: int) -> bytes:
    """Return `jpeg` with a header that claims side × side pixels."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + side.to_bytes(2, "big") * 2 + jpeg[at + 4 :]


def _box(kind: bytes, content: bytes) -> bytes:
    return SIZE.pack(len(content) + 8) + kind + content


def deep_png() -> bytes:
    """Return a PNG of two pixels with 16 bits for each of red, green, blue and transparency."""
    header = struct.pack(">IIBBBBB", 2, 1, 16, 6, 0, 0, 0)
    row = b"\0" + struct.pack(">8H", 65535, 300, 0, 65535, 1, 2, 3, 30000)
    return png_with([(b"IHDR", header), (b"IDAT", zlib.compress(row)), (b"IEND", b"")])
