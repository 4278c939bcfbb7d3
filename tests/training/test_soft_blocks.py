"""Soft blocks: shown, acknowledged by name, asked for once (domain.md §5)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests import cast
from tests.training.acting import (
    ABSENT,
    ADMIN,
    AT,
    act,
    found,
    pair,
    refuses,
    said,
    scheduled,
    settle,
    time_of,
)
from tests.training.planning import EVERY_CODE, blocks, soft_blocked, view_of
from titan.resources.commands.trainers import replace_qualifications
from titan.training.commands import (
    Plan,
    cancel_session,
    create_session,
    invite_workers,
    schedule_session,
    update_session,
)
from titan.training.models import Attendee, Override


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
