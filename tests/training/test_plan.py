"""Drafts: as incomplete as the plan is, freely changed, deleted without a trace (domain.md §1, §5, §6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests import cast
from tests.training.acting import ADMIN, ASSESSOR, AT, AUDITOR, act, found, refuses, said, scheduled, settle, time_of
from titan.core.actor import Role
from titan.training.commands import Plan, cancel_session, create_session, delete_draft, update_session
from titan.training.models import Attendee, SessionStatus, Slot, TrainingSession
from titan.training.queries.sessions import session_view
from titan.training.rules import SlotTime

TOO_BIG = 2**63


def draft(course: Any, **plan: Any) -> int:
    return int(act(create_session, Plan(course_id=course.pk, **plan)))


def test_only_the_course_is_required(course: Any) -> None:
    session = TrainingSession.objects.get(pk=draft(course))
    assert (session.status, session.course_id, session.version) == (SessionStatus.DRAFT, course.pk, 1)
    assert session.code == f"TS-2026-{session.pk:04d}"
    assert (session.created_at, session.created_by_id) == (AT, ADMIN.user_id)
    assert (session.trainer_id, session.venue_id, session.course_version_id, session.title) == (None, None, None, "")
    event = said("session.created", session.pk)[0]
    assert (event.entity, event.after) == ("session", {"course_id": course.pk, "code": session.code})


def test_the_year_in_the_code_is_the_sites(course: Any) -> None:
    new_year_in_baku = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    before = act(create_session, Plan(course_id=course.pk), at=new_year_in_baku - timedelta(seconds=1))
    after = act(create_session, Plan(course_id=course.pk), at=new_year_in_baku)
    codes = dict(TrainingSession.objects.values_list("pk", "code"))
    assert (codes[before], codes[after]) == (f"TS-2026-{before:04d}", f"TS-2027-{after:04d}")


def test_a_draft_holds_what_was_planned(course: Any, venue: Any) -> None:
    stranger = cast.make_trainer()
    slots = [time_of(24), time_of(0)]
    session = draft(
        course, trainer_id=stranger.pk, venue_id=venue.pk, slots=slots, title=" Yanğın ", notes="Gətirin:\nkaska"
    )
    view = session_view(session, by=ADMIN, at=AT)
    assert (view.trainer_id, view.venue_id, view.title, view.notes) == (
        stranger.pk,
        venue.pk,
        "Yanğın",
        "Gətirin:\nkaska",
    )
    assert view.slots == sorted(slots)
    assert [block.code for block in view.blockers] == ["TRAINER_NOT_QUALIFIED"]
    assert (view.cannot_run, view.course_version) == (False, None)


def test_a_course_without_a_published_version_may_be_drafted(site: Any) -> None:
    assert draft(cast.make_course(status="DRAFT"))


WRONG_PLANS: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"course_id": None}, [("course_id", "REQUIRED")]),
    ({"course_id": 999_999}, [("course_id", "UNKNOWN")]),
    ({"course_id": TOO_BIG}, [("course_id", "UNKNOWN")]),
    ({"course_id": -1}, [("course_id", "UNKNOWN")]),
    (
        {"trainer_id": 999_999, "venue_id": TOO_BIG, "title": "x" * 201, "slots": [time_of(0, 0)]},
        [
            ("trainer_id", "UNKNOWN"),
            ("venue_id", "UNKNOWN"),
            ("title", "TOO_LONG"),
            ("slots.0.ends_at", "END_BEFORE_START"),
        ],
    ),
    ({"title": "a\x00b"}, [("title", "CONTROL_CHARACTERS")]),
    ({"title": "two\nlines"}, [("title", "CONTROL_CHARACTERS")]),
    ({"notes": "a\x00b"}, [("notes", "CONTROL_CHARACTERS")]),
    ({"notes": "x" * 4001}, [("notes", "TOO_LONG")]),
    ({"slots": [time_of(0), time_of(1)]}, [("slots.1", "SLOTS_OVERLAP")]),
    ({"slots": [time_of(24 * day) for day in range(61)]}, [("slots", "TOO_MANY")]),
    ({"slots": [SlotTime(datetime(2026, 12, 1, 9), datetime(2026, 12, 1, 10))]}, [("slots", "NAIVE_TIME")]),  # noqa: DTZ001
    (
        {"slots": [SlotTime(datetime(1, 1, 1, 0, tzinfo=cast.AT.tzinfo), datetime(1, 1, 1, 2, tzinfo=UTC))]},
        [("slots", "OUT_OF_RANGE")],
    ),
    (
        {
            "slots": [
                SlotTime(
                    datetime(9999, 12, 31, 20, tzinfo=timezone(timedelta(hours=-9))),
                    datetime(9999, 12, 31, 22, tzinfo=timezone(timedelta(hours=-9))),
                )
            ]
        },
        [("slots", "OUT_OF_RANGE")],
    ),
]


def test_what_a_plan_may_not_be(course: Any) -> None:
    for values, wrong in WRONG_PLANS:
        codes = {code for _, code in wrong}
        code = codes.pop() if len(codes) == 1 else "INVALID"
        refusal = refuses(code, create_session, Plan(**{"course_id": course.pk, **values}))
        assert (refusal.status, found(refusal.errors)) == (422, wrong), values


@pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
def test_only_admins_plan(course: Any, by: Any) -> None:
    session = draft(course)
    refuses("FORBIDDEN", create_session, Plan(course_id=999_999), by=by)
    refuses("FORBIDDEN", update_session, session, Plan(title="x"), by=by)
    refuses("FORBIDDEN", delete_draft, session, by=by)
    act(update_session, session, Plan(title="x"), by=cast.actor(Role.SUPER_ADMIN))


@pytest.mark.parametrize("number", [999_999, 0, -1, TOO_BIG])
def test_a_session_that_is_not_there(course: Any, number: int) -> None:
    refuses("NOT_FOUND", update_session, number, Plan(venue_id=TOO_BIG))
    refuses("NOT_FOUND", delete_draft, number)
    refuses("NOT_FOUND", cancel_session, number, "why")


def test_what_is_given_changes_and_the_rest_stays(course: Any, trainer: Any, venue: Any) -> None:
    other = cast.make_course()
    session = draft(course, trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)], title="A")
    act(update_session, session, Plan(title="B", course_id=other.pk))
    view = session_view(session, by=ADMIN, at=AT)
    assert (view.title, view.course_id, view.trainer_id, view.slots) == ("B", other.pk, trainer.pk, [time_of(0)])
    act(update_session, session, Plan(trainer_id=None, venue_id=None, slots=[]))
    view = session_view(session, by=ADMIN, at=AT)
    assert (view.trainer_id, view.venue_id, view.slots, view.version) == (None, None, [], 3)
    events = said("session.updated", session)
    assert events[0].before == {"course_id": course.pk, "title": "A"}
    assert events[0].after == {"course_id": other.pk, "title": "B"}
    assert events[1].before == {
        "trainer_id": trainer.pk,
        "venue_id": venue.pk,
        "slots": [{"starts_at": "2026-11-23T05:00:00+00:00", "ends_at": "2026-11-23T07:00:00+00:00"}],
    }
    assert events[1].after == {"trainer_id": None, "venue_id": None, "slots": []}


def test_the_same_again_changes_nothing(course: Any, trainer: Any) -> None:
    plan = Plan(course_id=course.pk, trainer_id=trainer.pk, slots=[time_of(3), time_of(0)], title="A")
    session = act(create_session, plan)
    act(update_session, session, plan)
    act(update_session, session, Plan())
    assert TrainingSession.objects.get(pk=session).version == 1
    assert said("session.updated") == []


def test_two_editors_do_not_overwrite_each_other(course: Any) -> None:
    session = draft(course)
    act(update_session, session, Plan(title="first", version=1))
    refusal = refuses("STALE", update_session, session, Plan(title="second", version=1))
    assert "version 2, you saw 1" in refusal.detail
    act(update_session, session, Plan(title="second", version=2))
    act(update_session, session, Plan(title="whatever was there"))


def test_a_draft_is_shown_what_stands_against_it_and_refused_nothing(course: Any, trainer: Any, venue: Any) -> None:
    taken = scheduled(course, trainer=trainer, venue=venue)
    session = draft(course)
    warnings = act(update_session, session, Plan(trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)]))
    assert [(block.code, block.subject) for block in warnings] == [("VENUE_OVERLAP", f"session:{taken.pk}")]
    view = session_view(session, by=ADMIN, at=AT)
    assert [(block.code, block.subject) for block in view.blockers] == [
        ("TRAINER_DOUBLE_BOOKED", f"session:{taken.pk}")
    ]
    assert [block.code for block in view.warnings] == ["VENUE_OVERLAP"]
    assert view.overrides == ()


def test_drafts_hold_nothing(course: Any, trainer: Any, venue: Any) -> None:
    plan = {"trainer_id": trainer.pk, "venue_id": venue.pk, "slots": [time_of(0)]}
    for session in (draft(course, **plan), draft(course, **plan)):
        view = session_view(session, by=ADMIN, at=AT)
        assert (view.warnings, view.blockers) == ((), ())
    assert set(Slot.objects.values_list("held_by_id", flat=True)) == {None}


def test_a_draft_is_deleted_with_all_that_is_below_it(course: Any, trainer: Any) -> None:
    worker = cast.make_worker()
    settle()
    session = cast.make_session(course, trainer=trainer, slots=[(AT, AT + timedelta(hours=1))], workers=[worker])
    act(delete_draft, session.pk)
    assert not TrainingSession.objects.exists()
    assert not Slot.objects.exists()
    assert not Attendee.objects.exists()
    assert said("session.deleted", session.pk)[0].before == {"code": session.code, "course_id": course.pk}
    refuses("NOT_FOUND", delete_draft, session.pk)


def test_nothing_but_a_draft_is_deleted(course: Any) -> None:
    session = scheduled(course)
    refusal = refuses("NOT_DRAFT", delete_draft, session.pk)
    assert f"{session.code} is SCHEDULED" in refusal.detail
    act(cancel_session, session.pk, "Nobody came.")
    refuses("NOT_DRAFT", delete_draft, session.pk)
