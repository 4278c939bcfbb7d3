"""Papers as their readers get them: text, pictures of pages, what their codes say, what kind of PDF they are."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp


def texts(pdf: bytes) -> list[str]:
    """Return the text of each page, its white space made single spaces."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def page_count(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def picture(pdf: bytes, page: int = 0, *, scale: float = 2) -> Any:
    """Return a page as a picture; `scale` 2 is 144 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return document[page].render(scale=scale).to_pil()
    finally:
        document.close()


def codes(pdf: bytes, page: int = 0) -> list[str]:
    """Return what the QR codes on a page say, as a scanner reads them off the paper."""
    # Of small print, chance makes bars of other kinds.
    found = zxingcpp.read_barcodes(picture(pdf, page), formats=zxingcpp.BarcodeFormat.QRCode)
    return [one.text for one in found]


def standard(pdf: bytes) -> tuple[str, str]:
    """Return part and conformance of PDF/A as the file states them, such as ("2", "B")."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        meta = document.Root.Metadata.read_bytes().decode()
    part, conformance = (re.search(rf"pdfaid:{name}>(\w+)<", meta) for name in ("part", "conformance"))
    assert part
    assert conformance
    return part[1], conformance[1]


def fonts(pdf: bytes) -> set[tuple[str, bool]]:
    """Return each font's name (without its subset's mark) and whether the file holds it."""
    found = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():
                inner = font.DescendantFonts[0]
                held = any(name in inner.FontDescriptor for name in ("/FontFile2", "/FontFile3"))
                found.add((str(inner.BaseFont).partition("+")[2], held))
    return found
