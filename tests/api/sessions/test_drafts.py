"""Drafts: what they hold, how they go, and plans that cannot be."""

from __future__ import annotations

from typing import Any

from tests import cast
from tests.api.classroom import TOMORROW, Classroom, everything, need_invalid, when
from tests.api.client import body_of, need_problem
from tests.api.sessions.asking import FORBIDDEN_TWICE, WHOLE, create, slot
from titan.core.actor import Role


def test_only_the_course_is_required(room: Classroom) -> None:
    made = create(room)
    assert set(made) == WHOLE
    assert made["code"] == f"TS-2026-{made['id']:04}"
    assert made["course"] == {"id": room.course.pk, "code": "HSE-002", "title": "Course HSE-002"}
    empty = ("course_version", "trainer", "venue", "evidence", "finalized_at", "finalized_by")
    assert [made[name] for name in empty] == [None] * len(empty)
    lists = ("slots", "attendees", "overrides", "warnings", "blockers")
    assert [made[name] for name in lists] == [[]] * len(lists)
    assert (made["status"], made["title"], made["notes"], made["cannot_run"]) == ("DRAFT", "", "", False)
    assert body_of(room.admin.get(f"/sessions/{made['id']}")) == made


def test_all_of_it_comes_back_in_site_time(room: Classroom) -> None:
    utc = {"starts_at": "2026-11-23T05:00:00Z", "ends_at": "2026-11-23T07:00:00.000+00:00"}
    words = {"title": "Yanğın təhlükəsizliyi · السلامة", "notes": "Пожар — ёлка\nx\u0301 \U0001f9ef"}
    made = create(room, **room.plan(utc), **words)
    assert made["slots"] == [TOMORROW]
    assert {name: made[name] for name in words} == words
    assert made["trainer"] == {"id": room.trainer.pk, "name": room.trainer.name}
    assert made["venue"] == {"id": room.venue.pk, "name": room.venue.name, "capacity": 20}


def test_titles_are_in_the_callers_language(room: Classroom) -> None:
    made = create(room)
    user = room.users[Role.AUDITOR]
    user.language = "tr"
    user.save()
    assert body_of(room.clients[Role.AUDITOR].get(f"/sessions/{made['id']}"))["course"]["title"] == "Kurs HSE-002"


def test_a_draft_holds_nothing_and_only_shows_what_stands_against_it(room: Classroom) -> None:
    taken = room.planned()
    made = create(room, **room.plan(FORBIDDEN_TWICE))
    assert [block["code"] for block in made["warnings"]] == ["VENUE_OVERLAP"]
    assert [block["code"] for block in made["blockers"]] == ["TRAINER_DOUBLE_BOOKED"]
    assert made["warnings"][0]["subject"] == f"session:{taken.pk}"
    path = f"/sessions/{made['id']}"
    assert room.admin.patch(path, {"trainer_id": room.stranger.pk}).status_code == 200
    assert [block["code"] for block in body_of(room.admin.get(path))["blockers"]] == ["TRAINER_NOT_QUALIFIED"]
    cleared = {"trainer_id": None, "venue_id": None, "slots": [], "course_id": cast.make_course().pk}
    assert body_of(room.admin.patch(path, cleared))["trainer"] is None


def test_a_draft_is_deleted_and_nothing_else_is(room: Classroom) -> None:
    made = create(room, **room.plan())
    room.admin.post(f"/sessions/{made['id']}/attendees", {"worker_ids": [room.workers[0].pk]})
    gone = room.admin.delete(f"/sessions/{made['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    need_problem(room.admin.get(f"/sessions/{made['id']}"), 404, "NOT_FOUND")
    planned = room.planned()
    before = everything()
    need_problem(room.admin.delete(f"/sessions/{planned.pk}"), 409, "NOT_DRAFT")
    assert everything() == before


BAD_PLANS: list[tuple[Any, list[tuple[str, str]]]] = [
    ({"course_id": 10**9}, [("course_id", "UNKNOWN")]),
    ({"course_id": None}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": "1"}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": True}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": 1.0}, [("course_id", "WRONG_TYPE")]),
    ({"course_id": 0}, [("course_id", "OUT_OF_RANGE")]),
    ({"course_id": 2**63}, [("course_id", "OUT_OF_RANGE")]),
    ({"trainer_id": 10**9, "venue_id": 10**9}, [("trainer_id", "UNKNOWN"), ("venue_id", "UNKNOWN")]),
    ({"trainer_id": [1]}, [("trainer_id", "WRONG_TYPE")]),
    ({"slots": {}}, [("slots", "WRONG_TYPE")]),
    ({"slots": [1]}, [("slots.0", "WRONG_TYPE")]),
    ({"slots": [{"starts_at": when(24)}]}, [("slots.0.ends_at", "REQUIRED")]),
    ({"slots": [slot(26, 24)]}, [("slots.0.ends_at", "END_BEFORE_START")]),
    ({"slots": [slot(24, 24)]}, [("slots.0.ends_at", "END_BEFORE_START")]),
    ({"slots": [slot(24, 24.05)]}, [("slots.0.ends_at", "SLOT_TOO_SHORT")]),
    ({"slots": [slot(24, 24 + 40 * 24)]}, [("slots.0.ends_at", "SLOT_TOO_LONG")]),
    ({"slots": [slot(24, 26), slot(25, 27)]}, [("slots.1", "SLOTS_OVERLAP")]),
    ({"slots": [slot(24, 26), slot(24, 26)]}, [("slots.0", "SLOTS_OVERLAP")]),
    ({"slots": [slot(24, 25), slot(24 + 366 * 24, 25 + 366 * 24)]}, [("slots", "SPAN_TOO_LONG")]),
    ({"slots": [slot(24 + n, 24.5 + n) for n in range(61)]}, [("slots", "TOO_MANY")]),
    (
        {"slots": [{"starts_at": "2026-11-23T09:00:00", "ends_at": "2026-11-23 11:00"}]},
        [("slots.0.starts_at", "OFFSET_MISSING"), ("slots.0.ends_at", "OFFSET_MISSING")],
    ),
    (
        {"slots": [{"starts_at": "tomorrow", "ends_at": 1764000000}]},
        [("slots.0.starts_at", "DATETIME_INVALID"), ("slots.0.ends_at", "DATETIME_INVALID")],
    ),
    ({"title": "x" * 201}, [("title", "TOO_LONG")]),
    ({"title": 5, "notes": ["x"]}, [("title", "WRONG_TYPE"), ("notes", "WRONG_TYPE")]),
    ({"notes": "a\x00b"}, [("notes", "NUL_CHARACTER")]),
    ({"notes": "x" * 4001}, [("notes", "TOO_LONG")]),
    ({"status": "SCHEDULED"}, [("status", "UNKNOWN_FIELD")]),
]


def test_a_plan_that_cannot_be_is_422_everywhere_and_changes_nothing(room: Classroom) -> None:
    draft = room.draft()
    before = everything()
    good = {"course_id": room.course.pk}
    for given, found in BAD_PLANS:
        for answer in (
            room.admin.post("/sessions", {**good, **given}),
            room.admin.patch(f"/sessions/{draft}", given),
            room.admin.post(f"/sessions/{draft}/schedule", {**room.plan(), **given}),
        ):
            assert sorted(need_invalid(answer)) == sorted(found), given
    assert everything() == before
