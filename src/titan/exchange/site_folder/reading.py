"""From a folder's bytes to typed rows; everything is read before anything is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import available_timezones

from titan.core.errors import invalid
from titan.core.given import Wrong
from titan.evidence.rules import MAX_BYTES
from titan.exchange.site_folder.cells import Cells, iso_day, plain
from titan.exchange.site_folder.layout import (
    AREA_REQUIREMENTS,
    AREAS,
    COMPANIES,
    COURSES,
    FILES,
    RECORDS,
    ROLE_REQUIREMENTS,
    ROLES,
    TRAINERS,
    TRAINING,
    VENUES,
    WORKERS,
    Layout,
)
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.rows import Folder, Row, SiteValues

SITE = "site.json"
MEGABYTE = 1024 * 1024
FILE_LIMIT = 200 * MEGABYTE
DATES_OF_RECORDS = ("completed_on", "expires_on")
R = TypeVar("R", bound=Row)
Lines = list[tuple[int, list[str]]]


def read_folder(folder: Path, *, today: date, shift_dates: bool) -> Folder:
    """Return the rows of `folder`, and as its `problems` whatever cannot be read.

    today: the site's day; with `shift_dates` every date moves so that site.json's `as_of` becomes it.
    Raises Invalid when `folder` is no folder or holds none of the files.
    """
    present, problems = _present(folder), Problems()
    site = _site(folder / SITE, problems) if SITE in present else None
    days = _shift(site, problems, today) if shift_dates else 0
    source = _Source(folder, present, problems, today, timedelta(days=days))
    register = source.bytes_of(RECORDS) or b""
    read = Folder(
        site=site,
        companies=source.rows(COMPANIES),
        roles=source.rows(ROLES),
        courses=source.rows(COURSES),
        areas=source.rows(AREAS),
        role_requirements=source.rows(ROLE_REQUIREMENTS),
        area_requirements=source.rows(AREA_REQUIREMENTS),
        trainers=source.rows(TRAINERS),
        venues=source.rows(VENUES),
        workers=source.rows(WORKERS),
        records=source.rows(TRAINING),
        register=_shifted_register(register, timedelta(days=days)) if days else register,
        shifted_by_days=days,
        present=tuple(name for name in (SITE, *FILES) if name in present),
        ignored=tuple(name for name in present if name.endswith(".csv") and name not in FILES),
    )
    return replace(read, problems=tuple(problems.found), unread=frozenset(source.unread))


def site_of(folder: Path) -> SiteValues | None:
    """Return what the folder's site.json says, or None without one; raise Invalid when it is wrong."""
    problems = Problems()
    site = _site(folder / SITE, problems) if SITE in _present(folder) else None
    problems.refuse_if_any()
    return site


def _present(folder: Path) -> list[str]:
    if not folder.is_dir():
        raise invalid("DIR", "NO_FOLDER", f"{folder} is no folder. Name one that holds files such as personnel.csv.")
    try:
        names = sorted(entry.name for entry in folder.iterdir() if entry.is_file())
    except OSError as error:
        raise invalid("DIR", "UNREADABLE", f"{folder} cannot be read ({error.strerror}).") from error
    if not set(names) & {SITE, *FILES}:
        raise invalid("DIR", "NO_FILES", f"{folder} holds none of {', '.join((SITE, *FILES))}.")
    return names


def _site(path: Path, problems: Problems) -> SiteValues | None:
    def wrong(column: str, code: str, message: str) -> None:
        problems.add(SITE, None, column, code, message)

    try:
        values: Any = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        wrong("", "NOT_JSON", f"Write it as JSON in UTF-8: {_short(error)}.")
        return None
    if not isinstance(values, dict):
        wrong("", "NOT_JSON", 'Write one object such as {"name": "…", "timezone": "Asia/Baku"}.')
        return None
    checked = Wrong()
    name, zone, as_of = values.get("name"), values.get("timezone"), values.get("as_of")
    clean = checked.text("name", name if isinstance(name, str) else "", limit=200, required=True)
    for found in checked.errors:
        wrong("name", found.code, found.message)
    if not isinstance(zone, str) or zone not in available_timezones():
        wrong("timezone", "TIMEZONE_UNKNOWN", f"Give an IANA time zone such as Asia/Baku, not {zone!r}.")
        zone = ""
    day = iso_day(as_of) if isinstance(as_of, str) else None
    if as_of is not None and day is None:
        wrong("as_of", "NOT_A_DAY", f"Give a day of the calendar as YYYY-MM-DD, not {as_of!r}.")
    return SiteValues(clean, zone, day)


def _shift(site: SiteValues | None, problems: Problems, today: date) -> int:
    if site is None or site.as_of is None:
        problems.add(SITE, None, "as_of", "REQUIRED", "Give the day the data are of: --shift-dates starts from it.")
        return 0
    return (today - site.as_of).days


