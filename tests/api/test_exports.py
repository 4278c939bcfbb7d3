"""Lists as files in the API: each with the filters of its list."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest

from tests.api.client import ApiClient, need_problem
from tests.exchange.exports.world import NASTY, make_world
from titan.core.actor import Role
from titan.exchange.exports.lists import LISTS


@pytest.fixture
def world(clock: Any, users: dict[Role, Any]) -> Any:
    return make_world()


def file_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def rows_of(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file_of(answer).decode("utf-8-sig"), newline="")))


def test_every_list_is_a_file(world: Any, boss: ApiClient) -> None:
    for name in LISTS:
        query = f"?session_id={world.session.pk}" if name == "attendees" else ""
        book = openpyxl.load_workbook(io.BytesIO(file_of(boss.get(f"/exports/{name}.xlsx{query}"))))
        assert book.worksheets[0].max_row == len(rows_of(boss.get(f"/exports/{name}.csv{query}"))) > 1


def test_filters_are_those_of_the_list(world: Any, boss: ApiClient) -> None:
    company, worker, course = world.company.pk, world.workers[2].pk, world.course.pk
    assert len(rows_of(boss.get(f"/exports/workers.csv?company_id={company}&by_name=true"))) == len(NASTY) + 1
    assert len(rows_of(boss.get(f"/exports/records.csv?worker_id={worker}&revoked=false"))) == 2
    assert len(rows_of(boss.get("/exports/sessions.csv?from=2026-11-23&to=2026-11-23"))) == 2
    assert len(rows_of(boss.get(f"/exports/matrix.csv?course_id={course}&compliance_status=NON_COMPLIANT"))[0]) == 6
    assert len(rows_of(boss.get("/exports/audit.csv?entity=consequence_case"))) == 2
    assert len(rows_of(boss.get(f"/exports/consequences.csv?subject=SESSION&id={world.session.pk}"))) == 2
    assert rows_of(boss.get("/exports/trainers.csv?week=2026-W48"))[0][7] == "Hours booked in 2026-W48"
    need_problem(boss.get("/exports/workers.csv?limit=5"), 422, "INVALID")
    need_problem(boss.get("/exports/workers.ods"), 404, "NOT_FOUND")
    need_problem(boss.get("/exports/attendees.csv"), 422, "INVALID")
    need_problem(boss.get("/exports/attendees.csv?session_id=999"), 404, "NOT_FOUND")


def test_who_may_read_the_list_may_take_it(world: Any, clients: dict[Role, ApiClient]) -> None:
    for name in LISTS:
        if name != "attendees":
            need_problem(clients[Role.TRAINER].get(f"/exports/{name}.xlsx"), 403, "FORBIDDEN")
    need_problem(clients[Role.AUDITOR].get("/exports/users.csv"), 403, "FORBIDDEN")
    need_problem(clients[Role.TRAINER].get("/exports/users.csv?colour=red"), 403, "FORBIDDEN")
    need_problem(clients[Role.TRAINER].get(f"/exports/attendees.csv?session_id={world.session.pk}"), 404, "NOT_FOUND")
    assert rows_of(clients[Role.ASSESSOR].get("/exports/competencies.csv?status=PENDING"))[0][0] == "Badge"
    need_problem(ApiClient(None).get("/exports/workers.csv"), 401, "NOT_SIGNED_IN")
