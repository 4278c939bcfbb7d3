"""Erasing a person: what the floors agree on (domain.md §4; docs/threat-model.md lists what goes and what stays).

Each floor that holds words about people registers what it blanks. Ids stay, so that proof stays linked to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ERASED = "[erased]"
"""What stands where a text may not be empty."""


@dataclass(frozen=True)
class Person:
    """Whom to erase. worker_ids: their number first, then those of rows that were merged into theirs.

    words: everything that names them: names, badges, e-mail, phone, present and former.
    """

    worker_ids: tuple[int, ...]
    words: tuple[str, ...]


Eraser = Callable[[Person], None]
_erasers: list[Eraser] = []


def erase_with(eraser: Eraser) -> None:
    """Register what a floor blanks about a person, once their worker's `anonymised_at` is set."""
    if eraser not in _erasers:
        _erasers.append(eraser)


def erase_everywhere(person: Person) -> None:
    """Let every floor blank what it holds about `person`."""
    for eraser in _erasers:
        eraser(person)


def is_erased(worker: str) -> str:
    """Return the SQL condition, for guards of both engines, that the worker with the number `worker` was erased."""
    return f"EXISTS (SELECT 1 FROM personnel_worker p WHERE p.id = {worker} AND p.anonymised_at IS NOT NULL)"
