"""Which column holds which field, by its heading. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from rapidfuzz import fuzz, process

from titan.exchange.headings import fields_by_heading
from titan.exchange.imports.rules.fields import FIELDS, Field
from titan.exchange.imports.rules.folding import fold, fold_heading
from titan.exchange.imports.rules.headers.header import Mapped
from titan.exchange.imports.rules.states import Kind

SIMILAR = 90
SHORTEST_SIMILAR = 5
WHOLE_OR_FIRST = frozenset(fold(word) for word in ["name", "names", "ad", "adı", "isim", "ismi", "adi", "имя", "imya"])
_CODED = {"code", "kod", "kodu", "id", "no"}


def signature(headings: Sequence[str]) -> str:
    """Return what sheets that are laid out alike have in common."""
    folded = [fold(heading) for heading in headings]
    while folded and not folded[-1]:
        folded.pop()
    return hashlib.sha256("\x1f".join(folded).encode()).hexdigest()


def propose_columns(headings: Sequence[str], kind: Kind) -> dict[int, Mapped]:
    """Return the field of each column that its heading tells, exactly or nearly."""
    found = _our_own(headings, kind)
    for known in FIELDS[kind]:
        if known.name in {mapped.field for mapped in found.values()}:
            continue
        column = _column_of(known, headings, found)
        if column is not None:
            found[column] = Mapped(known.name, "HEADING")
    _near(headings, kind, found)
    return _names_settled(headings, found)


def _our_own(headings: Sequence[str], kind: Kind) -> dict[int, Mapped]:
    """Return the fields of columns whose heading is the one that our own lists have, in whatever language."""
    own = fields_by_heading(kind)
    found: dict[int, Mapped] = {}
    for index, heading in enumerate(headings):
        field = own.get(fold(heading))
        if field and field not in {mapped.field for mapped in found.values()}:
            found[index] = Mapped(field, "HEADING")
    return found


def _column_of(known: Field, headings: Sequence[str], found: dict[int, Mapped]) -> int | None:
    matching = [
        index
        for index, heading in enumerate(headings)
        if index not in found and heading and {fold(heading), fold_heading(heading)} & known.headings
    ]
    # Of “Company” and “Company code” the code names it surely.
    coded = [
        index for index in matching if known.name.endswith("_code") and _CODED & set(fold(headings[index]).split())
    ]
    return next(iter(coded or matching), None)


def _near(headings: Sequence[str], kind: Kind, found: dict[int, Mapped]) -> None:
    taken = {mapped.field for mapped in found.values()}
    choices = {heading: known.name for known in FIELDS[kind] for heading in known.headings if known.name not in taken}
    for index, heading in enumerate(headings):
        folded = fold_heading(heading)
        if index in found or len(folded) < SHORTEST_SIMILAR:
            continue
        match = process.extractOne(folded, choices.keys(), scorer=fuzz.ratio, score_cutoff=SIMILAR)
        if match is not None and choices[match[0]] not in taken:
            name = choices[match[0]]
            found[index] = Mapped(name, "SIMILAR")
            taken.add(name)


def _names_settled(headings: Sequence[str], found: dict[int, Mapped]) -> dict[int, Mapped]:
    """Read a lone “Name” as a whole name, and leave a whole name out where first and last stand beside it."""
    columns = {mapped.field: index for index, mapped in found.items()}
    if {"first_name", "last_name", "full_name"} <= columns.keys():
        del found[columns["full_name"]]
    elif "first_name" in columns and "last_name" not in columns and "full_name" not in columns:
        index = columns["first_name"]
        if fold_heading(headings[index]) in WHOLE_OR_FIRST:
            found[index] = Mapped("full_name", found[index].why)
    return found
