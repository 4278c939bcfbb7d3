"""What the calendars are told, by the commands that plan sessions, and by the night that looks again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.exchange.calendars.planning import in_force, planned
from tests.training.acting import ADMIN, AT, DAY, PASSED, act, held, said, settle, time_of
from titan.core.jobs import nightly_jobs
from titan.exchange.calendars.commands.publish import publish_what_moved
from titan.exchange.calendars.models import Event
from titan.exchange.calendars.tasks import catch_up_calendars
from titan.resources.commands.trainers import delete_trainer
from titan.resources.commands.venues import delete_venue
from titan.training.commands import (
    Plan,
    cancel_session,
    create_session,
    delete_draft,
    finalize_session,
    invite_workers,
    schedule_session,
    update_session,
)
from titan.training.models import Slot, TrainingSession


def test_from_draft_to_cancelled(course: Any, trainer: Any, venue: Any) -> None:
    session = act(create_session, Plan(course_id=course.pk))
    assert in_force(session) == []
    act(update_session, session, Plan(slots=[time_of(0), time_of(24)]))
    (first, *draft), (second, *_rest) = in_force(session)
    assert draft == ["TENTATIVE", 0, time_of(0).starts_at]
    act(schedule_session, session, Plan(trainer_id=trainer.pk, venue_id=venue.pk))
    assert [row[:3] for row in in_force(session)] == [(first, "CONFIRMED", 1), (second, "CONFIRMED", 1)]
    act(update_session, session, Plan(slots=[time_of(0), time_of(48)]))
    assert in_force(session) == [
        (first, "CONFIRMED", 1, time_of(0).starts_at),
        (second, "CONFIRMED", 2, time_of(48).starts_at),
    ]
    act(cancel_session, session, "Rain.")
    assert [row[:3] for row in in_force(session)] == [(first, "CANCELLED", 2), (second, "CANCELLED", 3)]


def test_what_does_not_matter_to_a_calendar_is_not_told(course: Any, trainer: Any, venue: Any) -> None:
    session = planned(course, trainer, venue)
    before = in_force(session)
    act(update_session, session, Plan(notes="Bring harnesses", version=2))
    worker = cast.make_worker()
    settle()
    act(invite_workers, session, [worker.pk])
    assert in_force(session) == before
    act(update_session, session, Plan(title="Group B"))
    assert [row[2] for row in in_force(session)] == [1]


def test_finalizing_changes_no_appointment(course: Any) -> None:
    session = held(course, {cast.make_worker(): PASSED})
    catch_up_calendars(AT)
    before = in_force(session.pk)
    assert [row[1] for row in before] == ["CONFIRMED"]
    with CaptureQueriesContext(connection) as statements:
        finalize_session(session.pk, by=ADMIN, at=AT)
    assert not any("calendars_" in one["sql"] for one in statements)
    catch_up_calendars(AT)
    assert in_force(session.pk) == before


def test_a_deleted_draft_stays_as_cancelled(course: Any, trainer: Any, venue: Any) -> None:
    plan = Plan(course_id=course.pk, trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)])
    session = act(create_session, plan)
    act(delete_draft, session)
    assert [row[1:3] for row in in_force(session)] == [("CANCELLED", 1)]
    # What a calendar remembers keeps nobody from being deleted.
    other = cast.make_trainer()
    session = act(create_session, Plan(course_id=course.pk, trainer_id=other.pk, venue_id=venue.pk, slots=[time_of(0)]))
    act(delete_draft, session)
    act(delete_trainer, other.pk)
    act(delete_venue, venue.pk)
    assert Event.objects.filter(trainer_id=other.pk, venue_id=venue.pk).exists()


def test_telling_is_part_of_the_unit_of_work(course: Any, trainer: Any, venue: Any) -> None:
    session = planned(course, trainer, venue)
    states = Event.objects.filter(session_id=session).order_by("sequence")
    act(update_session, session, Plan(slots=[time_of(5)]), at=AT + timedelta(minutes=3))
    before, now = states[0], states[1]
    assert before.until == now.since == AT + timedelta(minutes=3)
    assert (now.until, now.uid) == (None, before.uid)


def test_telling_costs_the_same_for_any_number_of_slots(course: Any, trainer: Any, venue: Any) -> None:
    costs = []
    for days in (1, 30):
        slots = [time_of(24 * day + 200 * (days > 1)) for day in range(days)]
        session = planned(course, trainer, venue, *slots)
        moved = [time_of(24 * day + 3 + 200 * (days > 1)) for day in range(days)]
        with CaptureQueriesContext(connection) as statements:
            update_session(session, Plan(slots=moved), by=ADMIN, at=AT)
        costs.append(sum("calendars_event" in one["sql"] for one in statements))
        assert len(in_force(session)) == days
    assert costs == [3, 3]


def test_the_night_tells_what_was_written_past_the_commands(course: Any) -> None:
    session = cast.make_session(course, slots=[(AT + DAY, AT + 2 * DAY)])
    old = cast.make_session(course, slots=[(AT - 200 * DAY, AT - 199 * DAY)])
    assert in_force(session.pk) == []
    nightly_jobs()["bring calendars up to date"](AT)
    assert [row[1] for row in in_force(session.pk)] == ["TENTATIVE"]
    assert in_force(old.pk) == []
    assert said("calendar_events.caught_up")[0].after == {"events": 1}
    Slot.objects.filter(session=session).delete()
    TrainingSession.objects.filter(pk=session.pk).delete()
    catch_up_calendars(AT)
    assert [row[1] for row in in_force(session.pk)] == ["CANCELLED"]
    catch_up_calendars(AT)
    assert len(said("calendar_events.caught_up")) == 2


def test_a_unit_that_moves_no_session_asks_nothing(db: None) -> None:
    class Unit:
        events: tuple[()] = ()

    with CaptureQueriesContext(connection) as statements:
        publish_what_moved(Unit())  # type: ignore[arg-type]
    assert len(statements) == 0
