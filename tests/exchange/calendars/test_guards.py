"""Feeds and events by raw SQL: what a feed was made as, and what was said, stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.exchange.calendars.planning import feed_of, planned
from tests.guards.raw import refuses, refuses_emptying, run, state
from tests.training.acting import AT
from titan.exchange.calendars.models import Event, Feed

FEED, EVENT = "UPDATE calendars_feed SET ", "UPDATE calendars_event SET "


@pytest.mark.parametrize(
    "change", ["token_sha256 = 'x'", "user_id = user_id + 1", "prefix = 'cal_x'", "created_at = last_used_at"]
)
def test_a_feed_stays_what_it_was_made_as(admin: Any, change: str) -> None:
    feed_of(admin)
    run(f"{FEED}last_used_at = %s", AT + timedelta(1))
    before = state(Feed)
    refuses("FEED_FIXED", FEED + change)
    assert state(Feed) == before


def test_a_revoked_feed_stays_revoked(admin: Any) -> None:
    feed_of(admin)
    assert run(f"{FEED}revoked_at = %s", AT) == 1
    refuses("FEED_FIXED", f"{FEED}revoked_at = NULL")
    refuses("FEED_FIXED", f"{FEED}revoked_at = %s", AT + timedelta(1))
    assert run(f"{FEED}name = ''") == 1


@pytest.mark.parametrize(("kind", "given"), [("ALL", "venue"), ("TRAINER", "venue"), ("VENUE", "trainer"), ("ALL", "")])
def test_a_feed_follows_what_it_says(admin: Any, trainer: Any, venue: Any, kind: str, given: str) -> None:
    values: dict[str, Any] = {"venue": {"venue_id": venue.pk}, "trainer": {"trainer_id": trainer.pk}}.get(given, {})
    made = {"user_id": admin.pk, "kind": kind, "prefix": "cal_", "token_sha256": "x", "created_at": AT, **values}
    if kind == "ALL" and not given:
        Feed.objects.create(**made)
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        Feed.objects.create(**made)


@pytest.mark.parametrize(
    "change",
    ["sequence = 9", "status = 'CANCELLED'", "starts_at = since", "title = 'x'", "uid = %s", "since = ends_at"],
)
def test_what_was_said_stays_said(course: Any, trainer: Any, venue: Any, change: str) -> None:
    planned(course, trainer, venue)
    before = state(Event)
    refuses("HISTORY_IMMUTABLE", EVENT + change, *(["0" * 32] if "%s" in change else []))
    refuses("HISTORY_IMMUTABLE", "DELETE FROM calendars_event")
    refuses_emptying("HISTORY_IMMUTABLE", Event)
    assert state(Event) == before


def test_a_state_ends_once(course: Any, trainer: Any, venue: Any) -> None:
    planned(course, trainer, venue)
    assert run(f"{EVENT}until = %s WHERE until IS NULL", AT) == 1
    refuses("HISTORY_IMMUTABLE", f"{EVENT}until = NULL")


def test_one_state_of_an_appointment_is_in_force(course: Any, trainer: Any, venue: Any) -> None:
    planned(course, trainer, venue)
    names = [str(field.column) for field in Event._meta.concrete_fields if field.column != "id"]
    for changes in ({"sequence": "sequence + 1"}, {"until": "since"}):
        picked = ", ".join(changes.get(name, name) for name in names)
        again = f"INSERT INTO calendars_event ({', '.join(names)}) SELECT {picked} FROM calendars_event"
        refuses("CHANGED_MEANWHILE", again)
