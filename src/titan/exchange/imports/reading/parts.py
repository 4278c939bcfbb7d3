"""The small parts of a workbook: where its sheets lie, its date system, and formats that show numbers with zeros."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from posixpath import normpath
from xml.etree.ElementTree import Element, fromstring

MAX_PART = 20 * 1024 * 1024
_ZEROS = re.compile(r'(?P<before>(?:"[^"]*"|\\.)*)(?P<zeros>0{2,})(?P<after>(?:"[^"]*"|\\.)*)(?:;.*)?')


@dataclass(frozen=True)
class Padded:
    """A format that shows a whole number with leading zeros, such as NGT-00123 for 123."""

    before: str
    width: int
    after: str

    def show(self, number: float) -> str | None:
        """Return the number as the sheet shows it; None for one that the format is not made for."""
        if number < 0 or number != int(number):
            return None
        return f"{self.before}{int(number):0{self.width}}{self.after}"


@dataclass(frozen=True)
class Parts:
    """What the small parts say. paths: of the sheets, by name. padded: formats by the number that cells name."""

    paths: dict[str, str]
    is_1904: bool
    padded: dict[int, Padded]


def read_parts(archive: zipfile.ZipFile) -> Parts:
    """Return what workbook.xml, its relations and the styles say; a part that is missing says nothing."""
    book = _part(archive, "xl/workbook.xml")
    targets = {
        relation.get("Id", ""): _path(relation.get("Target", ""))
        for relation in _all(_part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    paths = {}
    for sheet in _all(book, "sheet"):
        relation = next((value for name, value in sheet.attrib.items() if _local(name) == "id"), "")
        paths[sheet.get("name", "")] = targets.get(relation, "")
    settings = next(iter(_all(book, "workbookPr")), None)
    is_1904 = settings is not None and settings.get("date1904", "0").lower() in {"1", "true", "on"}
    return Parts(paths, is_1904, _padded(_part(archive, "xl/styles.xml")))


def padded_format(code: str) -> Padded | None:
    """Return how a number format pads, or None when it does something else."""
    match = _ZEROS.fullmatch(code)
    return Padded(_literal(match["before"]), len(match["zeros"]), _literal(match["after"])) if match else None


def _padded(styles: Element | None) -> dict[int, Padded]:
    codes = {number.get("numFmtId"): number.get("formatCode", "") for number in _all(styles, "numFmt")}
    cells = next(iter(_all(styles, "cellXfs")), None)
    found = {}
    for number, style in enumerate(cells if cells is not None else ()):
        padded = padded_format(codes.get(style.get("numFmtId"), ""))
        if padded is not None:
            found[number] = padded
    return found


def _literal(text: str) -> str:
    return re.sub(r'"([^"]*)"|\\(.)', lambda match: match[1] or match[2] or "", text)


def _path(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    # Expat bounds how far entities may grow; the child's limits bound the rest.
    return fromstring(archive.read(name)) if info.file_size <= MAX_PART else None  # noqa: S314


def _all(part: Element | None, name: str) -> list[Element]:
    return [] if part is None else [element for element in part.iter() if _local(element.tag) == name]


def _local(name: str) -> str:
    return name.rpartition("}")[2]
