"""What the first bytes say a file is, and whether it could be read as something else as well."""

from __future__ import annotations

import codecs
import zipfile
from pathlib import Path

from titan.evidence.limits import N_, NotAccepted
from titan.evidence.rules import Kind, MediaType

PDF = b"%PDF-"
JPEG = b"\xff\xd8\xff"
PNG = b"\x89PNG\r\n\x1a\n"
ZIP = b"PK\x03\x04"
HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
KNOWN_OTHERS = {
    b"GIF8": N_("It is a GIF."),
    b"RIFF": N_("It is a WebP picture or a media file."),
    b"II*\x00": N_("It is a TIFF."),
    b"MM\x00*": N_("It is a TIFF."),
    b"BM": N_("It is a bitmap."),
    ZIP: N_("It is a ZIP or an Office document: save it as PDF."),
    b"\xd0\xcf\x11\xe0": N_("It is an old Office document: save it as PDF."),
}


def content_type(head: bytes, kind: Kind) -> MediaType:
    """Return the type that the first bytes claim; NotAccepted when it is none that `kind` takes."""
    for start, media_type in ((PDF, MediaType.PDF), (JPEG, MediaType.JPEG), (PNG, MediaType.PNG)):
        if head.startswith(start):
            return media_type
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    if PDF in head:
        raise NotAccepted("A PDF in it begins later than at the first byte.")
    if kind is Kind.REGISTER:
        return _of_table(head)
    raise NotAccepted(_named(head))


def refuse_second_reading(path: Path, head: bytes, media_type: MediaType) -> None:
    """Raise NotAccepted when the file is a PDF or archive besides what it is: proof reads one way only."""
    if media_type is not MediaType.PDF and PDF in head:
        raise NotAccepted("It is a picture and a PDF at once.")
    if _is_archive(path):
        raise NotAccepted("It holds a ZIP archive besides.")


def _of_brands(head: bytes) -> MediaType:
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}
    if brands & HEIC_BRANDS:
        return MediaType.HEIC
    raise NotAccepted("It is a film, or a picture of another kind than HEIC.")


def _of_table(head: bytes) -> MediaType:
    if head.startswith(ZIP):
        return MediaType.XLSX
    text = _beginning(head)
    if b"\x00" in text or text.startswith(b"<") or any(head.startswith(start) for start in KNOWN_OTHERS):
        raise NotAccepted(_named(head))
    return MediaType.CSV


def _beginning(head: bytes) -> bytes:
    """Return how a text begins, in UTF-8 when its first bytes say that it is UTF-16."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", errors="replace").lstrip().encode("utf-8", errors="replace")
    return head.removeprefix(codecs.BOM_UTF8).lstrip()


def _named(head: bytes) -> str:
    for start, name in KNOWN_OTHERS.items():
        if head.startswith(start):
            return name
    if _beginning(head).startswith(b"<"):
        return N_("It is a web page, an SVG or another text.")
    return N_("Its content is none of the accepted types.")


def _is_archive(path: Path) -> bool:
    # Four bytes that look like the end of a ZIP happen in pictures; a directory that can be read does not.
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return False
