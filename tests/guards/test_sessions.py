"""Sessions by raw SQL: states, bookings, qualification, and that what is closed stays closed (domain.md §5–7)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tests import cast
from tests.guards.raw import refused, refuses, refuses_emptying, replacing, run, state, value
from titan.training.models import (
    Attendee,
    Finalization,
    Override,
    SessionEvidence,
    Slot,
    TrainingSession,
)

pytestmark = pytest.mark.django_db

SESSION = "UPDATE training_trainingsession SET "
NINE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def slot(hours: float, length: float = 1) -> tuple[datetime, datetime]:
    return NINE + hours * HOUR, NINE + (hours + length) * HOUR


def plan(course: Any, trainer: Any, *slots: tuple[datetime, datetime]) -> TrainingSession:
    """Make a draft that has all it needs to be scheduled."""
    return cast.make_session(
        course, trainer=trainer, venue=cast.make_venue(), slots=slots, course_version=cast.published(course)
    )


def schedule(session: TrainingSession) -> int:
    return run(f"{SESSION} status = 'SCHEDULED' WHERE id = %s", session.pk)


def complete(session: TrainingSession) -> None:
    """Complete a session as finalize does: its receipt, then its state."""
    evidence = cast.make_evidence()
    SessionEvidence.objects.create(session=session, evidence=evidence, attached_at=cast.AT)
    Finalization.objects.create(session=session, outcome={"training_records": 1}, at=cast.AT)
    done = f"{SESSION} status = 'COMPLETED', evidence_id = %s, finalized_at = %s WHERE id = %s"
    assert run(done, evidence.pk, cast.AT, session.pk) == 1


def holder(session: TrainingSession) -> list[int | None]:
    return list(Slot.objects.filter(session=session).order_by("starts_at").values_list("held_by_id", flat=True))


@pytest.fixture
def course() -> Any:
    return cast.make_course()


@pytest.fixture
def trainer(course: Any) -> Any:
    return cast.make_trainer(course)


def test_slots_are_held_while_the_session_holds(course: Any, trainer: Any) -> None:
    session = plan(course, trainer, slot(0), slot(2))
    assert holder(session) == [None, None]
    assert schedule(session) == 1
    assert holder(session) == [trainer.pk, trainer.pk]
    Slot.objects.create(session=session, starts_at=slot(4)[0], ends_at=slot(4)[1])
    assert holder(session) == [trainer.pk] * 3
    other = cast.make_trainer(course)
    assert run(f"{SESSION} trainer_id = %s WHERE id = %s", other.pk, session.pk) == 1
    assert holder(session) == [other.pk] * 3
    assert run(f"{SESSION} status = 'CANCELLED' WHERE id = %s", session.pk) == 1
    assert holder(session) == [None] * 3


def test_completing_keeps_the_hold(course: Any, trainer: Any) -> None:
    session = plan(course, trainer, slot(0))
    schedule(session)
    complete(session)
    assert holder(session) == [trainer.pk]


def test_nobody_sets_the_holder_by_hand(course: Any, trainer: Any) -> None:
    draft, held = plan(course, trainer, slot(0)), plan(course, trainer, slot(5))
    schedule(held)
    for lie in (None, 999, trainer.pk):
        run("UPDATE training_slot SET held_by_id = %s", lie)
        assert (holder(draft), holder(held)) == ([None], [trainer.pk])
    start, end = slot(20)
    Slot.objects.create(session=draft, starts_at=start, ends_at=end, held_by_id=trainer.pk)
    Slot.objects.create(session=held, starts_at=start, ends_at=end, held_by_id=None)
    assert (holder(draft), holder(held)) == ([None, None], [trainer.pk, trainer.pk])


@pytest.mark.parametrize(
    ("hours", "length"),
    [(0, 1), (0.5, 1), (-0.5, 1), (0.25, 0.5), (-1, 3), (0.99, 1), (-20, 20.5)],
    ids=["same", "later", "earlier", "inside", "around", "by a minute", "a long one before"],
)
def test_a_trainer_is_never_double_booked(course: Any, trainer: Any, hours: float, length: float) -> None:
    schedule(plan(course, trainer, slot(0)))
    second = plan(course, trainer, slot(hours, length))
    with refused("TRAINER_DOUBLE_BOOKED") as refusals:
        schedule(second)
    assert refusals[0].status == 409
    assert TrainingSession.objects.get(pk=second.pk).status == "DRAFT"
    assert holder(second) == [None]


def test_one_microsecond_is_an_overlap_and_none_is_not(course: Any, trainer: Any) -> None:
    start, end = slot(0)
    schedule(plan(course, trainer, (start, end)))
    tick = timedelta(microseconds=1)
    refused_plan = plan(course, trainer, (end - tick, end + HOUR))
    with refused("TRAINER_DOUBLE_BOOKED"):
        schedule(refused_plan)
    assert schedule(plan(course, trainer, (end, end + HOUR))) == 1
    assert schedule(plan(course, trainer, (start - HOUR, start))) == 1


def test_whoever_is_free_may_be_booked(course: Any, trainer: Any) -> None:
    first = plan(course, trainer, slot(0))
    schedule(first)
    assert schedule(plan(course, cast.make_trainer(course), slot(0))) == 1
    run(f"{SESSION} status = 'CANCELLED' WHERE id = %s", first.pk)
    assert schedule(plan(course, trainer, slot(0))) == 1


def test_a_completed_session_still_holds_its_time(course: Any, trainer: Any) -> None:
    first = plan(course, trainer, slot(0))
    schedule(first)
    complete(first)
    with refused("TRAINER_DOUBLE_BOOKED"):
        schedule(plan(course, trainer, slot(0.5)))


def test_no_detour_leads_to_a_double_booking(course: Any, trainer: Any) -> None:
    schedule(plan(course, trainer, slot(0)))
    second = plan(course, trainer, slot(5))
    schedule(second)
    third = plan(course, cast.make_trainer(course), slot(0))
    schedule(third)
    start, end = slot(0)
    refuses(
        "TRAINER_DOUBLE_BOOKED",
        "UPDATE training_slot SET starts_at = %s, ends_at = %s WHERE session_id = %s",
        start,
        end,
        second.pk,
    )
    with refused("TRAINER_DOUBLE_BOOKED"):
        Slot.objects.create(session=second, starts_at=start, ends_at=end)
    refuses("TRAINER_DOUBLE_BOOKED", f"{SESSION} trainer_id = %s WHERE id = %s", trainer.pk, third.pk)
    refuses(
        "TRAINER_DOUBLE_BOOKED", "UPDATE training_slot SET session_id = %s WHERE session_id = %s", second.pk, third.pk
    )
    if connection.vendor == "sqlite":
        moments = {"starts_at": f"'{start:%Y-%m-%d %H:%M:%S}'", "ends_at": f"'{end:%Y-%m-%d %H:%M:%S}'"}
        refuses("TRAINER_DOUBLE_BOOKED", replacing(Slot, f"session_id = {second.pk}", **moments))


@pytest.mark.parametrize(("hours", "length"), [(0, 1), (0.5, 1), (-0.5, 1), (0.2, 0.2), (-1, 3)])
def test_slots_of_one_session_do_not_overlap(course: Any, trainer: Any, hours: float, length: float) -> None:
    for session in (plan(course, trainer, slot(0)), plan(course, trainer, slot(0))):
        start, end = slot(hours, length)
        with refused("SLOTS_OVERLAP"):
            Slot.objects.create(session=session, starts_at=start, ends_at=end)


def test_back_to_back_slots_and_new_plans_are_fine(course: Any, trainer: Any) -> None:
    session = plan(course, trainer, slot(0), slot(1), slot(-1))
    schedule(session)
    with transaction.atomic():
        Slot.objects.filter(session=session).delete()
        for hours in (-1, 0.5, 2):
            Slot.objects.create(session=session, starts_at=slot(hours)[0], ends_at=slot(hours)[1])
    assert holder(session) == [trainer.pk] * 3


@pytest.mark.parametrize("minutes", [1, 4, 24 * 60 + 1, 40 * 24 * 60])
def test_a_slot_takes_five_minutes_to_a_day(course: Any, trainer: Any, minutes: int) -> None:
    session = plan(course, trainer)
    with refused("SLOT_LENGTH"):
        Slot.objects.create(session=session, starts_at=NINE, ends_at=NINE + timedelta(minutes=minutes))
    Slot.objects.create(session=session, starts_at=NINE, ends_at=NINE + timedelta(minutes=5))
    Slot.objects.create(session=session, starts_at=NINE + HOUR, ends_at=NINE + 25 * HOUR)
    end = "UPDATE training_slot SET ends_at = %s WHERE starts_at = %s"
    refuses("SLOT_LENGTH", end, NINE + timedelta(minutes=minutes), NINE)


@pytest.mark.parametrize("length", [timedelta(0), -HOUR])
def test_a_slot_ends_after_it_starts(course: Any, trainer: Any, length: timedelta) -> None:
    session = plan(course, trainer)
    with (
        pytest.raises(DatabaseError, match=r"SLOT_LENGTH|slot_ends_after_start|range lower bound"),
        transaction.atomic(),
    ):
        Slot.objects.create(session=session, starts_at=NINE, ends_at=NINE + length)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01T09:00:00",
        "2026-12-01 13:00:00+04:00",
        "2026-12-01 09:00:00+00:00",
        "2026-12-01 09:00:00.5",
        "2026-12-01",
        "now",
        "1 Dec 2026",
        1764579600,
    ],
)
def test_sqlite_takes_moments_in_one_form_alone(course: Any, trainer: Any, text: Any) -> None:
    if connection.vendor == "sqlite":
        session = plan(course, trainer)
        insert = "INSERT INTO training_slot (session_id, starts_at, ends_at) VALUES (%s, %s, %s)"
        refuses("SLOT_LENGTH", insert, session.pk, text, "2026-12-01 10:00:00")
        assert run(insert, session.pk, "2026-12-01 09:00:00", "2026-12-01 10:00:00.500000") == 1


def test_only_the_qualified_hold_a_session(course: Any, trainer: Any) -> None:
    stranger = cast.make_trainer(cast.make_course())
    session = plan(course, stranger, slot(0))
    with refused("TRAINER_NOT_QUALIFIED"):
        schedule(session)
    run(f"{SESSION} trainer_id = %s WHERE id = %s", trainer.pk, session.pk)
    assert schedule(session) == 1
    refuses("TRAINER_NOT_QUALIFIED", f"{SESSION} trainer_id = %s WHERE id = %s", stranger.pk, session.pk)


def test_a_qualification_removed_later_leaves_the_session_but_not_its_end(course: Any, trainer: Any) -> None:
    session = plan(course, trainer, slot(0))
    schedule(session)
    run("UPDATE resources_qualification SET until = %s", cast.AT)
    assert run(f"{SESSION} notes = 'x' WHERE id = %s", session.pk) == 1
    with refused("TRAINER_NOT_QUALIFIED"):
        complete(session)
    assert run(f"{SESSION} status = 'CANCELLED' WHERE id = %s", session.pk) == 1


def test_a_session_starts_as_a_draft(course: Any) -> None:
    for status in ("SCHEDULED", "COMPLETED", "CANCELLED"):
        with (
            pytest.raises(DatabaseError, match=r"SESSION_TRANSITION|held_session|completed_session"),
            transaction.atomic(),
        ):
            TrainingSession.objects.create(course=course, status=status, created_at=cast.AT)
    session = plan(course, cast.make_trainer(course))
    columns = (
        "status, course_id, course_version_id, trainer_id, venue_id, title, notes, version, created_at, cancel_reason"
    )
    refuses(
        "SESSION_TRANSITION",
        f"INSERT INTO training_trainingsession ({columns}) SELECT 'SCHEDULED'{columns.removeprefix('status')}"
        " FROM training_trainingsession WHERE id = %s",
        session.pk,
    )


@pytest.mark.parametrize(
    ("steps", "attempt", "code"),
    [
        ((), "COMPLETED", "SESSION_TRANSITION"),
        (("SCHEDULED",), "DRAFT", "SESSION_TRANSITION"),
        (("CANCELLED",), "DRAFT", "SESSION_CLOSED"),
        (("CANCELLED",), "SCHEDULED", "SESSION_CLOSED"),
        (("CANCELLED",), "CANCELLED", "SESSION_CLOSED"),
        (("SCHEDULED", "CANCELLED"), "COMPLETED", "SESSION_CLOSED"),
    ],
)
def test_sessions_go_one_way(course: Any, trainer: Any, steps: tuple[str, ...], attempt: str, code: str) -> None:
    session = plan(course, trainer, slot(0))
    evidence = cast.make_evidence()
    for step in steps:
        assert run(f"{SESSION} status = %s WHERE id = %s", step, session.pk) == 1
    extra = f", evidence_id = {evidence.pk}, finalized_at = created_at" if attempt == "COMPLETED" else ""
    refuses(code, f"{SESSION} status = %s{extra} WHERE id = %s", attempt, session.pk)


def test_a_session_without_slots_is_not_scheduled(course: Any, trainer: Any) -> None:
    session = plan(course, trainer)
    with refused("SLOTS_MISSING"):
        schedule(session)
    held = plan(course, trainer, slot(0))
    schedule(held)
    Slot.objects.filter(session=held).delete()
    with refused("SLOTS_MISSING"):
        complete(held)


def test_the_course_is_fixed_once_scheduled(course: Any, trainer: Any) -> None:
    other = cast.make_course()
    session = plan(course, trainer, slot(0))
    assert run(f"{SESSION} course_id = %s WHERE id = %s", other.pk, session.pk) == 1
    assert run(f"{SESSION} course_id = %s WHERE id = %s", course.pk, session.pk) == 1
    schedule(session)
    refuses("COURSE_FIXED", f"{SESSION} course_id = %s WHERE id = %s", other.pk, session.pk)
    version = cast.published(other).pk
    refuses("COURSE_FIXED", f"{SESSION} course_version_id = %s WHERE id = %s", version, session.pk)


def test_only_a_draft_is_deleted(course: Any, trainer: Any) -> None:
    worker = cast.make_worker()
    draft = cast.make_session(course, slots=[slot(0)], workers=[worker])
    draft.delete()
    assert not TrainingSession.objects.exists()
    held = plan(course, trainer, slot(0))
    schedule(held)
    delete = "DELETE FROM training_trainingsession WHERE id = %s"
    refuses("SESSION_TRANSITION", delete, held.pk)
    with refused("SESSION_TRANSITION"):
        held.delete()
    assert Slot.objects.filter(session=held).count() == 1
    run(f"{SESSION} status = 'CANCELLED' WHERE id = %s", held.pk)
    refuses("SESSION_CLOSED", delete, held.pk)


@pytest.fixture(params=["COMPLETED", "CANCELLED"])
def closed(request: pytest.FixtureRequest, course: Any, trainer: Any) -> TrainingSession:
    """A session that is over, with one of everything below it."""
    session = plan(course, trainer, slot(0))
    Attendee.objects.create(session=session, worker=cast.make_worker(), added_at=cast.AT)
    Override.objects.create(session=session, code="VENUE_OVERLAP", subject="7", at=cast.AT)
    schedule(session)
    if request.param == "COMPLETED":
        complete(session)
    else:
        SessionEvidence.objects.create(session=session, evidence=cast.make_evidence(), attached_at=cast.AT)
        run(f"{SESSION} status = 'CANCELLED' WHERE id = %s", session.pk)
    return session


@pytest.mark.parametrize(
    "change",
    ["notes = 'x'", "title = 'x'", "trainer_id = NULL", "version = version + 1", "evidence_id = NULL", "id = id + 50"],
)
def test_a_closed_session_never_changes(closed: TrainingSession, change: str) -> None:
    refuses("SESSION_CLOSED", f"{SESSION}{change} WHERE id = %s", closed.pk)
    if connection.vendor == "sqlite":
        # Which of its guards speaks first is SQLite's affair.
        with pytest.raises(DatabaseError, match=r"SESSION_CLOSED|SESSION_TRANSITION"), transaction.atomic():
            run(replacing(TrainingSession, f"id = {closed.pk}", notes="'x'"))


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (Slot, "ends_at = '2026-12-01 11:00:00+00'"),
        (Attendee, "status = 'ATTENDED'"),
        (Attendee, "remarks = 'x'"),
        (Override, "by_id = 5"),
        (SessionEvidence, "superseded_at = '2026-12-01 11:00:00+00'"),
    ],
    ids=str,
)
def test_nothing_below_a_closed_session_changes(closed: TrainingSession, model: Any, change: str) -> None:
    table = model._meta.db_table
    before = state(model)
    assert before
    refuses("SESSION_CLOSED", f"UPDATE {table} SET {change}")
    refuses("SESSION_CLOSED", f"DELETE FROM {table}")
    refuses_emptying("SESSION_CLOSED", model)
    assert state(model) == before


def test_nothing_is_added_to_a_closed_session(closed: TrainingSession, course: Any) -> None:
    worker, evidence, open_session = cast.make_worker(), cast.make_evidence(), cast.make_session(course)
    start, end = slot(8)

    def add(session: TrainingSession) -> list[Any]:
        return [
            lambda: Attendee.objects.create(session=session, worker=worker, added_at=cast.AT),
            lambda: Slot.objects.create(session=session, starts_at=start, ends_at=end),
            lambda: Override.objects.create(session=session, code="X", subject="", at=cast.AT),
            lambda: SessionEvidence.objects.create(
                session=session, evidence=evidence, attached_at=cast.AT, superseded_at=cast.AT
            ),
        ]

    for attempt in add(closed):
        with refused("SESSION_CLOSED"):
            attempt()
    for allowed in add(open_session):
        allowed()
    for model in (Attendee, Slot, Override, SessionEvidence):
        table = model._meta.db_table
        refuses(
            "SESSION_CLOSED", f"UPDATE {table} SET session_id = %s WHERE session_id = %s", closed.pk, open_session.pk
        )
        refuses(
            "SESSION_CLOSED", f"UPDATE {table} SET session_id = %s WHERE session_id = %s", open_session.pk, closed.pk
        )


def test_a_receipt_is_written_once_for_a_held_session(course: Any, trainer: Any) -> None:
    draft = plan(course, trainer, slot(0))
    with refused("NOT_SCHEDULED"):
        Finalization.objects.create(session=draft, outcome={}, at=cast.AT)
    schedule(draft)
    complete(draft)
    with refused("ALREADY_FINALIZED"):
        Finalization.objects.create(session=draft, outcome={}, at=cast.AT)
    for attempt in ("UPDATE training_finalization SET by_id = 5", "DELETE FROM training_finalization"):
        refuses("FINALIZATION_IMMUTABLE", attempt)
    refuses_emptying("FINALIZATION_IMMUTABLE", Finalization, by_id="5")
    assert value("SELECT by_id FROM training_finalization") is None
