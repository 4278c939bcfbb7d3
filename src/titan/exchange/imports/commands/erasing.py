"""Erasing a person from imports: what they were before a change, what was typed about them, and files still open."""

from __future__ import annotations

from titan.core.bulk import update_rows
from titan.core.command import Said, current_unit, say_all
from titan.core.erasing import ERASED, Person
from titan.exchange.imports.commands.discarding import forget
from titan.exchange.imports.models import Import, ImportedThing, ImportSlice, TypedValue
from titan.exchange.imports.planning.slices import unpack
from titan.exchange.imports.reading.lines import shown
from titan.exchange.imports.rules.folding import fold
from titan.exchange.imports.rules.states import State
from titan.personnel.rules import PERSONAL


def blank_imports(person: Person) -> None:
    """Blank what imports hold about an erased person; open imports that name them are discarded as a whole.

    An open file would bring them back. What an applied file shows stays as evidence, and only few may open it.
    """
    things = ImportedThing.objects.filter(entity="worker", entity_id__in=person.worker_ids).exclude(before=None)
    update_rows(
        ImportedThing,
        [{"id": pk, "before": _nameless(before or {})} for pk, before in things.values_list("pk", "before")],
    )
    TypedValue.objects.filter(worker_id__in=person.worker_ids).update(value=ERASED)
    named = _open_imports_about(person)
    if named:
        forget(named, at=current_unit().at)
        say_all(Said("import.discarded", "import", pk) for pk in named)
    # People name files after people.
    shown = ImportedThing.objects.filter(entity__in=["worker", "named_worker"], entity_id__in=person.worker_ids)
    Import.objects.filter(pk__in=shown.values("of_id")).update(file_name=ERASED)


def _nameless(before: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in before.items() if name not in PERSONAL}


def _open_imports_about(person: Person) -> list[int]:
    """Return the open imports with a row about them: their badge, address, number or whole name, or both names."""
    words = {folded for word in person.words if (folded := fold(word))}
    found: set[int] = set()
    slices = ImportSlice.objects.filter(of__state=State.OPEN).order_by("of_id", "sheet", "position")
    for import_id, cells in slices.values_list("of_id", "cells").iterator(chunk_size=4):
        if import_id not in found and any(_names(words, row) for _number, row in unpack(cells)):
            found.add(import_id)
    return sorted(found)


def _names(words: set[str], cells: list[object]) -> bool:
    hits = {folded for cell in cells if cell is not None and (folded := fold(shown(cell))) in words}
    # A first name alone is that of many.
    return len(hits) > 1 or any(" " in hit or any(letter.isdigit() for letter in hit) for hit in hits)
