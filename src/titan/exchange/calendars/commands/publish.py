"""Telling the calendars what sessions say now: at the end of each unit of work that moved one, and once a night."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from titan.core.actor import Actor
from titan.core.bulk import id_set, insert_rows
from titan.core.command import Unit, command, nothing_changed, say
from titan.exchange.calendars.models import Event
from titan.exchange.calendars.rules import STATUSES, Move, Said, Standing, moves
from titan.training.models import SessionStatus, Slot, TrainingSession

MOVING = frozenset({"session.created", "session.updated", "session.scheduled", "session.cancelled", "session.deleted"})
"""What can change an appointment. Finalizing changes none: held is as confirmed as scheduled."""

AT_ONCE = 500
"""How many sessions a night brings up to date in one transaction."""


def publish_what_moved(unit: Unit) -> None:
    """Tell the calendars of the sessions that `unit` moved; nothing, and no statement, when it moved none."""
    moved = {event.entity_id for event in unit.events if event.action in MOVING}
    if moved:
        _publish(moved, at=unit.at)


@command
def catch_up(session_ids: Collection[int], *, by: Actor, at: datetime) -> int:
    """Bring the appointments of these sessions to what their slots say, whoever wrote those; return how many moved."""
    if connection.vendor == "postgresql":
        locked = TrainingSession.objects.filter(pk__in=id_set(session_ids)).order_by("pk")
        list(locked.select_for_update(no_key=True).values_list("pk"))
    told = _publish(session_ids, at=at)
    if told:
        say("calendar_events.caught_up", "calendar_events", 1, after={"events": told})
    else:
        nothing_changed()
    return told


def sessions_to_look_at(*, at: datetime, past: timedelta) -> list[int]:
    """Return the sessions with a slot or an appointment that ends later than `past` before `at` (two statements)."""
    recent = at - past
    of_slots = Slot.objects.filter(ends_at__gt=recent).values_list("session_id", flat=True)
    of_events = Event.objects.filter(until=None, ends_at__gt=recent).values_list("session_id", flat=True)
    return sorted(set(of_slots) | {pk for pk in of_events if pk is not None})


def _publish(session_ids: Collection[int], *, at: datetime) -> int:
    """Write what has to be told of these sessions; two to four statements for any number of them."""
    known, wanted = _known(session_ids), _wanted(session_ids)
    told = [move for pk in session_ids for move in moves(known[pk], wanted[pk])]
    _end((move.before.id for move in told if move.before), at=at)
    insert_rows(Event, [_row(move, at) for move in told], returning=())
    return len(told)


def _known(session_ids: Iterable[int]) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = defaultdict(list)
    for row in Event.objects.filter(session_id__in=id_set(session_ids), until=None):
        found[row.session_id or 0].append(Standing(row.pk, str(row.uid), row.sequence, _said(row)))
    return found


def _said(row: Event) -> Said:
    return Said(
        session_id=row.session_id or 0,
        status=row.status,
        course_id=row.course_id,
        title=row.title,
        trainer_id=row.trainer_id,
        venue_id=row.venue_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def _wanted(session_ids: Iterable[int]) -> dict[int, list[Said]]:
    wanted: dict[int, list[Said]] = defaultdict(list)
    names = ("status", "course_id", "title", "trainer_id", "venue_id")
    rows = Slot.objects.filter(session_id__in=id_set(session_ids)).values_list(
        "session_id", *(f"session__{name}" for name in names), "starts_at", "ends_at"
    )
    for session_id, status, *rest in rows:
        wanted[session_id].append(Said(session_id, STATUSES[SessionStatus(status)], *rest))
    return wanted


def _end(events: Iterable[int], *, at: datetime) -> None:
    ended = list(events)
    if ended:
        Event.objects.filter(pk__in=id_set(ended)).update(until=at)


def _row(move: Move, at: datetime) -> dict[str, Any]:
    said, before = move.said, move.before
    return {
        "uid": uuid.UUID(before.uid) if before else uuid.uuid4(),
        "sequence": before.sequence + 1 if before else 0,
        "session_id": said.session_id,
        "status": said.status,
        "course_id": said.course_id,
        "title": said.title,
        "trainer_id": said.trainer_id,
        "venue_id": said.venue_id,
        "starts_at": said.starts_at,
        "ends_at": said.ends_at,
        "since": at,
        "until": None,
    }
