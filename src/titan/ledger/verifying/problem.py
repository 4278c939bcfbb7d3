"""Something that is not as it must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from titan.ledger.models import AlarmKind

Progress = Callable[[int, int, str], None]
"""Is told how much is done, of how much, and what is being looked at."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it must be: a code, where, and what in words, without names of people.

    kind: of the alarm that it raises; None for what is only reported. entity, entity_id: which thing, where an alarm
    names it. A warning breaks no promise.
    """

    code: str
    where: str
    what: str
    is_warning: bool = False
    kind: AlarmKind | None = None
    entity: str = ""
    entity_id: int | None = None

    def __str__(self) -> str:
        return f"{'warning ' if self.is_warning else ''}{self.code} {self.where}: {self.what}"


def alarm(
    code: str, entity: str, entity_id: int | None, what: str, *, kind: AlarmKind = AlarmKind.LEDGER, where: str = ""
) -> Problem:
    """Return a problem that raises an alarm about `entity` number `entity_id`. where: unless that says it."""
    place = where or " ".join(filter(None, (entity.replace("_", " "), str(entity_id or ""))))
    if entity_id == 0:
        place = where or f"{entity.replace('_', ' ')} 0"
    return Problem(code, place, what, kind=kind, entity=entity, entity_id=entity_id)
