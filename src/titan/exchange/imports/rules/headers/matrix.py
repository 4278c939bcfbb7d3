"""A training matrix: one row per worker, one or two columns per course, days in the cells. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from titan.exchange.imports.rules.days import read_day
from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.folding import fold, fold_heading
from titan.exchange.imports.rules.headers.columns import propose_columns
from titan.exchange.imports.rules.headers.header import Clues, Header, Line, Mapped, headings_of
from titan.exchange.imports.rules.states import Kind
from titan.exchange.imports.rules.words import COMPLETED, EXPIRES

FEW_COURSES, FEW_DATE_COLUMNS = 2, 3
"""From how many known courses, or columns of days, on a sheet is a matrix."""
PROBED = 60
ANY_DAY = date(2030, 1, 1)


def matrix_at(lines: Sequence[Line], index: int, clues: Clues) -> Header | None:
    """Return the header of a matrix in the row at `index`, or None when that is none."""
    row, cells = lines[index]
    headings = headings_of(cells)
    below = headings_of(lines[index + 1][1]) if index + 1 < len(lines) else []
    subs = {column: text for column, text in enumerate(below) if fold(text) in COMPLETED or fold(text) in EXPIRES}
    two_rows = len(subs) >= FEW_COURSES
    if two_rows:
        headings = _filled(headings, below, subs)
    columns = {
        column: mapped
        for column, mapped in propose_columns(headings, Kind.MATRIX).items()
        if mapped.field != "course_code" and not (two_rows and column in subs)
    }
    if "employee_id" not in {mapped.field for mapped in columns.values()}:
        return None
    start = index + 1 + two_rows
    courses = _course_columns(lines[start : start + PROBED], headings, columns, clues)
    if two_rows:
        courses = {column: code for column, code in courses.items() if column in subs}
    named = sum(bool(code) for code in courses.values())
    if not courses or (clues.kind is None and named < FEW_COURSES and len(courses) < FEW_DATE_COLUMNS):
        return None
    score = len(columns) + min(len(courses), 10) + named * 0.5 + 2 + 3 * (clues.hint is Kind.MATRIX)
    last = lines[index + 1][0] if two_rows else row
    return Header(row, last, headings, Kind.MATRIX, columns, courses, subs if two_rows else {}, score)


def _filled(headings: list[str], below: list[str], subs: dict[int, str]) -> list[str]:
    """Return headings in which a course stands above all of its columns; others have what either row says."""
    filled, course = [], ""
    for column in range(max(len(headings), len(below))):
        own = headings[column] if column < len(headings) else ""
        course = own or course
        filled.append(course if column in subs else own or (below[column] if column < len(below) else ""))
    return filled


def _course_columns(
    data: Sequence[Line], headings: list[str], columns: dict[int, Mapped], clues: Clues
) -> dict[int, str]:
    found = {}
    for column, heading in enumerate(headings):
        if column in columns or not heading:
            continue
        code = clues.find_course(heading)
        if code or (_holds_days(data, column) and not _is_of_people(heading)):
            found[column] = code or ""
    return found


def _is_of_people(heading: str) -> bool:
    """Tell whether a heading is one that sheets of workers have: the day somebody was hired is no course."""
    names = {fold(heading), fold_heading(heading)}
    return any(names & known.headings for known in FIELDS[Kind.WORKERS])


def _holds_days(data: Sequence[Line], column: int) -> bool:
    cells = [line[1][column] for line in data if column < len(line[1]) and line[1][column] is not None]
    days = [read_day(cell, is_1904=False, today=ANY_DAY) for cell in cells]
    good = sum(read.day is not None or read.is_either for read in days)
    return good > 0 and good * 2 >= len(days)
