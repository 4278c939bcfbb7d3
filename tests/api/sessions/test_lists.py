"""Lists of sessions: in short, filtered, in pages that fit together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests import cast
from tests.api.classroom import AT, Classroom, need_invalid
from tests.api.client import body_of
from tests.api.sessions.asking import IN_SHORT, slot
from tests.api.test_lists import walk
from tests.training.acting import PASSED
from titan.core.actor import Role
from titan.training.commands import finalize_session


def test_items_are_sessions_in_short_newest_first(room: Classroom) -> None:
    sessions = [room.draft(), room.planned(workers=room.workers).pk]
    page = body_of(room.admin.get("/sessions"))
    assert [item["id"] for item in page["items"]] == sessions[::-1]
    assert [item["attendees"] for item in page["items"]] == [3, 0]
    assert all(set(item) == IN_SHORT for item in page["items"])
    whole = body_of(room.admin.get(f"/sessions/{sessions[1]}"))
    same = IN_SHORT - {"attendees"}
    assert {name: whole[name] for name in same} == {name: page["items"][0][name] for name in same}
    assert [person["worker"]["id"] for person in whole["attendees"]] == [
        item["worker"]["id"] for item in body_of(room.admin.get(f"/sessions/{sessions[1]}/attendees"))["items"]
    ]


def test_filters(room: Classroom) -> None:
    draft, other = room.draft(), cast.make_course()
    planned = room.planned()
    elsewhere = cast.make_session(other, slots=[(AT + timedelta(days=9), AT + timedelta(days=9, hours=1))]).pk

    def found(query: str) -> set[int]:
        return {item["id"] for item in body_of(room.admin.get(f"/sessions?{query}"))["items"]}

    assert found("status=DRAFT") == {draft, elsewhere}
    assert found("status=COMPLETED") == set()
    assert found(f"course_id={other.pk}") == {elsewhere}
    assert found(f"trainer_id={room.trainer.pk}") == found(f"venue_id={room.venue.pk}") == {planned.pk}
    assert found(f"code={planned.code}") == {planned.pk}
    assert found("from=2026-11-23&to=2026-11-23") == {planned.pk}
    assert found("from=2026-11-24") == {elsewhere}
    assert found("to=2026-11-22") == set()
    assert found(f"status=DRAFT&course_id={room.course.pk}") == {draft}
    assert found("course_id=999999") == set()


def test_days_are_days_of_the_site(room: Classroom) -> None:
    """23:30 to 00:30 in Baku lies on both days; it is 19:30 to 20:30 of the first day in UTC."""
    late = room.planned(venue=cast.make_venue())
    late.slots.all().delete()
    room.admin.patch(f"/sessions/{late.pk}", {"slots": [slot(14.5, 15.5)]})
    for day, hit in (("2026-11-21", 0), ("2026-11-22", 1), ("2026-11-23", 1), ("2026-11-24", 0)):
        assert body_of(room.admin.get(f"/sessions?from={day}&to={day}"))["total"] == hit, day


def test_filters_that_are_none_are_422(room: Classroom) -> None:
    for query, field in (
        ("status=DONE", "status"),
        ("course_id=x", "course_id"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("cursor=nonsense", "cursor"),
        ("trainer=1", "trainer"),
    ):
        assert [name for name, _ in need_invalid(room.admin.get(f"/sessions?{query}"))] == [field]


def test_pages_fit_together(room: Classroom) -> None:
    for _ in range(7):
        room.draft()
    whole = walk(room.admin, "/sessions", 50)
    assert len(whole) == 7
    assert walk(room.admin, "/sessions", 3) == whole


def test_fifty_cost_what_five_cost(room: Classroom, django_assert_max_num_queries: Any) -> None:
    made = [room.over({room.workers[0]: PASSED}) for _ in range(1)]
    finalize_session(made[0].pk, by=cast.actor(user_id=room.users[Role.HSE_ADMIN].pk), at=AT)

    def cost() -> int:
        with django_assert_max_num_queries(20) as counted:
            assert room.admin.get("/sessions?limit=200").status_code == 200
        return len(counted)

    for number in range(4):
        room.planned(trainer=cast.make_trainer(room.course), title=str(number))
    few = cost()
    for number in range(45):
        venue = cast.make_venue() if number % 9 == 0 else room.venue
        cast.make_session(room.course, trainer=room.trainer, venue=venue, workers=room.workers[:1])
    assert cost() == few
