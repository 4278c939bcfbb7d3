"""Imports over the API: open, look, decide, apply, undo; who may."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.api.client import BASE, ApiClient, body_of, client_of, need_problem
from tests.cast import make_user
from tests.exchange.folders import write
from tests.exchange.imports.files import Formula, workbook
from titan.core.actor import Role, Via, system_actor
from titan.core.clock import now
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker

HEAD = ["Badge", "First name", "Company", "Role", "Role since"]
GOOD = ["N-10", "Ali", "Northgate", "Rigger", "2026-01-05"]


@pytest.fixture
def boss(db: None, tmp_path: Path) -> ApiClient:
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=now() - timedelta(hours=1))
    return client_of(make_user(Role.HSE_ADMIN))


def post(client: ApiClient, content: bytes, name: str = "people.xlsx", data: Any = None, **headers: str) -> Any:
    file = io.BytesIO(content)
    file.name = name
    sent: dict[str, Any] = {"file": file} | ({"data": json.dumps(data)} if data is not None else {})
    return client.http.post(f"{BASE}/imports", sent, headers={**client.headers, **headers})


def opened(client: ApiClient, *rows: list[Any], **data: Any) -> Any:
    answer = post(client, workbook(("People", [HEAD, *rows])), data=data)
    assert answer.status_code == 201, answer.content
    return body_of(answer)


def test_from_file_to_undo(boss: ApiClient) -> None:
    bad = ["N-11", Formula("=A1", "Can"), "Nowhere Ltd", "RIG", "03/04/2026"]
    made = opened(boss, GOOD, bad)
    path = f"/imports/{made['id']}"
    assert (made["state"], made["can_apply"], made["counts"]["created"], made["counts"]["refused"]) == (
        "OPEN",
        False,
        1,
        1,
    )
    assert made["sheets"][0]["fields"][0]["name"] == "employee_id"
    assert [column["field"] for column in made["sheets"][0]["columns"]] == [
        "employee_id",
        "first_name",
        "company_code",
        "role_code",
        "role_assigned_on",
    ]
    asked = {question["kind"]: question for question in made["questions"]}
    assert set(asked) == {"DATES", "COMPANY"}
    rows = body_of(boss.get(f"{path}/rows?outcome=REFUSED"))
    assert rows["total"] == 1
    assert {problem["place"]: problem["code"] for problem in rows["items"][0]["problems"]} == {
        "People!B3": "FORMULA",
        "People!C3": "UNKNOWN_COMPANY",
        "People!E3": "AMBIGUOUS_DAY",
    }
    need_problem(boss.post(f"{path}/apply", {"skip_refused": True}), 409, "QUESTIONS_OPEN")
    decided = {
        "version": made["version"],
        "answers": {asked["DATES"]["key"]: "dmy", asked["COMPANY"]["key"]: "create:NOW"},
        "fixes": [{"sheet": 0, "row": 3, "field": "first_name", "value": "Can"}],
    }
    changed = boss.patch(path, decided)
    assert changed.status_code == 200, changed.content
    assert body_of(changed)["can_apply"]
    need_problem(boss.patch(path, decided), 409, "STALE")
    applied = boss.post(f"{path}/apply", {}, Idempotency_Key="a1")
    assert (applied.status_code, body_of(applied)["state"]) == (200, "APPLIED")
    assert body_of(boss.post(f"{path}/apply", {}, Idempotency_Key="a1")) == body_of(applied)
    worker = Worker.objects.get(employee_id="N-11")
    assert (worker.first_name, worker.company.code, str(worker.role_assigned_on)) == ("Can", "NOW", "2026-04-03")
    preview = body_of(boss.get(f"{path}/undo"))
    assert preview["is_possible"]
    undone = boss.post(f"{path}/undo", {"reason": "wrong month"})
    assert (undone.status_code, body_of(undone)["state"], body_of(undone)["undo_reason"]) == (
        200,
        "UNDONE",
        "wrong month",
    )
    listed = body_of(boss.get("/imports"))
    assert [(one["id"], one["state"]) for one in listed["items"]] == [(made["id"], "UNDONE")]


def test_refused_rows_as_a_workbook(boss: ApiClient) -> None:
    made = opened(boss, GOOD, ["N-12", "=1+1", "NGT", None, None], ["N-13", Formula("=A2", "Can"), "NGT", None, None])
    answer = boss.get(f"/imports/{made['id']}/refused")
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert [[cell.value for cell in row] for row in book["People"].rows] == [
        [*HEAD, "Why refused"],
        ["N-12", "=1+1", "NGT", None, None, "B3: “=1+1” begins like a formula: type the text itself."],
        [
            "N-13",
            None,
            "NGT",
            None,
            None,
            "B4: This is a formula. Formulas are never calculated here: paste its value instead.",
        ],
    ]
    assert book["People"]["B2"].data_type == "s"


def test_what_is_said_beforehand(boss: ApiClient) -> None:
    row = ["N-10", "Ali", "Neu", "RIG", "03/04/2026"]
    made = opened(boss, row, dates="mdy", create=["companies"])
    assert made["can_apply"]
    need_problem(post(boss, b"x", data={"dates": "ymd"}), 422, "INVALID")
    need_problem(post(boss, b"x", data={"fly": True}), 422, "INVALID")


def test_discarding(boss: ApiClient) -> None:
    made = opened(boss, GOOD)
    assert boss.delete(f"/imports/{made['id']}").status_code == 204
    assert body_of(boss.get(f"/imports/{made['id']}"))["state"] == "DISCARDED"
    need_problem(boss.delete(f"/imports/{made['id']}"), 409, "NOT_OPEN")
    need_problem(boss.post(f"/imports/{made['id']}/apply", {}), 409, "NOT_OPEN")


@pytest.mark.parametrize(
    ("content", "name", "status", "code"),
    [
        (b"", "a.xlsx", 422, "EVIDENCE_EMPTY"),
        (b"%PDF-1.7", "a.xlsx", 415, "FILE_NOT_ACCEPTED"),
        (b"PK\x03\x04 no zip", "a.xlsx", 415, "FILE_NOT_ACCEPTED"),
        (b"<html>", "a.xls", 415, "FILE_NOT_ACCEPTED"),
    ],
)
def test_files_that_are_no_tables(boss: ApiClient, content: bytes, name: str, status: int, code: str) -> None:
    need_problem(post(boss, content, name), status, code)


def test_a_file_is_needed(boss: ApiClient) -> None:
    answer = boss.http.post(f"{BASE}/imports", {"data": "{}"}, headers=boss.headers)
    need_problem(answer, 422, "ONE_FILE")


@pytest.mark.parametrize(
    "body",
    [
        {"answers": {"nothing:asked": "x"}},
        {"sheets": [{"index": 9, "used": True}]},
        {"sheets": [{"index": 0, "columns": {"0": "fly"}}]},
        {"fixes": [{"sheet": 0, "row": 99, "field": "first_name", "value": "x"}]},
        {"rows": [{"sheet": 9, "row": 2}]},
    ],
)
def test_decisions_that_are_none(boss: ApiClient, body: Any) -> None:
    made = opened(boss, GOOD)
    answer = boss.patch(f"/imports/{made['id']}", body)
    assert answer.status_code == 422, answer.content
    assert body_of(boss.get(f"/imports/{made['id']}"))["version"] == made["version"]


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_who_may(boss: ApiClient, role: Role) -> None:
    made = opened(boss, GOOD)
    other = client_of(make_user(role))
    need_problem(post(other, b"x"), 403, "FORBIDDEN")
    need_problem(other.post(f"/imports/{made['id']}/apply", {}), 403, "FORBIDDEN")
    need_problem(other.patch(f"/imports/{made['id']}", {}), 403, "FORBIDDEN")
    need_problem(other.delete(f"/imports/{made['id']}"), 403, "FORBIDDEN")
    seen = other.get(f"/imports/{made['id']}").status_code
    assert seen == (200 if role is Role.AUDITOR else 403)
    need_problem(boss.get("/imports/999999"), 404, "NOT_FOUND")


def test_rows_come_in_pages(boss: ApiClient) -> None:
    made = opened(boss, *([f"N-{10 + number}", "Ali", "NGT", None, None] for number in range(7)))
    path, cursor, seen = f"/imports/{made['id']}/rows?limit=3", "", []
    while True:
        page = body_of(boss.get(f"{path}{cursor}"))
        assert page["total"] == 7
        seen += [row["key"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"N-{10 + number}" for number in range(7)]
    need_problem(boss.get(f"{path}&cursor=x"), 422, "CURSOR_INVALID")


def test_the_moment_is_of_the_site(boss: ApiClient) -> None:
    made = opened(boss, GOOD)
    assert datetime.fromisoformat(made["opened_at"]).utcoffset() == timedelta(hours=4)
