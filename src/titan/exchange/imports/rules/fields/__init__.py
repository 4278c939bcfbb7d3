"""What a sheet of each kind can tell, and the headings under which people write it. Pure.

Names are those of a site folder's columns (docs/site-folder.md), so that both go through the same checks. Headings are
compared folded (`folding.fold_heading`), and include those of our own lists and exports, in English and Turkish.
"""

from __future__ import annotations

from titan.exchange.imports.rules.fields.field import Field, Reads
from titan.exchange.imports.rules.fields.library import (
    AREA_REQUIREMENTS,
    AREAS,
    COMPANIES,
    COURSES,
    ROLE_REQUIREMENTS,
    ROLES,
    VENUES,
)
from titan.exchange.imports.rules.fields.workers import MATRIX, RECORDS, TRAINERS, WORKERS
from titan.exchange.imports.rules.states import Kind

__all__ = ["FIELDS", "Field", "Reads", "field_of"]

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.COMPANIES: COMPANIES,
    Kind.ROLES: ROLES,
    Kind.COURSES: COURSES,
    Kind.AREAS: AREAS,
    Kind.ROLE_REQUIREMENTS: ROLE_REQUIREMENTS,
    Kind.AREA_REQUIREMENTS: AREA_REQUIREMENTS,
    Kind.TRAINERS: TRAINERS,
    Kind.VENUES: VENUES,
    Kind.WORKERS: WORKERS,
    Kind.RECORDS: RECORDS,
    Kind.MATRIX: MATRIX,
}


def field_of(kind: Kind, name: str) -> Field | None:
    """Return a field of a kind by its name, or None."""
    return next((field for field in FIELDS[kind] if field.name == name), None)
