"""Scheduling and rescheduling: hard blocks, soft blocks and what was acknowledged (domain.md §5, §6)."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import (
    ABSENT,
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    DAY,
    HOUR,
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
from titan.catalogue.models import CourseVersion
from titan.core.actor import Role
from titan.core.errors import Refusal, SoftBlock, SoftBlocked
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
from titan.training.models import Attendee, Override, SessionStatus, Slot, TrainingSession
from titan.training.queries.gate import preview_finalize
from titan.training.queries.sessions import SessionView, session_view
from titan.training.rules import SOFT_BLOCK_CODES

EVERY_CODE = frozenset(SOFT_BLOCK_CODES)


def view_of(session_id: int) -> SessionView:
    return session_view(session_id, by=ADMIN, at=AT)


def blocks(soft: list[SoftBlock]) -> list[tuple[str, str]]:
    return [(block.code, block.subject) for block in soft]


def soft_blocked(work: Any, *args: Any, **given: Any) -> list[tuple[str, str]]:
    """Expect soft blocks and return them; nothing was written."""
    refusal = refuses("SOFT_BLOCKED", work, *args, **given)
    assert isinstance(refusal, SoftBlocked)
    codes = dict.fromkeys(block.code for block in refusal.warnings)
    assert refusal.detail == f"Repeat the request with an override for each of: {', '.join(codes)}."
    assert blocks(refusal.warnings) == [(item["code"], item["subject"]) for item in refusal.extra["warnings"]]
    return blocks(refusal.warnings)


@pytest.fixture
def plan(trainer: Any, venue: Any) -> Plan:
    """All that a draft of the course needs: tomorrow, 09:00 to 11:00."""
    return Plan(trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)])


@pytest.fixture
def draft(course: Any) -> int:
    return int(create_session(Plan(course_id=course.pk), by=ADMIN, at=AT))


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


class TestSoftBlocks:
    def test_a_shared_venue(self, draft: int, plan: Plan, course: Any, venue: Any) -> None:
        other = scheduled(course, time_of(1), venue=venue)
        scheduled(course, time_of(2), venue=venue)
        cast.make_session(course, venue=venue, slots=[pair(time_of(0))])
        expected = [("VENUE_OVERLAP", f"session:{other.pk}")]
        assert soft_blocked(schedule_session, draft, plan) == expected
        warnings = act(schedule_session, draft, plan, override=frozenset({"VENUE_OVERLAP"}))
        assert blocks(warnings) == expected
        assert warnings[0].message == f"The venue is shared with {other.code} on 2026-11-23, 10:00–12:00."
        row = Override.objects.get()
        assert (row.session_id, row.code, row.subject) == (draft, *expected[0])
        assert (row.by_id, row.at) == (ADMIN.user_id, AT)
        assert said("session.soft_blocks_overridden", draft)[0].after == {
            "overrides": [{"code": "VENUE_OVERLAP", "subject": f"session:{other.pk}"}]
        }

    def test_more_people_than_seats(self, draft: int, plan: Plan, venue: Any) -> None:
        people = [cast.make_worker() for _ in range(25)]
        settle()
        act(invite_workers, draft, [worker.pk for worker in people])
        expected = [("VENUE_CAPACITY_EXCEEDED", f"venue:{venue.pk}")]
        assert soft_blocked(schedule_session, draft, plan) == expected
        act(schedule_session, draft, plan, override=frozenset({"VENUE_CAPACITY_EXCEEDED"}))
        (warning,) = view_of(draft).warnings
        assert warning.message == f"25/20 seats: 5 more than {venue.name} holds."
        Attendee.objects.filter(session=draft, worker__in=people[:5]).update(status="NO_SHOW")
        assert view_of(draft).warnings == ()

    def test_a_full_room_is_no_block(self, draft: int, plan: Plan) -> None:
        people = [cast.make_worker() for _ in range(20)]
        settle()
        act(invite_workers, draft, [worker.pk for worker in people])
        assert act(schedule_session, draft, plan) == []

    def test_a_start_in_the_past(self, draft: int, plan: Plan) -> None:
        past = time_of(-1, on=AT)
        late = Plan(**{**plan.given(), "slots": [time_of(5), past]})
        expected = [("STARTS_IN_PAST", "start:2026-11-22T04:00:00+00:00")]
        assert soft_blocked(schedule_session, draft, late) == expected
        warnings = act(schedule_session, draft, late, override=frozenset({"STARTS_IN_PAST"}))
        assert warnings[0].message.startswith("The class starts in the past: 2026-11-22 08:00.")

    def test_now_is_not_the_past(self, draft: int, plan: Plan) -> None:
        assert act(schedule_session, draft, Plan(**{**plan.given(), "slots": [time_of(0, on=AT)]})) == []

    def test_who_lacks_which_prerequisite(self, trainer: Any, venue: Any, course: Any) -> None:
        first, second = cast.make_course(code="PRE-A"), cast.make_course(code="PRE-B", prerequisites=[course])
        advanced = cast.make_course(prerequisites=[first, second])
        cast.make_version(course, prerequisites=[cast.make_course()])
        act(replace_qualifications, trainer.pk, [advanced.pk])
        ready, half, none, gone = (cast.make_worker(last_name=name) for name in ("Ready", "Half", "None", "Gone"))
        for worker, known in ((ready, first), (ready, second), (half, second)):
            cast.make_record(worker, known)
        cast.make_record(half, first, expires_on=date(2026, 11, 22))
        cast.make_record(none, first, result="FAILED")
        cast.make_record(none, second, revoked_at=AT, revoke_reason="Wrong person")
        settle()
        session = act(create_session, Plan(course_id=advanced.pk, venue_id=venue.pk, slots=[time_of(0)]))
        act(invite_workers, session, [worker.pk for worker in (ready, half, none, gone)])
        Attendee.objects.filter(worker=gone).update(status="NO_SHOW")
        expected = [
            ("PREREQUISITE_MISSING", f"worker:{half.pk}/course:{first.pk}"),
            ("PREREQUISITE_MISSING", f"worker:{none.pk}/course:{first.pk}"),
            ("PREREQUISITE_MISSING", f"worker:{none.pk}/course:{second.pk}"),
        ]
        assert blocks(list(view_of(session).warnings)) == expected
        assert soft_blocked(schedule_session, session, Plan(trainer_id=trainer.pk)) == expected
        warnings = act(
            schedule_session, session, Plan(trainer_id=trainer.pk), override=frozenset({"PREREQUISITE_MISSING"})
        )
        assert f"Half ({half.employee_id}) has no valid PRE-A, needed before this course." in warnings[0].message
        cast.make_version(advanced)
        assert blocks(list(view_of(session).warnings)) == expected

    def test_a_prerequisite_must_hold_on_the_day_of_the_class(self, plan: Plan, course: Any, trainer: Any) -> None:
        before = cast.make_course()
        advanced = cast.make_course(prerequisites=[before])
        act(replace_qualifications, trainer.pk, [advanced.pk])
        worker = cast.make_worker()
        cast.make_record(worker, before, expires_on=date(2026, 11, 23))
        settle()
        session = act(create_session, Plan(course_id=advanced.pk))
        act(invite_workers, session, [worker.pk])
        assert soft_blocked(schedule_session, session, Plan(**{**plan.given(), "slots": [time_of(24)]}))
        assert act(schedule_session, session, plan) == []

    def test_an_attendee_in_two_places(self, draft: int, plan: Plan, course: Any) -> None:
        worker, absent, early, drafted = (cast.make_worker() for _ in range(4))
        settle()
        other = scheduled(course, time_of(1), time_of(24), workers=[worker, absent])
        Attendee.objects.filter(worker=absent).update(**ABSENT)
        scheduled(course, time_of(2), workers=[early])
        cast.make_session(course, slots=[pair(time_of(0))], workers=[drafted])
        cancelled = scheduled(course, workers=[drafted])
        act(cancel_session, cancelled.pk, "Rain.")
        act(invite_workers, draft, [person.pk for person in (worker, absent, early, drafted)])
        both = Plan(**{**plan.given(), "slots": [time_of(0), time_of(24)]})
        expected = [("ATTENDEE_DOUBLE_BOOKED", f"worker:{worker.pk}/session:{other.pk}")]
        assert soft_blocked(schedule_session, draft, both) == expected
        warnings = act(schedule_session, draft, both, override=frozenset({"ATTENDEE_DOUBLE_BOOKED"}))
        name = f"{worker.first_name} {worker.last_name} ({worker.employee_id})"
        assert warnings[0].message == f"{name} is also on {other.code} at that time."

    def test_who_will_not_come_here_may_be_elsewhere(self, draft: int, plan: Plan, course: Any) -> None:
        worker = cast.make_worker()
        settle()
        scheduled(course, workers=[worker])
        act(invite_workers, draft, [worker.pk])
        Attendee.objects.filter(session=draft).update(**ABSENT)
        assert act(schedule_session, draft, plan) == []

    def test_all_at_once_and_each_by_name(self, plan: Plan, course: Any, trainer: Any) -> None:
        before = cast.make_course()
        advanced = cast.make_course(prerequisites=[before])
        act(replace_qualifications, trainer.pk, [advanced.pk])
        venue = cast.make_venue(capacity=1)
        people = [cast.make_worker(), cast.make_worker()]
        settle()
        slot = time_of(-1, on=AT)
        other = scheduled(course, slot, venue=venue, workers=people[:1])
        session = act(create_session, Plan(course_id=advanced.pk))
        act(invite_workers, session, [worker.pk for worker in people])
        everything = Plan(trainer_id=trainer.pk, venue_id=venue.pk, slots=[slot])
        expected = [
            ("STARTS_IN_PAST", "start:2026-11-22T04:00:00+00:00"),
            ("VENUE_OVERLAP", f"session:{other.pk}"),
            ("VENUE_CAPACITY_EXCEEDED", f"venue:{venue.pk}"),
            *[("PREREQUISITE_MISSING", f"worker:{worker.pk}/course:{before.pk}") for worker in people],
            ("ATTENDEE_DOUBLE_BOOKED", f"worker:{people[0].pk}/session:{other.pk}"),
        ]
        assert soft_blocked(schedule_session, session, everything) == expected
        for code in EVERY_CODE:
            left = soft_blocked(schedule_session, session, everything, override=EVERY_CODE - {code})
            assert left == [block for block in expected if block[0] == code]
        hard = frozenset({"TRAINER_NOT_QUALIFIED", "TRAINER_DOUBLE_BOOKED"})
        assert blocks(act(schedule_session, session, everything, override=EVERY_CODE | hard)) == expected
        assert sorted(Override.objects.values_list("code", "subject")) == sorted(expected)

    @pytest.mark.parametrize("code", ["RAIN", "", "venue_overlap", "VENUE_OVERLAP ", "SOFT_BLOCKED"])
    def test_an_unknown_code(self, draft: int, plan: Plan, code: str) -> None:
        for work in (schedule_session, update_session):
            refusal = refuses("OVERRIDE_UNKNOWN", work, draft, plan, override=frozenset({code, "VENUE_OVERLAP"}))
            assert (refusal.status, found(refusal.errors)) == (422, [("override", "OVERRIDE_UNKNOWN")])

    def test_codes_that_do_not_apply_are_ignored(self, draft: int, plan: Plan) -> None:
        assert act(schedule_session, draft, plan, override=EVERY_CODE) == []
        assert not Override.objects.exists()


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
    assert counts[0] == counts[1] == of_engine(sqlite=22, postgres=24)
    assert Override.objects.filter(code="ATTENDEE_DOUBLE_BOOKED").count() == 9 + 400
