"""Raw SQL racing by processes: the database alone lets one win, and tells the others why (ledger.md §4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests import cast
from tests.races.steps import raw
from tests.races.track import Racers, refusals, winners
from titan.core import guards
from titan.personnel.models import Area
from titan.records.models import TrainingRecord
from titan.training.models import Attendee, Finalization, Slot, TrainingSession

NINE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
SESSION = "UPDATE training_trainingsession SET "
Statements = list[tuple[str, list[Any]]]


def drafts(number: int, **values: Any) -> list[TrainingSession]:
    """Make drafts that want the same trainer, each half an hour later than the one before: all overlap."""
    course = cast.make_course()
    trainer = cast.make_trainer(course)
    return [
        cast.make_session(
            course,
            trainer=trainer,
            venue=cast.make_venue(),
            course_version=cast.published(course),
            slots=[(NINE + timedelta(minutes=30 * place), NINE + timedelta(minutes=30 * place, hours=3))],
            **values,
        )
        for place in range(number)
    ]


def scheduling(session: TrainingSession) -> Statements:
    return [(f"{SESSION}status = 'SCHEDULED' WHERE id = %s", [session.pk])]


@pytest.mark.parametrize("heat", range(5))
def test_one_of_four_overlapping_bookings_wins(racers: Racers, heat: int) -> None:
    sessions = drafts(4)
    outcomes = racers.race(raw, [{"statements": scheduling(session), "pause": 0.01} for session in sessions])
    assert [outcome.result for outcome in winners(outcomes)] == [1]
    assert refusals(outcomes) == [(409, "TRAINER_DOUBLE_BOOKED")] * 3
    assert TrainingSession.objects.filter(status="SCHEDULED").count() == 1
    assert Slot.objects.exclude(held_by_id=None).count() == 1


def test_without_the_guard_all_would_win(racers: Racers) -> None:
    """The positive control: nothing else stops a double booking by raw SQL."""
    sessions = drafts(4)
    guards.remove()
    outcomes = racers.race(raw, [{"statements": scheduling(session), "pause": 0.01} for session in sessions])
    assert len(winners(outcomes)) == 4


def test_bookings_that_do_not_meet_all_win(racers: Racers) -> None:
    """The positive control: nothing but the overlap makes losers."""
    course = cast.make_course()
    trainer, venue = cast.make_trainer(course), cast.make_venue()
    sessions = [
        cast.make_session(
            course,
            trainer=trainer,
            venue=venue,
            course_version=cast.published(course),
            slots=[(NINE + timedelta(hours=place), NINE + timedelta(hours=place + 1))],
        )
        for place in range(4)
    ]
    outcomes = racers.race(raw, [{"statements": scheduling(session), "pause": 0.01} for session in sessions])
    assert len(winners(outcomes)) == 4


@pytest.mark.parametrize("heat", range(3))
def test_new_slots_of_scheduled_sessions_race_for_the_trainer(racers: Racers, heat: int) -> None:
    course = cast.make_course()
    trainer = cast.make_trainer(course)
    sessions = [
        cast.make_session(
            course,
            trainer=trainer,
            status="SCHEDULED",
            slots=[(NINE + timedelta(days=place), NINE + timedelta(days=place, hours=1))],
        )
        for place in range(4)
    ]
    insert = "INSERT INTO training_slot (session_id, starts_at, ends_at) VALUES (%s, %s, %s)"
    later = ["2026-12-20 09:00:00+00", "2026-12-20 10:00:00+00"]
    times = later if _is_postgresql() else [text[:-3] for text in later]
    outcomes = racers.race(
        raw, [{"statements": [(insert, [session.pk, *times])], "pause": 0.01} for session in sessions]
    )
    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == [(409, "TRAINER_DOUBLE_BOOKED")] * 3


@pytest.mark.parametrize("heat", range(3))
def test_one_of_four_finalizations_wins(racers: Racers, heat: int) -> None:
    session = cast.make_session(cast.make_course(), status="SCHEDULED")
    worker, evidence = cast.make_worker(), cast.make_evidence()
    model = cast.make_record(worker, session.course)
    names = [str(field.column) for field in TrainingRecord._meta.concrete_fields if field.column != "id"]
    picked = ", ".join({"session_id": "%s", "source": "'SESSION'"}.get(name, name) for name in names)
    record = (
        f"INSERT INTO records_trainingrecord ({', '.join(names)})"
        f" SELECT {picked} FROM records_trainingrecord WHERE id = %s"
    )
    receipt = "INSERT INTO training_finalization (session_id, outcome, at) SELECT id, %s, created_at"
    statements: Statements = [
        (record, [session.pk, model.pk]),
        (f"{receipt} FROM training_trainingsession WHERE id = %s", ["{}", session.pk]),
        (
            f"{SESSION}status = 'COMPLETED', evidence_id = %s, finalized_at = created_at WHERE id = %s",
            [evidence.pk, session.pk],
        ),
    ]
    outcomes = racers.race(raw, [{"statements": statements, "pause": 0.01}] * 4)
    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == [(409, "ALREADY_FINALIZED")] * 3
    assert Finalization.objects.count() == 1
    assert TrainingRecord.objects.filter(session_id=session.pk).count() == 1


@pytest.mark.parametrize("heat", range(3))
def test_nobody_joins_a_session_while_it_closes(racers: Racers, heat: int) -> None:
    session = cast.make_session(cast.make_course(), status="SCHEDULED")
    worker = cast.make_worker()
    closing: Statements = [(f"{SESSION}status = 'CANCELLED' WHERE id = %s", [session.pk])]
    joining: Statements = [
        (
            "INSERT INTO training_attendee (session_id, worker_id, status, result, verified, remarks, added_at)"
            " SELECT id, %s, 'REGISTERED', '', %s, '', created_at FROM training_trainingsession WHERE id = %s",
            [worker.pk, False, session.pk],
        )
    ]
    outcomes = racers.race(raw, [{"statements": closing, "pause": 0.05}, {"statements": joining, "pause": 0.05}])
    assert outcomes[0].won
    assert outcomes[1].won or outcomes[1].code == "SESSION_CLOSED"
    assert Attendee.objects.count() == outcomes[1].won


@pytest.mark.parametrize("heat", range(3))
def test_two_moves_of_areas_make_no_circle_together(racers: Racers, heat: int) -> None:
    first, second = cast.make_area(), cast.make_area()
    move = "UPDATE personnel_area SET parent_id = %s WHERE id = %s"
    outcomes = racers.race(
        raw,
        [
            {"statements": [(move, [first.pk, second.pk])], "pause": 0.02},
            {"statements": [(move, [second.pk, first.pk])], "pause": 0.02},
        ],
    )
    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == [(409, "AREA_CIRCLE")]
    assert Area.objects.filter(parent=None).count() == 1


def _is_postgresql() -> bool:
    from django.db import connection

    return connection.vendor == "postgresql"
