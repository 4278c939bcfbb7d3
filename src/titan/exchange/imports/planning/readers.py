"""Cells of a mapped column as values: the way a clean file would write them, or why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from titan.core.language import _
from titan.exchange.imports.planning.asked import Open, key_of
from titan.exchange.imports.planning.context import Context, Noun
from titan.exchange.imports.planning.days import day_reader
from titan.exchange.imports.planning.uses import SheetUse
from titan.exchange.imports.reading.lines import Cell, shown
from titan.exchange.imports.rules import words
from titan.exchange.imports.rules.amounts import minutes, months, needs_unit, whole_number
from titan.exchange.imports.rules.fields import Field, Reads
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.lists import split_list
from titan.exchange.imports.rules.reasons import Reason, reason
from titan.exchange.imports.rules.states import Kind, QuestionKind
from titan.exchange.imports.rules.texts import Unfit, lost_letters, read_text
from titan.exchange.imports.rules.words import is_blank_word

Found = str | Reason | Open | tuple[Open, ...]
"""What a cell was read as: a value (empty: nothing), why it has none, or what is open about it."""
Read = Callable[[Cell], Found]

WORDS = {
    (Kind.WORKERS, "status"): words.STATUSES,
    (Kind.TRAINERS, "type"): words.TRAINER_TYPES,
    (Kind.ROLE_REQUIREMENTS, "type"): words.REQUIREMENT_TYPES,
    (Kind.AREA_REQUIREMENTS, "type"): words.REQUIREMENT_TYPES,
    (Kind.COURSES, "delivery_method"): words.DELIVERY_METHODS,
    (Kind.RECORDS, "result"): words.RESULTS,
}
NOUNS = {
    Reads.COMPANY: Noun.COMPANY,
    Reads.ROLE: Noun.ROLE,
    Reads.AREA: Noun.AREA,
    Reads.AREAS: Noun.AREA,
    Reads.COURSE: Noun.COURSE,
    Reads.COURSES: Noun.COURSE,
}
REPEATING = frozenset(Reads) - {Reads.BADGE, Reads.NAME, Reads.EMAIL, Reads.PHONE}
"""What stands in many rows alike, so that it is read once."""


def reader_of(context: Context, use: SheetUse, field: Field, column: int | None) -> Read:
    """Return what reads the cells of `column` as `field`. column None: of a value given for all rows."""
    read = _reader(context, use, field, column)
    return _remembering(read) if field.reads in REPEATING else read


def choices_of(kind: Kind, name: str) -> tuple[str, ...]:
    """Return the words that a field takes, if it takes only some."""
    known = WORDS.get((kind, name))
    return tuple(dict.fromkeys(known.values())) if known else ()


def unfit(why: Unfit, cell: Cell) -> Reason:
    """Return the reason why a cell is no text."""
    return reason(why.value, text=shown(cell))


def _reader(context: Context, use: SheetUse, field: Field, column: int | None) -> Read:
    if field.reads is Reads.DAY:
        return day_reader(context, use, field, column)
    if field.reads in NOUNS:
        several = field.reads in {Reads.AREAS, Reads.COURSES}
        return (_references if several else _reference)(context, NOUNS[field.reads])
    if field.reads in {Reads.MINUTES, Reads.MONTHS}:
        return _amount(context, use, field, column)
    if field.reads is Reads.WORD:
        return _word(context, use, field)
    return _PLAIN[field.reads]


def _remembering(read: Read) -> Read:
    seen: dict[Any, Found] = {}

    def remembered(cell: Cell) -> Found:
        key = cell if type(cell) is not dict else (cell.get("d") or repr(cell), "d")
        # Equal is not the same here: 1, 1.0 and true.
        key = (type(key), key)
        if key not in seen:
            seen[key] = read(cell)
        return seen[key]

    return remembered


def _text(cell: Cell) -> str | Reason:
    found = read_text(cell)
    return unfit(found.unfit, cell) if found.unfit else found.text


def _name(cell: Cell) -> str | Reason:
    found = read_text(cell)
    why = found.unfit or lost_letters(found.text)
    return unfit(why, cell) if why else found.text


def _phone(cell: Cell) -> str | Reason:
    found = read_text(cell, is_phone=True)
    return unfit(found.unfit, cell) if found.unfit else found.text


def _email(cell: Cell) -> str | Reason:
    text = _text(cell)
    return text.removeprefix("mailto:") if isinstance(text, str) else text


def _number(cell: Cell) -> str | Reason:
    cell = _result(cell)
    if isinstance(cell, Reason):
        return cell
    if cell is None or (isinstance(cell, str) and is_blank_word(cell)):
        return ""
    number = whole_number(cell)
    return reason("NOT_A_NUMBER", text=shown(cell)) if number is None else str(number)


def _yes_no(cell: Cell) -> str | Reason:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = cell if isinstance(cell, str) else _text(cell)
    if isinstance(text, Reason):
        return text
    known = words.YES_NO.get(fold(text)) or ("yes" if text.strip() in words.TICKS else None)
    if known or words.is_dashes(text):
        return known or ""
    return reason("UNKNOWN_WORD", text=text, choices=_("yes, no"))


def _result(cell: Cell) -> Cell | Reason:
    """Return the stored result of a formula for a number, unless it changes by itself or is not there."""
    if isinstance(cell, dict):
        if "f" in cell and not cell["v"] and cell["f"] is not None:
            return _result(cell["f"])
        if "t" not in cell:
            found = read_text(cell)
            return unfit(found.unfit, cell) if found.unfit else None
    return cell


_PLAIN: dict[Reads, Read] = {
    Reads.BADGE: _text,
    Reads.CODE: _text,
    Reads.TEXT: _text,
    Reads.WORKER: _text,
    Reads.NAME: _name,
    Reads.EMAIL: _email,
    Reads.PHONE: _phone,
    Reads.NUMBER: _number,
    Reads.YES_NO: _yes_no,
}


def _reference(context: Context, noun: Noun) -> Read:
    def read(cell: Cell) -> str | Reason | Open:
        text = _text(cell)
        if isinstance(text, Reason) or not text:
            return text
        if is_blank_word(text) and not context.names[noun].knows(text):
            return ""
        return context.refer(noun, text)

    return read


def _references(context: Context, noun: Noun) -> Read:
    knows = context.names[noun].knows

    def read(cell: Cell) -> Found:
        # Line breaks separate here, which tidying would make blanks.
        if isinstance(cell, str):
            lead = read_text(cell)
            if lead.unfit:
                return unfit(lead.unfit, cell)
            text = cell
        else:
            found = _text(cell)
            if isinstance(found, Reason):
                return found
            text = found
        if is_blank_word(text) and not knows(text):
            return ""
        codes = [context.refer(noun, part) for part in split_list(text, knows)]
        # A set: in which order somebody wrote it says nothing.
        unknown = tuple(code for code in codes if isinstance(code, Open))
        return unknown or ";".join(sorted({str(code) for code in codes}))

    return read


def _word(context: Context, use: SheetUse, field: Field) -> Read:
    known = WORDS[use.kind or Kind.WORKERS, field.name]
    choices = tuple(dict.fromkeys(known.values()))
    heading = fold(use.heading(use.column_of(field.name)))

    def read(cell: Cell) -> str | Reason | Open:
        if isinstance(cell, bool):
            cell = "yes" if cell else "no"
        text = _text(cell)
        if isinstance(text, Reason):
            return text
        folded = fold(text)
        if folded in known:
            return known[folded]
        if field.name == "status" and ("active" in heading or "aktif" in heading or "aktiv" in heading):
            answered = words.YES_NO.get(folded)
            if answered:
                return "ACTIVE" if answered == "yes" else "INACTIVE"
        if not text or is_blank_word(text):
            return ""
        key = key_of(QuestionKind.WORD, field.name, text)
        chosen = context.answer(key)
        about = context.asked.about(key, QuestionKind.WORD, text)
        about.candidates, about.about, about.column = choices, field.name, use.heading(use.column_of(field.name))
        if chosen in choices:
            about.answer = chosen
            return chosen
        about.reason = reason("UNKNOWN_WORD", text=text, choices=", ".join(choices))
        return about

    return read


def _amount(context: Context, use: SheetUse, field: Field, column: int | None) -> Read:
    unit = context.units.get((use.index, column if column is not None else -1))
    measure, wrong = (minutes, "NOT_A_LENGTH") if field.reads is Reads.MINUTES else (months, "NOT_A_VALIDITY")

    def read(cell: Cell) -> str | Reason | Open:
        cell = _result(cell)
        if isinstance(cell, Reason):
            return cell
        if cell is None or (isinstance(cell, str) and is_blank_word(cell) and fold(cell) not in words.NEVER):
            return ""
        amount = measure(cell, unit)
        if amount is not None:
            return str(amount)
        if unit is None and needs_unit(cell):
            return reason("UNIT_UNKNOWN", text=shown(cell))
        return reason(wrong, text=shown(cell))

    return read
