"""Which row is the header, and of what. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from titan.exchange.imports.rules.fields import FIELDS
from titan.exchange.imports.rules.folding import fold, fold_heading
from titan.exchange.imports.rules.headers.columns import propose_columns
from titan.exchange.imports.rules.headers.header import Clues, Header, Line, Mapped, headings_of
from titan.exchange.imports.rules.headers.matrix import matrix_at
from titan.exchange.imports.rules.states import Kind

LOOKED_AT = 60
"""How many rows are looked at for a header."""
_GENERIC = "code kod kodu no id name ad adı isim title başlık type tür status durum location"
GENERIC = frozenset(fold(word) for word in _GENERIC.split())
"""Headings that could be of anything."""
_MARKS = {
    Kind.RECORDS: {"course_code", "completed_on"},
    Kind.ROLE_REQUIREMENTS: {"course_code"},
    Kind.AREA_REQUIREMENTS: {"course_code"},
}


def find_header(lines: Sequence[Line], clues: Clues) -> Header | None:
    """Return the most likely header among the first rows, or None."""
    looked = lines[:LOOKED_AT]
    found = [_best(looked, index, clues) for index in range(len(looked))]
    likely = [header for header in found if header is not None]
    return max(likely, key=lambda header: (header.score, -header.row), default=None)


def header_at(lines: Sequence[Line], row: int, clues: Clues) -> Header:
    """Return the header in a row that somebody chose; of the best fitting kind unless that was chosen too."""
    index = next((place for place, (number, _) in enumerate(lines) if number == row), None)
    if index is None:
        return Header(row, row, [], clues.kind, {})
    headings = headings_of(lines[index][1])
    columns = propose_columns(headings, clues.kind) if clues.kind else {}
    return _best(lines, index, clues) or Header(row, row, headings, clues.kind, columns)


def _best(lines: Sequence[Line], index: int, clues: Clues) -> Header | None:
    row, cells = lines[index]
    headings = headings_of(cells)
    texts = sum(bool(heading) for heading in headings)
    # Headings are texts; a row of numbers or days is none.
    if not texts or sum(isinstance(cell, str) for cell in cells) * 2 < texts:
        return None
    scored = [header for header in _of_each_kind(row, headings, clues) if _is_enough(header, clues)]
    matrix = matrix_at(lines, index, clues) if clues.kind in {None, Kind.MATRIX} else None
    scored += [matrix] if matrix else []
    if not scored:
        return None
    best = max(scored, key=lambda header: header.score)
    if clues.kind is None and sum(header.score == best.score for header in scored) > 1:
        # Code and name could be of anything: somebody has to say of what.
        return replace(best, kind=None, columns={}, courses={}, score=best.score - 0.5)
    return best


def _of_each_kind(row: int, headings: list[str], clues: Clues) -> list[Header]:
    kinds = [clues.kind] if clues.kind else list(Kind)
    proposed = {kind: propose_columns(headings, kind) for kind in kinds if kind is not Kind.MATRIX}
    return [
        Header(row, row, headings, kind, columns, score=_score(kind, columns, headings, clues.hint))
        for kind, columns in proposed.items()
        if columns
    ]


def _is_enough(header: Header, clues: Clues) -> bool:
    found = len(header.columns)
    if clues.kind is None and not _is_told_apart(header):
        return False
    return found >= 2 or (found == 1 and header.kind in {clues.hint, clues.kind})


def _is_told_apart(header: Header) -> bool:
    """Tell whether headings hold what makes a kind: badges and names alone are of workers, not of their training."""
    marks = _MARKS.get(header.kind) if header.kind else None
    return marks is None or bool(marks & {mapped.field for mapped in header.columns.values()})


def _score(kind: Kind, columns: dict[int, Mapped], headings: Sequence[str], hint: Kind | None) -> float:
    found = {mapped.field for mapped in columns.values()}
    weight = sum(0.5 if fold_heading(headings[index]) in GENERIC else 1.0 for index in columns)
    weight -= 0.25 * sum(mapped.why == "SIMILAR" for mapped in columns.values())
    complete = all(known.name in found or _is_covered(known.name, found) for known in FIELDS[kind] if known.required)
    decisive = kind is Kind.RECORDS and {"course_code", "completed_on"} <= found
    return weight + 2 * complete + 3 * (kind is hint) + 3 * decisive


def _is_covered(name: str, found: set[str]) -> bool:
    return (name == "first_name" and "full_name" in found) or (name == "title" and "title_en" in found)
