"""Alarms: what is not as it was written, until a full verification finds it right again."""

from __future__ import annotations

from datetime import datetime

from titan.ledger.models import Alarm, AlarmKind

STOPS_EVERYTHING = (AlarmKind.LEDGER, AlarmKind.GUARD)
"""An alarm of these kinds stops every finalization; one of evidence only what rests on that file."""


def raise_alarm(kind: AlarmKind, code: str, entity: str, entity_id: int | None, detail: str, *, at: datetime) -> None:
    """Keep an alarm open, or note that it was seen again. detail: what is wrong, without names of people."""
    same = Alarm.objects.filter(
        kind=kind, code=code, entity=entity, entity_id=entity_id, detail=detail, resolved_at=None
    )
    if not same.update(seen_at=at):
        Alarm.objects.create(
            kind=kind, code=code, entity=entity, entity_id=entity_id, detail=detail, found_at=at, seen_at=at
        )


def open_alarms() -> list[Alarm]:
    """Return the alarms that are open, oldest first; one statement."""
    return list(Alarm.objects.filter(resolved_at=None).order_by("found_at", "id"))
