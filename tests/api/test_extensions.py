"""The API of extensions: shown, made with the authority's letter, seen in each record and in the ledger, taken back."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.api.classroom import Classroom, errors_of, everything, need_invalid, pdf, upload
from tests.api.client import body_of, need_problem
from tests.training.acting import settle
from titan.core.actor import Role
from titan.records.models import TrainingRecord, ValidityExtension

EXPIRED = date(2026, 11, 10)
CHOICE = {"days_of": "EXPIRES_ON", "from": "2026-11-01", "to": "2026-11-30", "until": "2027-03-31"}
DECISION = {"reference": "Order 118/26", "decided_on": "2026-11-03", "reason": "The training centre is closed."}


@pytest.fixture
def records(room: Classroom) -> list[TrainingRecord]:
    """Of each of the three workers a pass that ran out twelve days ago."""
    made = [
        cast.make_record(worker, room.course, completed_on=date(2025, 11, 10), expires_on=EXPIRED)
        for worker in room.workers
    ]
    settle()
    return made


def choice(room: Classroom, **more: Any) -> dict[str, Any]:
    return {"course_id": room.course.pk, **CHOICE, **more}


def preview(room: Classroom, **more: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in choice(room, **more).items())
    answer = room.admin.get(f"/extensions/preview?{query}")
    assert answer.status_code == 200, answer.content
    return body_of(answer)


def extended(room: Classroom, *files: Any, **more: Any) -> dict[str, Any]:
    answer = upload(room.admin, "/extensions", *files, data={**choice(room), **DECISION, **more})
    assert answer.status_code == 201, answer.content
    return body_of(answer)


def test_from_preview_to_taking_it_back(room: Classroom, records: list[TrainingRecord]) -> None:
    before = everything()
    shown = preview(room)
    assert everything() == before
    counts = ("records", "changing", "workers", "asked", "turn_green", "turn_yellow", "turn_blue", "turn_red", "stay")
    assert [shown[name] for name in counts] == [3, 3, 3, 3, 3, 0, 0, 0, 0]
    assert {one["id"] for one in shown["named_green"]} == {worker.pk for worker in room.workers}
    line = shown["items"][0]
    assert (line["record_id"], line["worker"]["id"]) == (records[0].pk, room.workers[0].pk)
    assert (line["expires_on"], line["valid_until"], line["becomes"]) == ("2026-11-10", "2026-11-10", "2027-03-31")
    assert (line["before"], line["after"]) == ("NON_COMPLIANT", "COMPLIANT")
    made = extended(room, pdf("the letter"), digest=shown["digest"])
    assert {name: made[name] for name in ("from", "to", "until", "days_of", "reference", "decided_on", "reason")} == {
        **CHOICE,
        **DECISION,
    }
    assert (made["records"], made["revoked_at"], made["revoked_by"], made["revoke_reason"]) == (3, None, None, "")
    assert made["made_by"]["id"] == room.users[Role.HSE_ADMIN].pk
    assert made["course"] == {"id": room.course.pk, "code": "HSE-002", "title": "Course HSE-002"}
    assert made["evidence"]["key"].endswith(made["evidence"]["sha256"])
    path = f"/extensions/{made['id']}"
    assert body_of(room.admin.get(path)) == made
    assert body_of(room.admin.get(f"/extensions?course_id={room.course.pk}&revoked=false"))["items"] == [made]
    back = body_of(room.admin.get(f"{path}/revoke"))
    assert (back["turn_red"], len(back["named_red"]), back["changing"]) == (3, 3, 3)
    ended = body_of(room.admin.post(f"{path}/revoke", {"reason": "Not for us", "digest": back["digest"]}))
    assert (ended["revoke_reason"], ended["revoked_by"]) == ("Not for us", made["made_by"])
    assert body_of(room.admin.get("/extensions?revoked=false"))["items"] == []
    assert body_of(room.admin.get("/extensions?revoked=true"))["items"] == [ended]


def test_each_record_says_so(room: Classroom, records: list[TrainingRecord]) -> None:
    one = body_of(room.admin.get(f"/records/{records[0].pk}"))
    assert (one["expires_on"], one["valid_until"], one["extensions"]) == ("2026-11-10", "2026-11-10", [])
    made = extended(room)
    one = body_of(room.admin.get(f"/records/{records[0].pk}"))
    assert (one["expires_on"], one["valid_until"]) == ("2026-11-10", "2027-03-31")
    assert one["extensions"] == [
        {
            "id": made["id"],
            "until": "2027-03-31",
            "reference": "Order 118/26",
            "decided_on": "2026-11-03",
            "made_at": made["made_at"],
            "revoked_at": None,
        }
    ]
    assert made["evidence"] is None
    listed = body_of(room.admin.get(f"/records?extension_id={made['id']}"))
    assert [item["id"] for item in listed["items"]] == [record.pk for record in reversed(records)]
    assert listed["items"][-1] == one
    for day, found in (("2027-03-31", 0), ("2027-04-01", 3)):
        assert body_of(room.admin.get(f"/records?expiring_before={day}"))["total"] == found
    item = body_of(room.admin.get(f"/workers/{room.workers[0].pk}/compliance"))["items"][0]
    assert (item["status"], item["expires_on"], item["reason"]) == (
        *("COMPLIANT", "2027-03-31", "Valid until 2027-03-31"),
    )
    entries = body_of(room.admin.get(f"/ledger/entries?record_id={records[0].pk}"))["items"]
    assert [json.loads(entry["leaf"])["type"] for entry in entries] == ["validity.extended"]
    assert json.loads(entries[0]["leaf"])["extension"] == made["id"]


def test_neither_a_fail_nor_what_never_expires_has_a_last_day(room: Classroom) -> None:
    for values in ({"expires_on": None}, {"result": "FAILED"}):
        record = cast.make_record(room.workers[0], room.course, **values)
        assert body_of(room.admin.get(f"/records/{record.pk}"))["valid_until"] is None


def test_what_is_refused(room: Classroom, records: list[TrainingRecord]) -> None:
    before = everything()
    nothing = upload(room.admin, "/extensions", data={**choice(room, until="2026-11-05"), **DECISION})
    need_problem(nothing, 409, "NOTHING_TO_EXTEND")
    other = upload(room.admin, "/extensions", data={**choice(room), **DECISION, "digest": "0" * 64})
    need_problem(other, 409, "CHANGED_SINCE")
    named = {**DECISION, "reason": f"For {room.workers[0].employee_id} only"}
    problem = need_problem(upload(room.admin, "/extensions", data={**choice(room), **named}), 422, "NAMES_THE_PERSON")
    assert errors_of(problem) == [("reason", "NAMES_THE_PERSON")]
    wrong = {**choice(room, to="2026-10-01", course_id=999_999), **DECISION, "reference": " "}
    assert need_invalid(upload(room.admin, "/extensions", data=wrong)) == [
        ("to", "OUT_OF_ORDER"),
        ("course_id", "UNKNOWN"),
        ("reference", "REQUIRED"),
    ]
    assert need_invalid(upload(room.admin, "/extensions", ("x.txt", b"no evidence"), data={**choice(room)}))
    assert room.admin.get("/extensions/preview?course_id=1&days_of=NEVER&from=x&to=x&until=x").status_code == 422
    assert everything() == before
    need_problem(room.admin.get("/extensions/7"), 404, "NOT_FOUND")
    need_problem(room.admin.get("/extensions/7/revoke"), 404, "NOT_FOUND")
    need_problem(room.admin.post("/extensions/7/revoke", {"reason": "x"}), 404, "NOT_FOUND")


def test_who_may(room: Classroom, records: list[TrainingRecord]) -> None:
    made = extended(room)
    path = f"/extensions/{made['id']}"
    query = "&".join(f"{name}={value}" for name, value in choice(room).items())
    for role, client in room.clients.items():
        reads = role is not Role.TRAINER
        for address in ("/extensions", path, f"{path}/revoke", f"/extensions/preview?{query}"):
            assert client.get(address).status_code == (200 if reads else 403), (role, address)
        if role not in {Role.HSE_ADMIN, Role.SUPER_ADMIN}:
            data = {**choice(room), **DECISION}
            need_problem(upload(client, "/extensions", pdf(), data=data), 403, "FORBIDDEN")
            need_problem(client.post(f"{path}/revoke", {"reason": "x"}), 403, "FORBIDDEN")
    assert ValidityExtension.objects.get().revoked_at is None


def test_a_repeated_request_is_answered_once(room: Classroom, records: list[TrainingRecord]) -> None:
    data = {**choice(room), **DECISION}
    first = upload(room.admin, "/extensions", pdf("letter"), data=data, Idempotency_Key="one")
    again = upload(room.admin, "/extensions", pdf("letter"), data=data, Idempotency_Key="one")
    assert (first.status_code, body_of(first)) == (again.status_code, body_of(again))
    assert ValidityExtension.objects.count() == 1


def test_a_list_costs_the_same_however_many(room: Classroom, records: list[TrainingRecord]) -> None:
    costs = []
    for number in range(3):
        extended(room, until=f"2027-0{number + 4}-01")
        with CaptureQueriesContext(connection) as listing:
            room.admin.get("/extensions")
        with CaptureQueriesContext(connection) as reading:
            room.admin.get("/records")
        costs.append((len(listing), len(reading)))
    assert costs[0] == costs[1] == costs[2], costs
