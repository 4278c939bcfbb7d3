"""Scheduling: what it takes, what it holds, and the hard blocks that nobody passes (domain.md §5, §6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import (
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    DAY,
    PASSED,
    act,
    found,
    held,
    of_engine,
    pair,
    refuses,
    said,
    scheduled,
    settle,
    time_of,
)
from tests.training.planning import EVERY_CODE, view_of
from titan.catalogue.models import CourseVersion
from titan.core.actor import Role
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
from titan.training.models import Override, Slot, TrainingSession


class TestScheduling:
    def test_a_complete_draft_holds_its_resources(self, draft: int, plan: Plan, course: Any, trainer: Any) -> None:
        assert act(schedule_session, draft, plan) == []
        view = view_of(draft)
        assert (view.status, view.course_version, view.version, view.cannot_run) == ("SCHEDULED", 1, 2, False)
        assert set(Slot.objects.values_list("held_by_id", flat=True)) == {trainer.pk}
        event = said("session.scheduled", draft)[0]
        assert (event.before or {})["status"] == "DRAFT"
        assert (event.after or {})["course_version_id"] == cast.published(course).pk
        assert not said("session.soft_blocks_overridden")

    def test_what_is_missing_is_named_at_once(self, draft: int, venue: Any) -> None:
        refusal = refuses("INVALID", schedule_session, draft, Plan())
        assert found(refusal.errors) == [("trainer_id", "REQUIRED"), ("venue_id", "REQUIRED"), ("slots", "REQUIRED")]
        refusal = refuses("INVALID", schedule_session, draft, Plan(venue_id=venue.pk, slots=[]))
        assert found(refusal.errors) == [("trainer_id", "REQUIRED"), ("slots", "REQUIRED")]

    def test_what_was_drafted_need_not_be_repeated(self, course: Any, plan: Plan) -> None:
        values = {"trainer_id": plan.trainer_id, "venue_id": plan.venue_id, "slots": plan.slots}
        session = act(create_session, Plan(course_id=course.pk, **values))
        act(schedule_session, session, Plan())
        assert view_of(session).slots == [time_of(0)]

    def test_the_course_may_change_until_then(self, draft: int, plan: Plan, trainer: Any) -> None:
        other = cast.make_course()
        act(replace_qualifications, trainer.pk, [other.pk])
        act(schedule_session, draft, Plan(**{**plan.given(), "course_id": other.pk}))
        assert view_of(draft).course_id == other.pk

    @pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
    def test_the_course_must_be_published(self, draft: int, plan: Plan, course: Any, status: str) -> None:
        other = cast.make_course(status="DRAFT")
        if status == "ARCHIVED":
            version = CourseVersion.objects.filter(course=other)
            version.update(status="PUBLISHED", published_at=AT)
            version.update(status="ARCHIVED", archived_at=AT)
        refusal = refuses(
            "COURSE_NOT_PUBLISHED", schedule_session, draft, Plan(**{**plan.given(), "course_id": other.pk})
        )
        assert (refusal.status, found(refusal.errors)) == (422, [("course_id", "COURSE_NOT_PUBLISHED")])

    def test_the_version_of_that_day_is_kept(self, draft: int, plan: Plan, course: Any) -> None:
        cast.make_version(course, status="DRAFT")
        act(schedule_session, draft, plan)
        cast.make_version(course, validity_months=1)
        act(update_session, draft, Plan(title="x", slots=[time_of(5)]))
        assert view_of(draft).course_version == 1

    def test_only_a_draft_is_scheduled(self, course: Any, plan: Plan) -> None:
        session = scheduled(course)
        refusal = refuses("NOT_DRAFT", schedule_session, session.pk, plan)
        assert refusal.detail == f"{session.code} is SCHEDULED; scheduling needs a DRAFT session."
        act(cancel_session, session.pk, "Rain.")
        refuses("SESSION_CLOSED", schedule_session, session.pk, plan)
        refuses("SESSION_CLOSED", update_session, session.pk, Plan(title="x"))

    def test_two_editors(self, draft: int, plan: Plan) -> None:
        act(update_session, draft, Plan(title="changed"))
        refuses("STALE", schedule_session, draft, Plan(**{**plan.given(), "version": 1}))
        act(schedule_session, draft, Plan(**{**plan.given(), "version": 2}))

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
    def test_only_admins_schedule(self, draft: int, plan: Plan, by: Any) -> None:
        refuses("FORBIDDEN", schedule_session, draft, plan, by=by)
        refuses("FORBIDDEN", cancel_session, draft, "why", by=by)
        act(schedule_session, draft, plan, by=cast.actor(Role.SUPER_ADMIN))

    def test_invalid_comes_before_blocks(self, draft: int, plan: Plan) -> None:
        stranger = cast.make_trainer()
        wrong = Plan(**{**plan.given(), "trainer_id": stranger.pk, "venue_id": 999_999})
        refusal = refuses("INVALID", schedule_session, draft, wrong, override=frozenset({"RAIN"}))
        assert found(refusal.errors) == [("venue_id", "UNKNOWN"), ("override", "OVERRIDE_UNKNOWN")]


class TestHardBlocks:
    def test_an_unqualified_trainer(self, draft: int, plan: Plan) -> None:
        stranger = cast.make_trainer(cast.make_course())
        refusal = refuses(
            "TRAINER_NOT_QUALIFIED",
            schedule_session,
            draft,
            Plan(**{**plan.given(), "trainer_id": stranger.pk}),
            override=frozenset({"TRAINER_NOT_QUALIFIED", *EVERY_CODE}),
        )
        assert (refusal.status, found(refusal.errors)) == (409, [("trainer_id", "TRAINER_NOT_QUALIFIED")])

    def test_a_qualification_that_was_taken_away(self, draft: int, plan: Plan, course: Any, trainer: Any) -> None:
        act(replace_qualifications, trainer.pk, [])
        refuses("TRAINER_NOT_QUALIFIED", schedule_session, draft, plan)
        act(replace_qualifications, trainer.pk, [course.pk])
        act(schedule_session, draft, plan)

    @pytest.mark.parametrize(
        ("slot", "free"),
        [((-2, 2), True), ((2, 2), True), ((-2, 2.01), False), ((1.99, 1), False), ((0.5, 1), False), ((-1, 4), False)],
    )
    def test_a_trainer_is_in_one_place(self, draft: int, plan: Plan, trainer: Any, slot: Any, free: bool) -> None:
        other = scheduled(TrainingSession.objects.get(pk=draft).course, time_of(*slot), trainer=trainer)
        if free:
            act(schedule_session, draft, plan)
            return
        refusal = refuses(
            "TRAINER_DOUBLE_BOOKED", schedule_session, draft, plan, override=frozenset({"TRAINER_DOUBLE_BOOKED"})
        )
        assert found(refusal.errors) == [("slots", "TRAINER_DOUBLE_BOOKED")]
        assert f"booked for {other.code} on 2026-11-23, " in refusal.detail

    def test_the_other_session_is_named_once_in_site_time(
        self, draft: int, plan: Plan, course: Any, trainer: Any
    ) -> None:
        busy = scheduled(course, time_of(0, 1), time_of(1, 1), trainer=trainer)
        refusal = refuses("TRAINER_DOUBLE_BOOKED", schedule_session, draft, plan)
        assert f"is booked for {busy.code} on 2026-11-23, 09:00–10:00. Choose another time" in refusal.detail

    def test_all_hard_blocks_at_once_and_before_soft_ones(
        self, draft: int, plan: Plan, course: Any, trainer: Any, venue: Any
    ) -> None:
        first = scheduled(course, time_of(-1, 1.5), trainer=trainer, venue=venue)
        second = scheduled(course, time_of(1, 2), trainer=trainer, venue=venue)
        act(replace_qualifications, trainer.pk, [])
        refusal = refuses("TRAINER_NOT_QUALIFIED", schedule_session, draft, plan)
        assert found(refusal.errors) == [
            ("trainer_id", "TRAINER_NOT_QUALIFIED"),
            ("slots", "TRAINER_DOUBLE_BOOKED"),
            ("slots", "TRAINER_DOUBLE_BOOKED"),
        ]
        assert first.code in refusal.errors[1].message
        assert second.code in refusal.errors[2].message

    def test_cancelling_frees_everything(self, draft: int, plan: Plan, course: Any, trainer: Any, venue: Any) -> None:
        worker = cast.make_worker()
        settle()
        act(invite_workers, draft, [worker.pk])
        other = scheduled(course, trainer=trainer, venue=venue, workers=[worker])
        refuses("TRAINER_DOUBLE_BOOKED", schedule_session, draft, plan)
        act(cancel_session, other.pk, "Moved.")
        assert act(schedule_session, draft, plan) == []

    def test_a_completed_session_still_holds_its_trainer(
        self, draft: int, plan: Plan, course: Any, trainer: Any
    ) -> None:
        slot = time_of(-3, 2, on=AT)
        worker = cast.make_worker()
        settle()
        done = held(course, {worker: PASSED}, slot, trainer=trainer)
        act(finalize_session, done.pk)
        late = Plan(**{**plan.given(), "slots": [time_of(-2, 2, on=AT)]})
        refuses("TRAINER_DOUBLE_BOOKED", schedule_session, draft, late, override=EVERY_CODE)

    def test_every_slot_counts(self, draft: int, plan: Plan, course: Any, trainer: Any) -> None:
        scheduled(course, time_of(24 * 3), trainer=trainer)
        five_days = Plan(**{**plan.given(), "slots": [time_of(24 * day) for day in range(5)]})
        refuses("TRAINER_DOUBLE_BOOKED", schedule_session, draft, five_days)
        act(schedule_session, draft, Plan(**{**plan.given(), "slots": [time_of(24 * day) for day in (0, 1, 2, 4)]}))


def test_the_cost_of_scheduling_does_not_grow(course: Any, trainer: Any, venue: Any) -> None:
    """A fixed number of statements, however many attendees and conflicts there are."""
    counts = []
    for number, size in enumerate((3, 20)):
        day = AT + DAY * 10 * (number + 1)
        people = [cast.make_worker() for _ in range(size)]
        for _ in range(size):
            scheduled(course, time_of(0, on=day), venue=venue, workers=people)
        session = cast.make_session(
            course, trainer=trainer, venue=venue, slots=[pair(time_of(0, on=day))], workers=people
        )
        settle()
        with CaptureQueriesContext(connection) as statements:
            schedule_session(session.pk, Plan(), override=EVERY_CODE, by=ADMIN, at=AT)
        counts.append(len(statements))
    assert counts[0] == counts[1] == of_engine(sqlite=25, postgres=27)
    assert Override.objects.filter(code="ATTENDEE_DOUBLE_BOOKED").count() == 9 + 400
