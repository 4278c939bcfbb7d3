"""What calamine does not tell of a sheet: formulas, errors, shown zeros, rows that a filter hides.

A sheet without any of them is found so by looking for a few bytes; the others are read through once more.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from titan.exchange.imports.reading.lines import column_index
from titan.exchange.imports.reading.parts import Padded

CHUNK = 1024 * 1024
OVERLAP = 64
_HINT = re.compile(rb"""<(?:\w+:)?f[\s/>]|\st\s*=\s*["']e["']|\shidden\s*=\s*["'](?:1|true)""")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_VOLATILE = re.compile(r"\b(?:TODAY|NOW|RAND|RANDBETWEEN|RANDARRAY|OFFSET|INDIRECT|INFO|CELL)\s*\(", re.IGNORECASE)
_MOST_SPILLED = 100_000

Place = tuple[int, int]
"""Row and column, counted from 0."""


@dataclass
class Marks:
    """formulas: by place, whether their result changes by itself (today's date). errors: what they say.

    shown: how a number is shown, where its format adds zeros. hidden: rows that are hidden.
    """

    formulas: dict[Place, bool] = field(default_factory=dict)
    errors: dict[Place, str] = field(default_factory=dict)
    shown: dict[Place, Padded] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.formulas or self.errors or self.shown or self.hidden)

    def by_row(self) -> dict[int, list[int]]:
        """Return the columns that are marked, by row."""
        rows: dict[int, set[int]] = {}
        for row, column in (*self.formulas, *self.errors, *self.shown):
            rows.setdefault(row, set()).add(column)
        return {row: sorted(columns) for row, columns in rows.items()}


def read_marks(archive: zipfile.ZipFile, path: str, padded: Mapping[int, Padded]) -> Marks:
    """Return the marks of the sheet at `path`. Raises expat.ExpatError when it is no XML."""
    if path not in archive.namelist():
        return Marks()
    reader = _Reader(padded)
    if padded or _has_hint(archive, path):
        parser = expat.ParserCreate()
        parser.StartElementHandler = reader.start
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        with archive.open(path) as part:
            parser.ParseFile(part)
    return reader.marks


def _has_hint(archive: zipfile.ZipFile, path: str) -> bool:
    with archive.open(path) as part:
        tail = b""
        while chunk := part.read(CHUNK):
            if not tail and (chunk[:2] in {b"\xfe\xff", b"\xff\xfe"} or b"\x00" in chunk[:4]):
                # Two bytes a letter: the few bytes would not be found.
                return True
            if _HINT.search(tail + chunk):
                return True
            tail = chunk[-OVERLAP:]
    return False


class _Reader:
    """Gathers marks from the elements of a sheet."""

    def __init__(self, padded: Mapping[int, Padded]) -> None:
        self.marks = Marks()
        self._padded = padded
        self._place: Place = (0, 0)
        self._row, self._column = -1, -1
        self._type = ""
        self._style = 0
        self._kept: list[str] | None = None
        self._formula: dict[str, str] = {}
        self._shared: dict[str, bool] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._cell(attributes)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if attributes.get("hidden", "0") in {"1", "true"}:
                self.marks.hidden.add(self._row)
        elif name == "f":
            self._formula, self._kept = attributes, []
        elif name == "v" and self._type == "e":
            self._kept = []

    def _cell(self, attributes: dict[str, str]) -> None:
        match = _PLACE.fullmatch(attributes.get("r", ""))
        # A cell without its place stands right of the one before.
        self._column = column_index(match[1]) if match else self._column + 1
        self._place = (int(match[2]) - 1 if match else self._row, self._column)
        self._type = attributes.get("t", "n")
        style = attributes.get("s")
        if self._padded and style and self._type == "n" and int(style) in self._padded:
            self.marks.shown[self._place] = self._padded[int(style)]

    def text(self, text: str) -> None:
        if self._kept is not None:
            self._kept.append(text)

    def end(self, name: str) -> None:
        if self._kept is None:
            return
        name = name.rpartition(":")[2]
        text = "".join(self._kept)
        if name == "f":
            self._end_formula(text)
        elif name == "v":
            self.marks.errors[self._place] = text[:20] or "#?"
        self._kept = None

    def _end_formula(self, text: str) -> None:
        shared: Any = self._formula.get("si") if self._formula.get("t") == "shared" else None
        volatile = _VOLATILE.search(text) is not None
        if shared is not None:
            volatile = self._shared.setdefault(shared, volatile)
        self.marks.formulas[self._place] = volatile
        if self._formula.get("t") in {"array", "dataTable"}:
            for place in _places(self._formula.get("ref", "")):
                self.marks.formulas.setdefault(place, volatile)


def _places(ref: str) -> list[Place]:
    first, _, last = ref.replace("$", "").partition(":")
    start, end = _PLACE.fullmatch(first), _PLACE.fullmatch(last or first)
    if start is None or end is None:
        return []
    rows = range(int(start[2]) - 1, int(end[2]))
    columns = range(column_index(start[1]), column_index(end[1]) + 1)
    if len(rows) * len(columns) > _MOST_SPILLED:
        return []
    return [(row, column) for row in rows for column in columns]
