"""Sessions as lists and pages show them: filtered, in order, each to whom it belongs (api.md, domain.md §2)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import ADMIN, AT, AUDITOR, HOUR, act, scheduled, settle, time_of
from titan.core.actor import Actor, Role
from titan.core.errors import NotFound
from titan.resources.commands.trainers import replace_qualifications
from titan.training.commands import cancel_session
from titan.training.queries.sessions import SessionFilter, list_sessions, session_view
from titan.training.rules import SlotTime


def listed(*, by: Actor = ADMIN, limit: int = 50, **wanted: Any) -> list[int]:
    """Return the ids of all sessions found, gathered page by page."""
    found: list[int] = []
    cursor = None
    while True:
        page = list_sessions(SessionFilter(**wanted), limit=limit, cursor=cursor, by=by)
        found += [view.id for view in page.items]
        cursor = page.next_cursor
        if cursor is None:
            assert page.total == len(found)
            return found


def test_newest_first_page_after_page(course: Any) -> None:
    made = [cast.make_session(course).pk for _ in range(5)]
    for limit in range(1, 7):
        assert listed(limit=limit) == made[::-1]


def test_filters(course: Any, trainer: Any, venue: Any) -> None:
    other = cast.make_course()
    draft = cast.make_session(course, title="Monthly refresher").pk
    planned = scheduled(course, trainer=trainer, venue=venue).pk
    foreign = scheduled(other).pk
    act(cancel_session, draft, "")
    assert listed(status="CANCELLED") == listed(search="REFRESHER") == [draft]
    assert listed(status="SCHEDULED") == [foreign, planned]
    assert listed(course_id=other.pk) == listed(search=other.code) == [foreign]
    assert listed(trainer_id=trainer.pk) == listed(venue_id=venue.pk) == [planned]
    assert listed(code=f"TS-2026-{planned:04}") == listed(search=f"ts-2026-{planned:04}") == [planned]
    assert listed(course_id=course.pk, status="DRAFT") == listed(trainer_id=999_999) == []


def test_days_are_the_sites_and_both_count(course: Any) -> None:
    midnight = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # in Baku, the 25th begins
    before = scheduled(course, SlotTime(midnight - 2 * HOUR, midnight)).pk
    across = scheduled(course, SlotTime(midnight - HOUR, midnight + HOUR)).pk
    after = scheduled(course, SlotTime(midnight, midnight + HOUR)).pk
    weeks = scheduled(course, time_of(0, on=midnight - 240 * HOUR), time_of(0, on=midnight + 240 * HOUR)).pk
    cast.make_session(course)
    tuesday, wednesday = date(2026, 11, 24), date(2026, 11, 25)
    assert listed(from_day=tuesday, to_day=tuesday) == [across, before]
    assert listed(from_day=wednesday, to_day=wednesday) == [after, across]
    assert listed(from_day=wednesday) == [weeks, after, across]
    assert listed(to_day=tuesday) == [weeks, across, before]
    assert listed(from_day=wednesday, to_day=tuesday) == [across]


def test_a_trainer_sees_their_own(course: Any, trainer: Any) -> None:
    mine, other = scheduled(course, trainer=trainer), scheduled(course)
    cast.make_session(course)
    me = cast.actor(Role.TRAINER, trainer_id=trainer.pk)
    assert listed(by=me) == [mine.pk]
    assert listed(by=cast.actor(Role.TRAINER)) == []
    assert len(listed(by=AUDITOR)) == 3
    assert session_view(mine.pk, by=me, at=AT).id == mine.pk
    for number in (other.pk, 999_999, 2**63):
        with pytest.raises(NotFound):
            session_view(number, by=me, at=AT)


def test_what_a_session_shows(course: Any, trainer: Any, venue: Any) -> None:
    people = [cast.make_worker() for _ in range(3)]
    settle()
    slots = [time_of(24), time_of(0)]
    session = scheduled(course, *slots, trainer=trainer, venue=venue, workers=people, title="Təlim", notes="a\nb")
    cast.make_version(course, title={"en": "Renamed"})
    view = session_view(session.pk, by=ADMIN, at=AT)
    assert (view.code, view.status, view.title, view.notes) == (session.code, "SCHEDULED", "Təlim", "a\nb")
    assert (view.course_code, view.course_version, view.course_title["en"]) == ("HSE-001", 1, "Course HSE-001")
    assert (view.trainer_name, view.venue_name, view.venue_capacity) == (trainer.name, venue.name, 20)
    assert (view.attendees, view.evidence, view.finalized_at, view.cannot_run) == (3, None, None, False)
    assert view.slots == sorted(slots)
    draft = cast.make_session(course)
    assert session_view(draft.pk, by=ADMIN, at=AT).course_title["en"] == "Renamed"
    act(replace_qualifications, trainer.pk, [])
    (in_short,) = list_sessions(SessionFilter(code=session.code), limit=1, by=ADMIN).items
    assert (in_short.cannot_run, in_short.attendees, in_short.slots) == (True, 3, sorted(slots))


def test_a_list_costs_the_same_however_long(course: Any) -> None:
    costs = []
    for _ in range(2):
        for _ in range(6):
            scheduled(course, time_of(0), time_of(24), workers=[cast.make_worker()])
        with CaptureQueriesContext(connection) as statements:
            list_sessions(SessionFilter(), limit=50, by=ADMIN)
        costs.append(len(statements))
    assert costs == [4, 4]
