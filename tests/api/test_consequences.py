"""The API of consequences: a preview, a case, a second person, and who turned Red."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.api.classroom import Classroom
from tests.api.client import body_of, need_problem
from tests.training.acting import PASSED
from titan.core.actor import Role
from titan.records.commands import revoke_record
from titan.records.models import TrainingRecord
from titan.training.commands import finalize_session


@pytest.fixture
def session(room: Classroom) -> int:
    """A finalized session of the three workers."""
    made = room.over(dict.fromkeys(room.workers, PASSED))
    finalize_session(made.pk, by=cast.actor(), at=cast.AT)
    return made.pk


def proposed(room: Classroom, session: int, **more: Any) -> dict[str, Any]:
    body = {"subject": "SESSION", "id": session, "reason": "Nobody was there", **more}
    answer = room.admin.post("/consequences", body)
    assert answer.status_code == 201, answer.content
    return body_of(answer)


def test_from_preview_to_who_turned_red(room: Classroom, session: int) -> None:
    boss = room.clients[Role.SUPER_ADMIN]
    shown = body_of(room.admin.get(f"/consequences/preview?subject=SESSION&id={session}"))
    assert {name: shown[name] for name in ("records", "workers", "would_turn_red", "open_case_id", "total")} == {
        "records": 3,
        "workers": 3,
        "would_turn_red": 3,
        "open_case_id": None,
        "total": 3,
    }
    assert shown["subject"]["subject"] == "SESSION"
    assert (shown["from"], shown["to"]) == (None, None)
    assert {item["standing"] for item in shown["items"]} == {"RESTS"}
    case = proposed(room, session, digest=shown["digest"])
    assert (case["status"], case["records"], case["outcome"]) == ("PROPOSED", 3, None)
    assert case["proposed_by"]["id"] == room.users[Role.HSE_ADMIN].pk
    path = f"/consequences/{case['id']}"
    assert {item.pop("would_turn_red") for item in shown["items"]} == {True}
    assert body_of(boss.get(f"{path}/records"))["items"] == shown["items"]
    need_problem(room.admin.post(f"{path}/approve"), 403, "SECOND_PERSON_NEEDED")
    done = body_of(boss.post(f"{path}/approve", {"remark": "I called them"}))
    assert done["outcome"] == {"revoked": 3, "withdrawn": 0, "turned_red": 3}
    assert (done["status"], done["remark"]) == ("APPROVED", "I called them")
    assert done == body_of(room.admin.get(path))
    reds = body_of(boss.get(f"{path}/turned-red"))
    assert {item["worker"]["id"] for item in reds["items"]} == {worker.pk for worker in room.workers}
    assert {(item["was"], item["turned"], item["compliance_status"]) for item in reds["items"]} == {
        ("COMPLIANT", True, "NON_COMPLIANT")
    }
    need_problem(boss.post(f"{path}/approve"), 409, "CASE_DECIDED")
    found = body_of(boss.get(f"/consequences?subject=SESSION&id={session}&status=APPROVED"))
    assert [item["id"] for item in found["items"]] == [case["id"]]


def test_a_key_approves_once(room: Classroom, session: int) -> None:
    path, boss = f"/consequences/{proposed(room, session)['id']}/approve", room.clients[Role.SUPER_ADMIN]
    first = boss.post(path, Idempotency_Key="once")
    again = boss.post(path, Idempotency_Key="once")
    assert (first.status_code, again.status_code) == (200, 200)
    assert body_of(again) == body_of(first)


def test_a_list_that_changed(room: Classroom, session: int) -> None:
    case, boss = proposed(room, session), room.clients[Role.SUPER_ADMIN]
    first = TrainingRecord.objects.filter(session_id=session).order_by("pk")[0]
    revoke_record(first.pk, "Wrong person", by=cast.actor(), at=cast.AT)
    problem = need_problem(boss.post(f"/consequences/{case['id']}/approve"), 409, "CHANGED_SINCE")
    assert problem["less"] == {"record_ids": [first.pk], "competency_ids": []}
    assert body_of(boss.post(f"/consequences/{case['id']}/reject", {"reason": "Changed"}))["status"] == "REJECTED"


def test_what_cannot_be_proposed(room: Classroom, session: int) -> None:
    good: dict[str, Any] = {"subject": "SESSION", "id": session, "reason": "Nobody was there"}
    for change, code in (
        ({"reason": " "}, "REQUIRED"),
        ({"subject": "WORKER"}, "NOT_ALLOWED"),
        ({"id": None}, "REQUIRED"),
        ({"from": "2026-01-01"}, "NOT_ALLOWED"),
        ({"digest": "x"}, "WRONG_FORMAT"),
    ):
        answer = room.admin.post("/consequences", {**good, **change})
        assert (answer.status_code, body_of(answer)["errors"][0]["code"]) == (422, code)
    need_problem(room.admin.post("/consequences", {**good, "id": 999_999}), 404, "NOT_FOUND")
    need_problem(room.admin.get("/consequences/preview?subject=TRAINER&id=999999"), 404, "NOT_FOUND")
    need_problem(room.admin.get("/consequences/preview?subject=SESSION"), 422, "REQUIRED")
    need_problem(room.admin.get(f"/consequences/preview?subject=EVIDENCE&sha256={'0' * 64}"), 404, "NOT_FOUND")
    narrowed = f"/consequences/preview?subject=SESSION&id={session}&from=2026-01-01"
    need_problem(room.admin.get(narrowed), 422, "NOT_ALLOWED")
    case = proposed(room, session)
    problem = need_problem(room.admin.post("/consequences", good), 409, "CASE_OPEN")
    assert problem["case_id"] == case["id"]
    assert body_of(room.admin.post(f"/consequences/{case['id']}/withdraw"))["status"] == "WITHDRAWN"


def test_evidence_is_named_by_its_hash(room: Classroom, session: int) -> None:
    sheet = TrainingRecord.objects.filter(session_id=session)[0].evidence_sha256
    shown = body_of(room.admin.get(f"/consequences/preview?subject=EVIDENCE&sha256={sheet}&limit=2"))
    assert (shown["records"], len(shown["items"]), shown["total"]) == (3, 2, 3)
    rest = room.admin.get(f"/consequences/preview?subject=EVIDENCE&sha256={sheet}&cursor={shown['next_cursor']}")
    assert len(body_of(rest)["items"]) == 1


def test_the_version_is_named_in_its_course(room: Classroom, session: int) -> None:
    (version,) = body_of(room.admin.get(f"/courses/{room.course.pk}"))["versions"]
    path = f"/consequences/preview?subject=COURSE_VERSION&id={version['id']}&from=2026-11-22&to=2026-11-22"
    assert body_of(room.admin.get(path))["records"] == 3
