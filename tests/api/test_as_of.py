"""A worker's compliance as of a past day, through the API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import time_machine

from tests import cast
from tests.api.client import ApiClient, body_of, client_of, need_problem
from tests.compliance.lives import Life
from titan.core.actor import Role

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 2)


@dataclass
class Past:
    """A worker whose record was entered on 2 November and revoked on the 12th, and an auditor who asks on that day."""

    life: Life
    worker: int
    record: int
    auditor: ApiClient

    def ask(self, query: str = "", worker: int | None = None) -> Any:
        return self.auditor.get(f"/workers/{worker or self.worker}/compliance{query}")


@pytest.fixture
def past() -> Iterator[Past]:
    life = Life(FIRST)
    role, course = life.role(), life.course()
    life.require("role", role, course)
    area = life.area()
    worker = life.worker(role, (area,))
    record = life.passed(worker, course)
    life.pass_days(10)
    life.revoke(record)
    life.change(worker, role_id=None, company_id=life.companies[1])
    with time_machine.travel(life.at, tick=False):
        yield Past(life, worker, record, client_of(cast.make_user(Role.AUDITOR)))


def test_a_past_day_is_answered_whole(past: Past) -> None:
    answer = past.ask("?on=2026-11-05")
    assert answer.status_code == 200
    found = body_of(answer)
    item = found.pop("items")[0]
    assert found == {
        "overall_status": "COMPLIANT",
        "on": "2026-11-05",
        "known": "then",
        "since": "2026-11-02",
        "differs": True,
        "other_overall_status": "NON_COMPLIANT",
        "worker_status": "ACTIVE",
        "company": {"id": past.life.companies[0], "code": found["company"]["code"], "name": found["company"]["name"]},
        "role": {"id": past.life.roles[0], "code": "L-R0", "title": "Role"},
        "role_assigned_on": "2026-11-02",
        "areas": [
            {"area": {"id": past.life.areas[0], "code": "L-A0", "name": "Area"}, "assigned_on": "2026-11-02"},
        ],
        "warning_days": 30,
    }
    record, asked_by = item.pop("record"), item.pop("required_by")
    assert item == {
        "course_id": past.life.courses[0],
        "course_code": "L-C0",
        "title": "Course",
        "requirement_type": "PRE_MOB",
        "due_on": None,
        "status": "COMPLIANT",
        "expires_on": "2027-11-02",
        "reason": "Valid until 2027-11-02",
        "record_id": past.record,
        "pending_competency_id": None,
        "differs": True,
        "other_status": "NON_COMPLIANT",
        "other_record_id": None,
    }
    assert (record["id"], record["completed_on"], record["source"]) == (past.record, "2026-11-02", "EXTERNAL")
    assert (record["created_at"][:10], record["revoke_reason"]) == ("2026-11-02", "Somebody else signed.")
    assert asked_by == [
        {
            "asker": {"kind": "ROLE", "code": "L-R0", "name": "Role", "held_area": ""},
            "requirement_type": "PRE_MOB",
            "assigned_on": "2026-11-02",
            "grace_period_days": None,
            "due_on": None,
            "decides": True,
        }
    ]


def test_known_now_turns_the_answer_round(past: Past) -> None:
    found = body_of(past.ask("?on=2026-11-05&known=now"))
    assert (found["known"], found["overall_status"], found["other_overall_status"]) == (
        "now",
        "NON_COMPLIANT",
        "COMPLIANT",
    )
    item = found["items"][0]
    assert (item["record_id"], item["record"], item["other_record_id"]) == (None, None, past.record)


def test_without_a_day_it_stays_as_it_was(past: Past) -> None:
    found = body_of(past.ask())
    assert found == {"overall_status": "COMPLIANT", "items": []}
    today = body_of(past.ask("?on=2026-11-12"))
    assert (today["overall_status"], today["items"], today["role"]) == ("COMPLIANT", [], None)


def test_days_without_an_answer_are_refused_at_on(past: Past) -> None:
    for query, code in (
        ("?on=2026-11-13", "IN_THE_FUTURE"),
        ("?on=2026-11-01", "BEFORE_HISTORY"),
        ("?known=now", "REQUIRED"),
    ):
        problem = need_problem(past.ask(query), 422, code)
        assert [error["field"] for error in problem["errors"]] == ["on"]
    assert need_problem(past.ask("?on=5.11.2026"), 422, "INVALID")["errors"][0]["code"] == "DATE_INVALID"
    assert need_problem(past.ask("?on=2026-11-05&known=later"), 422, "INVALID")["errors"][0]["code"] == "NOT_ALLOWED"


def test_trainers_may_not_and_nobody_is_404(past: Past) -> None:
    trainer = client_of(cast.make_user(Role.TRAINER))
    need_problem(trainer.get(f"/workers/{past.worker}/compliance?on=2026-11-05"), 403, "FORBIDDEN")
    need_problem(past.ask("?on=2026-11-05", worker=past.worker + 1), 404, "NOT_FOUND")
