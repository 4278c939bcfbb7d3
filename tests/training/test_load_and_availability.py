"""Hours booked in a week, and who is free when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.cast import LONG_AGO, actor, make_course, make_session, make_site, make_trainer, make_venue
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.resources.models import Qualification, Trainer
from titan.resources.queries.trainers import TrainerFilters
from titan.training.models import TrainingSession
from titan.training.queries.availability import availability
from titan.training.queries.load import hours_booked, list_trainer_loads, trainer_load

pytestmark = pytest.mark.django_db

ADMIN = actor()
BAKU = ZoneInfo("Asia/Baku")


def moment(text: str, zone: ZoneInfo = BAKU) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def plan(trainer: Trainer, *slots: tuple[str, str], zone: ZoneInfo = BAKU, **values: Any) -> TrainingSession:
    """Make a scheduled session of a course the trainer is qualified for."""
    course = make_course()
    Qualification.objects.create(trainer=trainer, course=course, since=LONG_AGO)
    times = [(moment(start, zone), moment(end, zone)) for start, end in slots]
    return make_session(course, trainer=trainer, slots=times, **{"status": "SCHEDULED", **values})


def test_hours_of_a_week_are_those_inside_it(site: Any, at: datetime) -> None:
    busy, idle = make_trainer(code="A"), make_trainer(code="B")
    plan(busy, ("2026-11-22T22:00", "2026-11-23T02:00"))
    plan(busy, ("2026-11-24T08:00", "2026-11-24T12:20"), ("2026-11-25T08:00", "2026-11-25T12:00"))
    plan(busy, ("2026-11-29T20:00", "2026-11-30T20:00"))
    plan(busy, ("2026-12-02T08:00", "2026-12-02T12:00"))
    plan(busy, ("2026-11-26T08:00", "2026-11-26T12:00"), status="DRAFT")
    page = list_trainer_loads(TrainerFilters(), week="2026-W48", by=ADMIN, at=at, language="en")
    assert [(row.code, row.week, row.hours_booked) for row in page.items] == [
        ("A", "2026-W48", 2 + 4.33 + 4 + 4),
        ("B", "2026-W48", 0),
    ]
    # 22 November 2026 is the Sunday of week 47: only two hours before midnight lie in it.
    assert trainer_load(busy.pk, by=ADMIN, at=at, language="en").hours_booked == 2
    assert trainer_load(idle.pk, week="2026-W49", by=ADMIN, at=at, language="en").hours_booked == 0


@pytest.mark.parametrize(("week", "hours"), [("2026-W43", 5), ("2026-W44", 1)])
def test_a_night_of_a_clock_change_counts_as_it_is(week: str, hours: float) -> None:
    zone = ZoneInfo("Europe/Berlin")
    make_site(timezone="Europe/Berlin")
    trainer = make_trainer()
    plan(trainer, ("2026-10-25T01:00", "2026-10-25T05:00"), zone=zone)
    plan(trainer, ("2026-10-26T00:00", "2026-10-26T01:00"), zone=zone)
    assert hours_booked([trainer.pk], week=week, zone=zone)[trainer.pk] == hours


@pytest.mark.parametrize("week", ["", "2026", "2026-W00", "2026-W54", "2025-W53", "0000-W01", "2026-w48", "9999-W52"])
def test_weeks_that_do_not_exist(week: str, site: Any, at: datetime) -> None:
    with pytest.raises(Invalid) as refusal:
        list_trainer_loads(TrainerFilters(), week=week, by=ADMIN, at=at, language="en")
    assert refusal.value.errors[0].field == "week"


def test_load_costs_a_fixed_number_of_statements(site: Any, at: datetime, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        plan(make_trainer(), ("2026-11-24T08:00", "2026-11-24T12:00"))
    with django_assert_num_queries(6):
        list_trainer_loads(TrainerFilters(), by=ADMIN, at=at, language="en")


def test_a_trainer_sees_only_their_own_load(site: Any, at: datetime) -> None:
    me, other = make_trainer(), make_trainer()
    by = actor(Role.TRAINER, trainer_id=me.pk)
    page = list_trainer_loads(TrainerFilters(), by=by, at=at, language="en")
    assert [row.id for row in page.items] == [me.pk]
    with pytest.raises(NotFound):
        trainer_load(other.pk, by=by, at=at, language="en")


def ask(start: str, end: str, **values: Any) -> tuple[bool | None, bool | None, list[int]]:
    found = availability(moment(start), moment(end), by=ADMIN, **values)
    return found.trainer_available, found.venue_available, [session.id for session in found.conflicts]


def test_who_is_free(site: Any) -> None:
    trainer, venue = make_trainer(), make_venue()
    one = plan(trainer, ("2026-11-24T08:00", "2026-11-24T12:00"), venue=venue)
    elsewhere = plan(make_trainer(), ("2026-11-24T10:00", "2026-11-24T14:00"), venue=venue)
    plan(trainer, ("2026-11-24T08:00", "2026-11-24T12:00"), venue=venue, status="DRAFT")
    both = {"trainer_id": trainer.pk, "venue_id": venue.pk}
    assert ask("2026-11-24T09:00", "2026-11-24T10:00", **both) == (False, False, [one.pk])
    assert ask("2026-11-24T09:00", "2026-11-24T11:00", **both) == (False, False, [one.pk, elsewhere.pk])
    assert ask("2026-11-24T12:00", "2026-11-24T14:00", **both) == (True, False, [elsewhere.pk])
    assert ask("2026-11-24T06:00", "2026-11-24T08:00", **both) == (True, True, [])
    assert ask("2026-11-24T14:00", "2026-11-24T16:00", **both) == (True, True, [])
    assert ask("2026-11-24T09:00", "2026-11-24T10:00", **both, exclude_session_id=one.pk) == (True, True, [])
    assert ask("2026-11-24T09:00", "2026-11-24T10:00", trainer_id=trainer.pk) == (False, None, [one.pk])
    assert ask("2026-11-24T09:00", "2026-11-24T10:00", venue_id=venue.pk) == (None, False, [one.pk])
    assert ask("2026-11-24T09:00", "2026-11-24T10:00") == (None, None, [])
    assert ask("2026-11-20T09:00", "2026-12-24T10:00", **both) == (False, False, [one.pk, elsewhere.pk])


def test_a_slot_of_a_whole_day_is_found(site: Any) -> None:
    trainer = make_trainer()
    long = plan(trainer, ("2026-11-24T08:00", "2026-11-25T08:00"))
    assert ask("2026-11-25T07:59", "2026-11-25T09:00", trainer_id=trainer.pk) == (False, None, [long.pk])
    assert ask("2026-11-25T08:00", "2026-11-25T09:00", trainer_id=trainer.pk) == (True, None, [])


def test_questions_that_make_no_sense(site: Any) -> None:
    start = moment("2026-11-24T08:00")

    def errors(start: datetime, end: datetime, **values: Any) -> list[tuple[str, str]]:
        with pytest.raises(Invalid) as refusal:
            availability(start, end, by=ADMIN, **values)
        return [(error.field, error.code) for error in refusal.value.errors]

    naive = start.replace(tzinfo=None)
    assert errors(naive, naive) == [("starts_at", "OFFSET_MISSING"), ("ends_at", "OFFSET_MISSING")]
    assert errors(start, start, trainer_id=999, venue_id=2**70) == [
        ("ends_at", "END_BEFORE_START"),
        ("trainer_id", "UNKNOWN"),
        ("venue_id", "UNKNOWN"),
    ]
    assert errors(start, start + timedelta(days=367)) == [("ends_at", "SPAN_TOO_LONG")]


def test_a_trainer_does_not_see_who_else_is_booked(site: Any) -> None:
    start = moment("2026-11-24T08:00")
    with pytest.raises(Forbidden):
        availability(start, start + timedelta(hours=1), by=actor(Role.TRAINER, trainer_id=1))


def test_availability_costs_a_fixed_number_of_statements(site: Any, django_assert_num_queries: Any) -> None:
    trainer, venue = make_trainer(), make_venue()
    for hour in range(8, 16):
        plan(trainer, (f"2026-11-24T{hour:02}:00", f"2026-11-24T{hour:02}:30"), venue=venue)
    with django_assert_num_queries(6):
        found = ask("2026-11-24T00:00", "2026-11-25T00:00", trainer_id=trainer.pk, venue_id=venue.pk)
    assert len(found[2]) == 8
