"""Changing what was scheduled, sessions that cannot run any more, and cancelling (domain.md §5, §6)."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from tests import cast
from tests.training.acting import (
    ADMIN,
    AT,
    HOUR,
    PASSED,
    act,
    found,
    held,
    refuses,
    said,
    scheduled,
    settle,
    time_of,
)
from tests.training.planning import EVERY_CODE, soft_blocked, view_of
from titan.core.errors import Refusal
from titan.resources.commands.trainers import replace_qualifications
from titan.training.commands import (
    Plan,
    cancel_session,
    create_session,
    finalize_session,
    invite_workers,
    schedule_session,
    update_session,
)
from titan.training.models import Override, SessionStatus, Slot, TrainingSession
from titan.training.queries.gate import preview_finalize


class TestRescheduling:
    @pytest.fixture
    def session(self, course: Any, trainer: Any, venue: Any) -> TrainingSession:
        """A scheduled session that shares its venue with another one, acknowledged."""
        scheduled(course, venue=venue)
        session = create_session(
            Plan(course_id=course.pk, trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)]), by=ADMIN, at=AT
        )
        schedule_session(session, Plan(), override=frozenset({"VENUE_OVERLAP"}), by=ADMIN, at=AT)
        return TrainingSession.objects.get(pk=session)

    def test_an_acknowledgement_holds(self, session: TrainingSession, course: Any) -> None:
        substitute = cast.make_trainer(course)
        for plan in (Plan(title="x"), Plan(notes="y"), Plan(trainer_id=substitute.pk), Plan(slots=[time_of(1)])):
            assert [block.code for block in act(update_session, session.pk, plan)] == ["VENUE_OVERLAP"]
        assert Override.objects.count() == 1
        assert len(said("session.soft_blocks_overridden")) == 1

    def test_a_new_conflict_asks_again(self, session: TrainingSession, course: Any, venue: Any) -> None:
        third = scheduled(course, time_of(2), venue=venue)
        later = Plan(slots=[time_of(1)])
        assert soft_blocked(update_session, session.pk, later) == [("VENUE_OVERLAP", f"session:{third.pk}")]
        assert len(act(update_session, session.pk, later, override=frozenset({"VENUE_OVERLAP"}))) == 2
        assert Override.objects.count() == 2
        assert view_of(session.pk).slots == [time_of(1)]

    def test_an_acknowledged_start_holds_however_the_time_is_written(self, course: Any, trainer: Any) -> None:
        past = time_of(-1, on=AT)
        session = act(create_session, Plan(course_id=course.pk, trainer_id=trainer.pk, slots=[past]))
        act(
            schedule_session,
            session,
            Plan(venue_id=cast.make_venue().pk, slots=[past]),
            override=frozenset({"STARTS_IN_PAST"}),
        )
        other = cast.make_trainer(course)
        warnings = act(update_session, session, Plan(trainer_id=other.pk))
        assert [block.code for block in warnings] == ["STARTS_IN_PAST"]
        in_utc = Plan(slots=[type(past)(past.starts_at.astimezone(UTC), past.ends_at.astimezone(UTC) + HOUR)])
        act(update_session, session, in_utc)
        moved = Plan(slots=[time_of(-2, 1, on=AT)])
        assert [code for code, _ in soft_blocked(update_session, session, moved)] == ["STARTS_IN_PAST"]

    def test_other_edits_ask_nothing(self, session: TrainingSession, course: Any, venue: Any) -> None:
        scheduled(course, time_of(1), venue=venue)
        warnings = act(update_session, session.pk, Plan(title="x"))
        assert [block.code for block in warnings] == ["VENUE_OVERLAP", "VENUE_OVERLAP"]
        assert Override.objects.count() == 1
        row = TrainingSession.objects.get(pk=session.pk)
        form = Plan(trainer_id=row.trainer_id, venue_id=row.venue_id, slots=[time_of(0)], notes="all fields at once")
        act(update_session, session.pk, form)
        assert len(soft_blocked(update_session, session.pk, Plan(slots=[time_of(0.5)]))) == 1

    def test_inviting_asks_nothing_and_seating_does(self, session: TrainingSession, venue: Any, course: Any) -> None:
        people = [cast.make_worker() for _ in range(21)]
        settle()
        invited = act(invite_workers, session.pk, [worker.pk for worker in people])
        assert [block.code for block in invited.warnings] == ["VENUE_OVERLAP", "VENUE_CAPACITY_EXCEEDED"]
        act(update_session, session.pk, Plan(title="crowded"))
        assert [code for code, _ in soft_blocked(update_session, session.pk, Plan(slots=[time_of(0, 1)]))] == [
            "VENUE_CAPACITY_EXCEEDED"
        ]

    @pytest.mark.parametrize(
        ("field", "value"), [("trainer_id", None), ("venue_id", None), ("slots", [])], ids=["trainer", "venue", "slots"]
    )
    def test_nothing_it_needs_is_taken_away(self, session: TrainingSession, field: str, value: Any) -> None:
        refusal = refuses("INVALID", update_session, session.pk, Plan(**{field: value}))
        assert (refusal.status, found(refusal.errors)) == (422, [(field, "REQUIRED")])

    def test_the_course_is_fixed(self, session: TrainingSession, course: Any) -> None:
        refuses("COURSE_FIXED", update_session, session.pk, Plan(course_id=cast.make_course().pk))
        act(update_session, session.pk, Plan(course_id=course.pk, title="same course"))

    def test_trainer_and_times_may_change_at_once(self, course: Any, trainer: Any) -> None:
        substitute = cast.make_trainer(course)
        session = scheduled(course, trainer=trainer)
        scheduled(course, time_of(5), trainer=trainer)
        scheduled(course, time_of(0), trainer=substitute)
        act(update_session, session.pk, Plan(trainer_id=substitute.pk, slots=[time_of(5)]))
        assert list(Slot.objects.filter(session=session).values_list("held_by_id", "starts_at")) == [
            (substitute.pk, time_of(5).starts_at)
        ]

    def test_hard_blocks_refuse_changes_too(self, session: TrainingSession, course: Any, trainer: Any) -> None:
        busy = cast.make_trainer(course)
        scheduled(course, time_of(1), trainer=busy)
        scheduled(course, time_of(6), trainer=trainer)
        stranger = cast.make_trainer()
        for plan, code in (
            (Plan(trainer_id=busy.pk), "TRAINER_DOUBLE_BOOKED"),
            (Plan(slots=[time_of(5)]), "TRAINER_DOUBLE_BOOKED"),
            (Plan(trainer_id=stranger.pk), "TRAINER_NOT_QUALIFIED"),
        ):
            refuses(code, update_session, session.pk, plan, override=EVERY_CODE)

    def test_a_session_does_not_stand_in_its_own_way(self, course: Any, trainer: Any) -> None:
        session = scheduled(course, trainer=trainer)
        assert act(update_session, session.pk, Plan(slots=[time_of(1)])) == []


class TestCannotRun:
    def test_a_qualification_removed_later(self, course: Any, trainer: Any) -> None:
        worker = cast.make_worker()
        settle()
        session = held(course, {worker: PASSED}, trainer=trainer)
        draft = cast.make_session(course, trainer=trainer)
        act(replace_qualifications, trainer.pk, [])
        assert (view_of(session.pk).cannot_run, view_of(draft.pk).cannot_run) == (True, False)
        assert view_of(session.pk).status == SessionStatus.SCHEDULED
        for work in (finalize_session, preview_finalize):
            refusal = refuses("NOT_READY", work, session.pk)
            assert found(refusal.errors) == [("trainer_id", "TRAINER_NOT_QUALIFIED")]
        act(replace_qualifications, trainer.pk, [course.pk])
        assert view_of(session.pk).cannot_run is False
        act(finalize_session, session.pk)

    def test_another_trainer_mends_it(self, course: Any, trainer: Any) -> None:
        session = scheduled(course, trainer=trainer)
        act(replace_qualifications, trainer.pk, [])
        refuses("TRAINER_NOT_QUALIFIED", update_session, session.pk, Plan(slots=[time_of(4)]))
        act(update_session, session.pk, Plan(trainer_id=cast.make_trainer(course).pk))
        assert view_of(session.pk).cannot_run is False

    def test_it_may_be_cancelled(self, course: Any, trainer: Any) -> None:
        session = scheduled(course, trainer=trainer)
        act(replace_qualifications, trainer.pk, [])
        act(cancel_session, session.pk, "No trainer left.")
        assert view_of(session.pk).cannot_run is False


class TestCancelling:
    def test_a_draft_needs_no_reason(self, draft: int) -> None:
        act(cancel_session, draft, "  ")
        assert (view_of(draft).status, view_of(draft).cancel_reason) == ("CANCELLED", "")

    def test_a_scheduled_one_does(self, course: Any) -> None:
        session = scheduled(course)
        for reason in ("", " \n\t"):
            refusal = refuses("REASON_REQUIRED", cancel_session, session.pk, reason)
            assert found(refusal.errors) == [("reason", "REASON_REQUIRED")]
        refuses("CONTROL_CHARACTERS", cancel_session, session.pk, "a\x00b")
        act(cancel_session, session.pk, " Yağış: meydança bağlıdır. ")
        row = TrainingSession.objects.get(pk=session.pk)
        assert (row.status, row.cancel_reason, row.cancelled_at) == ("CANCELLED", "Yağış: meydança bağlıdır.", AT)
        event = said("session.cancelled", session.pk)[0]
        assert (event.before, event.after, event.reason) == (
            {"status": "SCHEDULED"},
            {"status": "CANCELLED"},
            "Yağış: meydança bağlıdır.",
        )

    def test_marks_and_evidence_do_not_prevent_it(self, course: Any) -> None:
        worker = cast.make_worker()
        settle()
        session = held(course, {worker: PASSED})
        act(cancel_session, session.pk, "The sheet is of another class.")
        refuses("NOT_READY", finalize_session, session.pk)
        assert set(Slot.objects.values_list("held_by_id", flat=True)) == {None}

    def test_it_is_for_ever(self, draft: int, plan: Plan) -> None:
        act(cancel_session, draft, "")
        worker = cast.make_worker()
        settle()
        for work, args in (
            (cancel_session, ("again",)),
            (update_session, (Plan(title="x"),)),
            (schedule_session, (plan,)),
            (invite_workers, ([worker.pk],)),
        ):
            refusal: Refusal = refuses("SESSION_CLOSED", work, draft, *args)
            assert "never changes" in refusal.detail