@dataclass(frozen=True)
class _Source:
    """The files of one folder, read one by one."""

    folder: Path
    present: list[str]
    problems: Problems
    today: date
    shift: timedelta
    unread: set[str] = field(default_factory=set)
    read: dict[str, bytes | None] = field(default_factory=dict)

    def bytes_of(self, name: str) -> bytes | None:
        """Return a file's bytes, read once; None when it is absent or cannot be read."""
        if name in self.present and name not in self.read:
            self.read[name] = self._read(name)
        return self.read.get(name)

    def _read(self, name: str) -> bytes | None:
        path = self.folder / name
        # The register is kept as evidence, and evidence has its own limit.
        limit = MAX_BYTES if name == RECORDS else FILE_LIMIT
        try:
            if path.stat().st_size <= limit:
                return path.read_bytes()
            words = f"Give at most {limit // MEGABYTE} MB; load a larger one in several parts, one after another."
            self.problems.add(name, None, "", "TOO_LARGE", words)
        except OSError as error:
            self.problems.add(name, None, "", "UNREADABLE", f"It cannot be read ({error.strerror}).")
        self.unread.add(name)
        return None

    def rows(self, layout: Layout[R]) -> list[R]:
        """Return the rows of one file, each key once."""
        if layout.file not in self.present:
            return []
        lines, header = self._table(layout)
        return list(self._typed(layout, header, lines[1:])) if header else []

    def _table(self, layout: Layout[R]) -> tuple[Lines, list[str] | None]:
        """Return the lines of a file that are as long as its header, and the header."""
        content = self.bytes_of(layout.file)
        if content is None:
            return [], None
        said = len(self.problems.found)
        text = _decoded(layout.file, content, self.problems)
        lines = list(_lines(layout.file, text, self.problems)) if text is not None else []
        header = _header(layout, lines, self.problems) if text is not None else None
        if header:
            lines = list(_even(layout.file, lines, self.problems))
        if len(self.problems.found) > said:
            self.unread.add(layout.file)
        return lines, header

    def _typed(self, layout: Layout[R], header: list[str], lines: Lines) -> Iterator[R]:
        first_seen: dict[tuple[object, ...], int] = {}
        for number, values in lines:
            given = dict(zip(header, values, strict=True))
            cells = Cells(layout.file, number, given, self.problems, self.today, self.shift)
            row = layout.read(cells)
            if not cells.wrong_columns & set(layout.key_columns):
                earlier = first_seen.setdefault(row.key, number)
                if earlier != number:
                    cells.wrong(
                        ", ".join(layout.key_columns),
                        "TWICE",
                        f"Row {earlier} is about the same: keep one of the two.",
                    )
            yield row


def _decoded(name: str, content: bytes, problems: Problems) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        problems.add(name, row, "", "NOT_UTF8", "Save the file as UTF-8 (CSV UTF-8 in a spreadsheet program).")
        return None


def _lines(name: str, text: str, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a CSV text with their numbers as a spreadsheet counts; blank ones are left out."""
    number = 0
    try:
        for number, values in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True), start=1):
            if any(value.strip() for value in values):
                yield number, values
    except csv.Error as error:
        problems.add(name, number + 1, "", "NOT_CSV", f"Mend the quotes from this row on: {error}.")


def _even(name: str, lines: Lines, problems: Problems) -> Iterator[tuple[int, list[str]]]:
    """Yield those lines that have as many cells as the first one, and note the others."""
    width = len(lines[0][1])
    for number, values in lines:
        if len(values) == width:
            yield number, values
        else:
            message = f"This row has {len(values)} cells, the header has {width}: mend the commas and quotes."
            problems.add(name, number, "", "RAGGED", message)


def _header(layout: Layout[R], lines: Lines, problems: Problems) -> list[str] | None:
    if not lines:
        problems.add(layout.file, 1, "", "EMPTY", f"Write the header: {','.join(layout.columns)}.")
        return None
    number, values = lines[0]
    header = [plain(value) for value in values]
    if len(header) == 1 and ";" in header[0]:
        problems.add(layout.file, number, "", "NOT_COMMAS", "Separate the cells by commas, not by semicolons.")
        return None
    missing = [column for column in layout.columns if column not in header]
    for column in missing:
        problems.add(
            layout.file,
            number,
            column,
            "COLUMN_MISSING",
            "Add this column to the header; its cells may be empty.",
        )
    known = (*layout.columns, *layout.optional, *(("title_tr",) if layout.titles else ()))
    for column in dict.fromkeys(header):
        if not layout.is_known(column):
            problems.add(
                layout.file,
                number,
                column,
                "COLUMN_UNKNOWN",
                f"Take it out; the columns are {', '.join(known)}.",
            )
        elif header.count(column) > 1:
            problems.add(layout.file, number, column, "TWICE", "Keep one of the columns with this name.")
    return None if missing or len(set(header)) < len(header) else header


def _shifted_register(content: bytes, shift: timedelta) -> bytes:
    """Return the register with its dates shifted: what is then kept as evidence says what the records say."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", errors="replace"), newline="")))
    if not rows:
        return content
    places = [index for index, column in enumerate(rows[0]) if plain(column) in DATES_OF_RECORDS]
    for values in rows[1:]:
        for place in places:
            day = iso_day(values[place].strip()) if place < len(values) else None
            if day:
                values[place] = (day + shift).isoformat()
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _short(error: Exception) -> str:
    return str(error).split("\n", 1)[0].rstrip(".")
