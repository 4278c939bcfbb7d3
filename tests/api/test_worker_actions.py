"""The API of mass actions: a preview, then the same done with a reason, or refused with who changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.api.classroom import Classroom, errors_of, everything, need_invalid
from tests.api.client import body_of, need_problem
from tests.training.acting import settle
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.personnel.models import Worker

REASON = "The contract ended."


@pytest.fixture
def area(room: Classroom) -> int:
    """An area that asks for the other course before entry."""
    made = cast.make_area(code="JETTY")
    cast.require(made, cast.make_course(code="HSE-031"))
    settle()
    return made.pk


def shown_by(room: Classroom, **body: Any) -> dict[str, Any]:
    answer = room.admin.post("/workers/actions/preview", body)
    assert answer.status_code == 200, answer.content
    return body_of(answer)


def test_from_preview_to_done(room: Classroom, area: int) -> None:
    body = {"action": "ASSIGN_AREAS", "worker_ids": [one.pk for one in room.workers], "area_ids": [area]}
    before = everything()
    shown = shown_by(room, **body, on="2026-11-01")
    assert everything() == before
    counts = ("changes", "stays", "cannot", "turn_red", "turn_green", "judged_no_more", "total")
    assert [shown[name] for name in counts] == [3, 0, 0, 0, 0, 0, 3]
    assert [(one["course"]["code"], one["anew"]) for one in shown["courses"]] == [("HSE-031", 3)]
    line = shown["items"][0]
    assert (line["outcome"], line["code"], line["before"]) == ("CHANGES", "", {"areas": []})
    assert line["after"] == {"areas": [{"area_id": area, "assigned_on": "2026-11-01"}]}
    assert (line["status_before"], line["status_after"]) == ("NON_COMPLIANT", "NON_COMPLIANT")
    done = {**body, "on": "2026-11-01", "reason": REASON, "shown": shown["shown"]}
    answer = room.admin.post("/workers/actions", done)
    assert body_of(answer) == {"changed": 3, "stayed": 0, "could_not": 0}
    worker = body_of(room.admin.get(f"/workers/{room.workers[0].pk}"))
    assert [(one["area"]["code"], one["assigned_on"]) for one in worker["areas"]] == [("JETTY", "2026-11-01")]
    events = AuditEvent.objects.filter(action="worker.updated")
    assert {(event.actor_id, event.reason) for event in events} == {(room.users[Role.HSE_ADMIN].pk, REASON)}
    assert events.count() == 3


def test_leavers_by_badge(room: Classroom) -> None:
    badges = [one.employee_id for one in room.workers]
    body = {"action": "DEACTIVATE", "employee_ids": badges, "on": "2026-11-20"}
    shown = shown_by(room, **body)
    assert (shown["changes"], shown["judged_no_more"]) == (3, 3)
    assert shown["items"][0]["after"] == {"status": "INACTIVE", "personal_fields": ["end_date"]}
    need_problem(
        room.admin.post("/workers/actions", {**body, "reason": REASON, "shown": "0" * 64}), 409, "CHANGED_SINCE"
    )
    answer = room.admin.post("/workers/actions", {**body, "reason": REASON, "shown": shown["shown"]})
    assert body_of(answer)["changed"] == 3
    assert set(Worker.objects.values_list("status", flat=True)) == {"INACTIVE"}
    problem = need_problem(
        room.admin.post("/workers/actions/preview", {**body, "employee_ids": ["X-1", badges[0]]}), 422, "UNKNOWN"
    )
    assert errors_of(problem) == [("employee_ids", "UNKNOWN")]
    assert "X-1" in problem["detail"]


def test_what_changed_meanwhile_is_named(room: Classroom) -> None:
    job = cast.make_role()
    body = {"action": "CHANGE_ROLE", "worker_ids": [one.pk for one in room.workers], "role_id": job.pk}
    shown = shown_by(room, **body)["shown"]
    room.admin.patch(f"/workers/{room.workers[1].pk}", {"role_id": job.pk})
    answer = room.admin.post("/workers/actions", {**body, "reason": REASON, "shown": shown})
    problem = need_problem(answer, 409, "CHANGED_SINCE")
    assert problem["worker_ids"] == [room.workers[1].pk]
    assert room.workers[1].employee_id in problem["detail"]
    again = shown_by(room, **body)
    assert (again["changes"], again["stays"]) == (2, 1)
    assert again["items"][-1]["code"] == "HAS_THE_ROLE"
    done = room.admin.post("/workers/actions", {**body, "reason": REASON, "shown": again["shown"]})
    assert body_of(done) == {"changed": 2, "stayed": 1, "could_not": 0}
    nothing = shown_by(room, **body)
    answer = room.admin.post("/workers/actions", {**body, "reason": REASON, "shown": nothing["shown"]})
    need_problem(answer, 409, "NOTHING_CHANGES")


def test_pages_of_a_preview_fit_together(room: Classroom) -> None:
    body = {"action": "DEACTIVATE", "worker_ids": [one.pk for one in room.workers]}
    first = body_of(room.admin.post("/workers/actions/preview?limit=2", body))
    rest = body_of(room.admin.post(f"/workers/actions/preview?limit=2&cursor={first['next_cursor']}", body))
    assert rest["next_cursor"] is None
    assert first["items"] + rest["items"] == shown_by(room, **body)["items"]


def test_what_is_refused(room: Classroom) -> None:
    before = everything()
    mine = [room.workers[0].pk]
    for body, errors in (
        ({"action": "DEACTIVATE", "worker_ids": []}, [("worker_ids", "OUT_OF_RANGE")]),
        ({"action": "DEACTIVATE", "worker_ids": [999_999]}, [("worker_ids", "UNKNOWN")]),
        ({"action": "DEACTIVATE", "worker_ids": mine, "on": "2026-11-23"}, [("on", "OUT_OF_RANGE")]),
        ({"action": "CHANGE_ROLE", "worker_ids": mine}, [("role_id", "REQUIRED")]),
        ({"action": "ASSIGN_AREAS", "worker_ids": mine, "area_ids": [999_999]}, [("area_ids", "UNKNOWN")]),
    ):
        assert need_invalid(room.admin.post("/workers/actions/preview", body)) == errors
        full = {**body, "reason": REASON, "shown": "00"}
        assert need_invalid(room.admin.post("/workers/actions", full)) == errors
    for body in ({"action": "PROMOTE", "worker_ids": mine}, {"worker_ids": mine}, {"action": "DEACTIVATE", "x": 1}):
        need_invalid(room.admin.post("/workers/actions/preview", body))
    need_invalid(room.admin.post("/workers/actions", {"action": "DEACTIVATE", "worker_ids": mine, "reason": "x"}))
    shown = shown_by(room, action="DEACTIVATE", worker_ids=mine)["shown"]
    named = {"reason": f"{room.workers[0].employee_id} left", "shown": shown}
    answer = room.admin.post("/workers/actions", {"action": "DEACTIVATE", "worker_ids": mine, **named})
    need_problem(answer, 422, "NAMES_THE_PERSON")
    assert everything() == before


def test_who_may(room: Classroom) -> None:
    body = {"action": "DEACTIVATE", "worker_ids": [room.workers[0].pk]}
    for role, client in room.clients.items():
        may = role in {Role.HSE_ADMIN, Role.SUPER_ADMIN}
        assert client.post("/workers/actions/preview", body).status_code == (200 if may else 403)
        if not may:
            need_problem(client.post("/workers/actions", {**body, "reason": "x", "shown": "00"}), 403, "FORBIDDEN")
    assert Worker.objects.filter(status="ACTIVE").count() == 3


def test_a_repeated_request_is_done_once(room: Classroom) -> None:
    body = {"action": "DEACTIVATE", "worker_ids": [room.workers[0].pk]}
    done = {**body, "reason": REASON, "shown": shown_by(room, **body)["shown"]}
    first = room.admin.post("/workers/actions", done, Idempotency_Key="one")
    again = room.admin.post("/workers/actions", done, Idempotency_Key="one")
    assert (first.status_code, body_of(first)) == (again.status_code, body_of(again)) == (200, body_of(first))
    assert AuditEvent.objects.filter(action="worker.updated").count() == 1
