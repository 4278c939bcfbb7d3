"""A field: something that a column of a sheet can hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from titan.exchange.imports.rules.folding import fold


class Reads(StrEnum):
    """How the cells of a field are read."""

    BADGE = "BADGE"
    CODE = "CODE"
    NAME = "NAME"
    TEXT = "TEXT"
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    DAY = "DAY"
    NUMBER = "NUMBER"
    MINUTES = "MINUTES"
    MONTHS = "MONTHS"
    YES_NO = "YES_NO"
    WORD = "WORD"
    COMPANY = "COMPANY"
    ROLE = "ROLE"
    AREA = "AREA"
    AREAS = "AREAS"
    COURSE = "COURSE"
    COURSES = "COURSES"
    WORKER = "WORKER"


@dataclass(frozen=True)
class Field:
    """Something that a column can hold. required: a new row needs it. whole: a name to be split, or to check by.

    headings: folded.
    """

    name: str
    label: str
    reads: Reads
    headings: frozenset[str]
    required: bool = False


def field(name: str, label: str, reads: Reads, headings: str, *, required: bool = False) -> Field:
    known = {fold(heading) for heading in (name, label, *headings.split(","))} - {""}
    return Field(name, label, reads, frozenset(known), required)
