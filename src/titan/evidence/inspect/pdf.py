"""PDF: opens in two independent readers, in the clear, with 1 to 200 pages and nothing behind its end."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from titan.evidence.limits import MAX_PIXELS, MAX_STREAM, MAX_STREAMS, NotAccepted
from titan.evidence.rules import MAX_PAGES

WHITESPACE = b"\x00\t\n\x0c\r "
END = b"%%EOF"
BEGINNING = re.compile(rb"(?:\A|[\r\n])%PDF-\d\.\d")
CHUNK = 256 * 1024


def pages_of(path: Path) -> int:
    """Return the number of pages, or raise NotAccepted."""
    _check_bounds(path)
    pages = _pages_as_shown(path)
    _check_objects(path, pages)
    return pages


def opened(path: Path) -> pikepdf.Pdf:
    """Return the PDF opened for its parts; faulty tables, as some scanners write them, are mended on the way.

    Raises pikepdf.PdfError when that cannot be done.
    """
    try:
        return pikepdf.open(path, suppress_warnings=True)
    except pikepdf.PdfError:
        # One reader gives up where the other, which most people see their PDFs with, does not.
        mended = io.BytesIO()
        with pypdfium2.PdfDocument(path) as document:
            document.save(mended)
        return pikepdf.open(mended, suppress_warnings=True)


def _check_bounds(path: Path) -> None:
    content = path.read_bytes()
    end = content.rfind(END)
    if end < 0:
        raise NotAccepted("The PDF is cut off: its end is missing.")
    if content[end + len(END) :].strip(WHITESPACE):
        raise NotAccepted("Something follows the end of the PDF.")
    if len(BEGINNING.findall(content)) != 1:
        raise NotAccepted("It holds more than one PDF.")


def _pages_as_shown(path: Path) -> int:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() == pdfium.FPDF_ERR_PASSWORD:
            raise NotAccepted("The PDF is protected by a password: save it without.") from error
        raise NotAccepted("The PDF is damaged and does not open.") from error
    if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
        raise NotAccepted("The PDF is encrypted: save it without protection.")
    pages = len(document)
    if not pages:
        raise NotAccepted("The PDF has no pages.")
    if pages > MAX_PAGES:
        raise NotAccepted("The PDF has %(pages)s pages, more than %(limit)s.", pages=pages, limit=MAX_PAGES)
    if any(min(document[number].get_size()) <= 0 for number in range(pages)):
        raise NotAccepted("The PDF is damaged: a page has no size.")
    return pages


def _check_objects(path: Path, pages: int) -> None:
    try:
        with opened(path) as document:
            if len(document.pages) != pages:
                raise NotAccepted("The PDF is damaged: readers differ on its pages.")
            left = MAX_STREAMS
            for item in document.objects:
                if isinstance(item, pikepdf.Stream):
                    left -= _inflated_size(item, min(left, _limit_of(item)))
    except (pikepdf.PdfError, zlib.error) as error:
        raise NotAccepted("The PDF is damaged. Scan or print it to PDF again.") from error


def _inflated_size(stream: pikepdf.Stream, limit: int) -> int:
    """Return how many bytes `stream` inflates to, never holding them; NotAccepted beyond `limit` bytes."""
    pieces: Iterator[bytes] = iter([stream.read_raw_bytes()])
    for name in _filters(stream):
        if name not in {"/FlateDecode", "/Fl"}:
            break
        pieces = _inflate(pieces)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise NotAccepted("The PDF unpacks to far more than a sheet holds.")
    return size


def _limit_of(stream: pikepdf.Stream) -> int:
    if stream.get("/Subtype") != "/Image":
        return MAX_STREAM
    if int(stream.Width) * int(stream.Height) > MAX_PIXELS:
        raise NotAccepted("The PDF holds a picture with more pixels than a scan has.")
    return 4 * MAX_PIXELS


def _filters(stream: pikepdf.Stream) -> list[str]:
    given = stream.get("/Filter")
    if given is None:
        return []
    return [str(name) for name in given] if isinstance(given, pikepdf.Array) else [str(given)]


def _inflate(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj()
    for piece in pieces:
        waiting = piece
        while waiting and not inflater.eof:
            yield inflater.decompress(waiting, CHUNK)
            waiting = inflater.unconsumed_tail
