"""The workforce over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import ApiClient, body_of, need_problem
from tests.cast import make_area, make_company, make_course, make_role, make_user, make_worker, require
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.personnel.models import Worker

READERS = (Role.SUPER_ADMIN, Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR)


def new_worker(**values: Any) -> dict[str, Any]:
    return {
        "employee_id": "NGT-0001",
        "first_name": "Rəşad",
        "last_name": "Əliyev",
        "company_id": values.pop("company_id", None) or make_company().pk,
        **values,
    }


def test_companies(boss: ApiClient) -> None:
    made = boss.post("/companies", {"code": "BOS", "name": "Bosphorus İnşaat"})
    assert made.status_code == 201
    company = body_of(made)
    assert company == {"id": company["id"], "code": "BOS", "name": "Bosphorus İnşaat"}
    where = f"/companies/{company['id']}"
    assert body_of(boss.patch(where, {"name": "Bosphorus"}))["name"] == "Bosphorus"
    assert [item["code"] for item in body_of(boss.get("/companies?search=bosph"))["items"]] == ["BOS"]
    need_problem(boss.post("/companies", {"code": "BOS", "name": "x"}), 422, "NOT_UNIQUE")
    used = make_worker().company_id
    need_problem(boss.delete(f"/companies/{used}"), 409, "IN_USE")
    assert boss.delete(where).status_code == 204


def test_a_worker_is_made_shown_and_changed(boss: ApiClient) -> None:
    role, area, supervisor = make_role(code="JOB-1"), make_area(code="U3"), make_worker(employee_id="BOSS")
    require(role, make_course())
    made = boss.post(
        "/workers",
        new_worker(
            email="r@x.az",
            role_id=role.pk,
            role_assigned_on="2026-01-05",
            supervisor_id=supervisor.pk,
            areas=[{"area_id": area.pk, "assigned_on": "2026-02-01"}],
            start_date="2026-01-01",
        ),
    )
    assert made.status_code == 201
    worker = body_of(made)
    where = f"/workers/{worker['id']}"
    assert (worker["status"], worker["compliance_status"]) == ("ACTIVE", "NON_COMPLIANT")
    assert (worker["role"]["code"], worker["role_assigned_on"]) == ("JOB-1", "2026-01-05")
    assert worker["areas"] == [{"area": {"id": area.pk, "code": "U3", "name": area.name}, "assigned_on": "2026-02-01"}]
    assert (worker["supervisor"]["employee_id"], worker["supervisor_id"]) == ("BOSS", supervisor.pk)
    assert body_of(boss.get(where)) == worker
    change = {"status": "BLACKLISTED", "email": None, "areas": [], "reason": "Smoked at the flare"}
    changed = body_of(boss.patch(where, change))
    assert (changed["status"], changed["compliance_status"], changed["email"], changed["areas"]) == (
        "BLACKLISTED",
        None,
        "",
        [],
    )
    assert changed["role_assigned_on"] == "2026-01-05"
    assert AuditEvent.objects.latest("id").reason == "Smoked at the flare"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"employee_id": ""}, "employee_id"),
        ({"employee_id": "ANON-3"}, "employee_id"),
        ({"employee_id": "TAKEN"}, "employee_id"),
        ({"first_name": None}, "first_name"),
        ({"first_name": "A\u0007"}, "first_name"),
        ({"company_id": 999}, "company_id"),
        ({"company_id": "1"}, "company_id"),
        ({"role_id": 999}, "role_id"),
        ({"role_assigned_on": "2026-01-05"}, "role_assigned_on"),
        ({"role_assigned_on": "05.01.2026"}, "role_assigned_on"),
        ({"supervisor_id": 999}, "supervisor_id"),
        ({"status": "GONE"}, "status"),
        ({"areas": [{"area_id": 999}]}, "areas.0.area_id"),
        ({"areas": [{}]}, "areas.0.area_id"),
        ({"start_date": "2026-02-02", "end_date": "2026-02-01"}, "end_date"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"email": "x"}, "email"),
        ({"age": 4}, "age"),
    ],
)
def test_bad_values(boss: ApiClient, change: dict[str, Any], field: str) -> None:
    taken = make_worker(employee_id="TAKEN")
    answer = boss.post("/workers", {**new_worker(company_id=taken.company_id), **change})
    assert answer.status_code == 422
    assert [error["field"] for error in body_of(answer)["errors"]] == [field]
    assert Worker.objects.count() == 1


def test_the_list_and_its_filters(boss: ApiClient) -> None:
    role, area = make_role(), make_area()
    one = make_worker(employee_id="W-1", last_name="Öztürk", role=role)
    make_worker(employee_id="W-2", last_name="Əliyev", areas=[area], status="INACTIVE")

    def badges(query: str) -> list[str]:
        return [item["employee_id"] for item in body_of(boss.get(f"/workers?{query}"))["items"]]

    assert badges("") == ["W-1", "W-2"]
    assert badges("search=ozturk") == ["W-1"]
    assert badges("search=eliyev") == ["W-2"]
    assert badges(f"role_id={role.pk}&company_id={one.company_id}") == ["W-1"]
    assert badges(f"area_id={area.pk}") == ["W-2"]
    assert badges("status=INACTIVE") == ["W-2"]
    assert badges("employee_id=W-1") == ["W-1"]
    assert badges("compliance_status=NON_COMPLIANT") == []
    item = body_of(boss.get("/workers?limit=1"))["items"][0]
    assert "compliance_status" in item
    assert "areas" not in item
    for query in ("compliance_status=GREEN", "status=x", "role_id=x", "limit=0", "limit=201", "cursor=x", "colour=red"):
        assert boss.get(f"/workers?{query}").status_code == 422, query


def test_anonymise(boss: ApiClient, clients: dict[Role, ApiClient]) -> None:
    worker = make_worker(user=make_user())
    where = f"/workers/{worker.pk}"
    need_problem(clients[Role.HSE_ADMIN].post(f"{where}/anonymise", {}), 403, "FORBIDDEN")
    need_problem(boss.post("/workers/999/anonymise", {}), 404, "NOT_FOUND")
    need_problem(boss.post(f"{where}/anonymise", {}), 422, "INVALID")
    need_problem(boss.post(f"{where}/anonymise", {"reason": "Asked"}), 409, "WORKER_ACTIVE")
    boss.patch(where, {"status": "INACTIVE"})
    shown = body_of(boss.post(f"{where}/anonymise", {"reason": "Asked"}))
    assert (shown["employee_id"], shown["last_name"], shown["user_id"]) == (f"ANON-{worker.pk}", "Anonymised", None)
    assert shown["anonymised_at"] is not None
    need_problem(boss.post(f"{where}/anonymise", {"reason": "Asked"}), 409, "ALREADY_ANONYMISED")
    need_problem(boss.patch(where, {"first_name": "Back"}), 409, "WORKER_ANONYMISED")


def test_who_may(clients: dict[Role, ApiClient], boss: ApiClient) -> None:
    worker = make_worker()
    paths = ["/workers", f"/workers/{worker.pk}", "/companies", f"/companies/{worker.company_id}"]
    for role in READERS:
        for path in paths:
            assert clients[role].get(path).status_code == 200
    for path in (*paths, "/workers?status=x", "/companies?limit=0"):
        need_problem(clients[Role.TRAINER].get(path), 403, "FORBIDDEN")
    for role in (Role.TRAINER, Role.ASSESSOR, Role.AUDITOR):
        for method, path, body in (
            ("POST", "/workers", {}),
            ("PATCH", f"/workers/{worker.pk}", {"status": 1}),
            ("POST", f"/workers/{worker.pk}/anonymise", {}),
            ("POST", "/companies", {}),
            ("PATCH", f"/companies/{worker.company_id}", {"code": 1}),
            ("DELETE", f"/companies/{worker.company_id}", None),
        ):
            need_problem(clients[role].send(method, path, body), 403, "FORBIDDEN")
    need_problem(clients[Role.HSE_ADMIN].patch(f"/workers/{worker.pk}", {"user_id": 1}), 403, "FORBIDDEN")
    need_problem(boss.patch("/workers/999", {"status": "x"}), 404, "NOT_FOUND")


def test_the_same_key_makes_one_worker(boss: ApiClient) -> None:
    body = new_worker()
    first = boss.post("/workers", body, Idempotency_Key="k1")
    again = boss.post("/workers", body, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Worker.objects.count() == 1
