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
    """Return part and conformance of PDF/A as the file states them, such as ("2", "B"), once nothing belies them."""
    assert archival_faults(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as document:
        meta = document.Root.Metadata.read_bytes().decode()
    part, conformance = (re.search(rf"pdfaid:{name}>(\w+)<", meta) for name in ("part", "conformance"))
    assert part
    assert conformance
    return part[1], conformance[1]


KEYS = {"/JS", "/AA", "/XFA", "/EmbeddedFiles", "/Alternates", "/OPI", "/PS", "/TR", "/HTP"}
ACTS = {"/JavaScript", "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/Rendition"}
"""What PDF/A forbids as a key, and as an action."""


def archival_faults(pdf: bytes) -> list[str]:
    """Return what of ISO 19005-2 (PDF/A-2b) the file breaks, as far as its structure tells."""
    faults = []
    first, second = pdf.split(b"\n", 2)[:2]
    if not re.fullmatch(rb"%PDF-1\.[0-7]", first) or not second.startswith(b"%") or min(second[1:5]) < 128:
        faults.append("6.1.2: the header")
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root, trailer = document.Root, document.trailer
        if "/Encrypt" in trailer or "/ID" not in trailer:
            faults.append("6.1.3: encrypted, or without an ID")
        intents = [one for one in root.get("/OutputIntents", []) if one.S == "/GTS_PDFA1"]
        profiles = [one.DestOutputProfile for one in intents if "/DestOutputProfile" in one]
        if len(profiles) != 1 or profiles[0].read_bytes()[36:40] != b"acsp" or profiles[0].N not in {1, 3, 4}:
            faults.append("6.2.3: no single output intent with an ICC profile")
        if "/Filter" in root.Metadata or root.Metadata.Type != "/Metadata":
            faults.append("6.6.2: metadata that cannot be read as they lie there")
        with document.open_metadata() as said:
            told = {"title": str(trailer.Info.get("/Title", "")), "made": str(trailer.Info.get("/CreationDate", ""))}
            digits = re.sub(r"\D", "", str(said.get("xmp:CreateDate", "")))[:14]
            if said.get("dc:title") != told["title"] or not told["made"].startswith(f"D:{digits}"):
                faults.append("6.6.3: the properties say something else than the metadata")
        for one in document.objects:
            faults += _faults_of(one)
    return faults


def _faults_of(one: Any) -> list[str]:
    if isinstance(one, pikepdf.Array):
        return [fault for inner in one if not _is_apart(inner) for fault in _faults_of(inner)]
    if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
        return []
    faults = [f"{name} is forbidden" for name in KEYS & {*one.keys()}]
    faults += [f"{act} is forbidden" for act in ACTS if one.get("/S") == act]
    faults += [fault for inner in one.values() if not _is_apart(inner) for fault in _faults_of(inner)]
    if isinstance(one, pikepdf.Stream) and any(name in str(one.get("/Filter", "")) for name in ("LZW", "Crypt")):
        faults.append("6.1.7: a filter that is forbidden")
    if isinstance(one, pikepdf.Stream) and {"/F", "/FFilter", "/FDecodeParms"} & {*one.keys()}:
        faults.append("6.1.7: a stream that lies elsewhere")
    if one.get("/Type") == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & {*one.keys()}:
        faults.append(f"6.2.11.4: the font {one.FontName} is not inside")
    if one.get("/Subtype") == "/CIDFontType2" and "/CIDToGIDMap" not in one:
        faults.append(f"6.2.11.3: {one.BaseFont} does not say which shapes its characters have")
    if one.get("/Subtype") == "/Image" and one.get("/Interpolate", False):
        faults.append("6.2.8: a picture that is smoothed")
    if one.get("/Type") == "/Annot" and not int(one.get("/F", 0)) & 4:
        faults.append("6.3.2: a mark that is not printed")
    return faults


def _is_apart(one: Any) -> bool:
    """Tell whether an object is listed by itself, or holds no others."""
    return not isinstance(one, pikepdf.Object) or one.is_indirect


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
