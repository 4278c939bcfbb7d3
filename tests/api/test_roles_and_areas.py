"""Roles, areas and what they require, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import ApiClient, body_of, need_problem
from tests.cast import make_area, make_course, make_role, make_worker, require
from titan.compliance.models import ComplianceItem, RoleRequirement
from titan.core.actor import Role


def asked(course: Any, days: int | None = None) -> dict[str, Any]:
    kind = "PRE_MOB" if days is None else "POST_MOB"
    return {"course_id": course.pk, "type": kind, "grace_period_days": days}


def test_a_role_from_birth_to_death(boss: ApiClient) -> None:
    made = boss.post("/roles", {"code": "JOB-1", "title": {"en": "Rigger", "tr": "Halatçı"}})
    assert made.status_code == 201
    role = body_of(made)
    assert role == {
        "id": role["id"],
        "code": "JOB-1",
        "title": "Rigger",
        "titles": {"en": "Rigger", "tr": "Halatçı"},
        "requirements": [],
    }
    where = f"/roles/{role['id']}"
    assert body_of(boss.patch(where, {"code": "JOB-2"}))["code"] == "JOB-2"
    assert [item["code"] for item in body_of(boss.get("/roles?search=halatci"))["items"]] == ["JOB-2"]
    assert boss.delete(where).status_code == 204
    need_problem(boss.get(where), 404, "NOT_FOUND")
    used = make_role()
    make_worker(role=used)
    need_problem(boss.delete(f"/roles/{used.pk}"), 409, "IN_USE")


def test_an_area_from_birth_to_death(boss: ApiClient) -> None:
    top = make_area(code="SITE", name="Site")
    made = boss.post("/areas", {"code": "U3", "name": "Unit 3", "parent_id": top.pk})
    assert made.status_code == 201
    area = body_of(made)
    assert (area["parent_id"], area["parent"]) == (top.pk, {"id": top.pk, "code": "SITE", "name": "Site"})
    where = f"/areas/{area['id']}"
    assert body_of(boss.patch(where, {"name": "Unit Three"}))["parent_id"] == top.pk
    assert body_of(boss.patch(where, {"parent_id": None}))["parent"] is None
    problem = need_problem(boss.patch(where, {"parent_id": area["id"]}), 422, "CIRCLE")
    assert problem["errors"][0]["field"] == "parent_id"
    need_problem(boss.patch(where, {"parent_id": 999}), 422, "UNKNOWN")
    need_problem(boss.delete(f"/areas/{top.pk}"), 409, "IN_USE")
    assert boss.delete(where).status_code == 204
    assert [item["code"] for item in body_of(boss.get("/areas"))["items"]] == ["SITE"]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("noun", ["roles", "areas"])
def test_requirements_are_replaced_as_a_whole(boss: ApiClient, noun: str, wrapped: bool) -> None:
    place: Any = make_role() if noun == "roles" else make_area()
    worker = make_worker(role=place) if noun == "roles" else make_worker(areas=[place])
    first, second = make_course(code="A"), make_course(code="B")
    where = f"/{noun}/{place.pk}/requirements"

    def put(wanted: list[Any]) -> Any:
        return body_of(boss.put(where, {"requirements": wanted} if wrapped else wanted))

    answer = put([asked(second, 30), asked(first)])
    assert [(item["course"]["code"], item["type"], item["grace_period_days"]) for item in answer["items"]] == [
        ("A", "PRE_MOB", None),
        ("B", "POST_MOB", 30),
    ]
    assert (answer["next_cursor"], answer["total"]) == (None, 2)
    assert body_of(boss.get(where)) == answer
    assert body_of(boss.get(f"/{noun}/{place.pk}"))["requirements"] == answer["items"]
    assert ComplianceItem.objects.filter(worker=worker).count() == 2
    assert put([])["items"] == []
    assert ComplianceItem.objects.filter(worker=worker).count() == 0


def test_bad_requirements(boss: ApiClient) -> None:
    role, course = make_role(), make_course()
    where = f"/roles/{role.pk}/requirements"

    def fields(body: Any) -> list[str]:
        answer = boss.put(where, body)
        assert answer.status_code == 422, answer.content
        return [error["field"] for error in body_of(answer)["errors"]]

    assert fields([asked(course), asked(course)]) == ["requirements.1.course_id"]
    assert fields([{**asked(course), "grace_period_days": 5}]) == ["requirements.0.grace_period_days"]
    assert fields([{"course_id": course.pk, "type": "POST_MOB"}]) == ["requirements.0.grace_period_days"]
    assert fields([asked(course, 366)]) == ["requirements.0.grace_period_days"]
    assert fields([{"course_id": 999, "type": "PRE_MOB"}]) == ["requirements.0.course_id"]
    assert fields([{"course_id": course.pk, "type": "SOON"}]) == ["requirements.0.type"]
    assert fields({}) == ["requirements"]
    assert fields("all") == ["body"]
    assert not RoleRequirement.objects.exists()


def test_effective_requirements_say_where_they_come_from(boss: ApiClient) -> None:
    top = make_area(code="SITE", name="Site")
    low = make_area(top, code="U3")
    require(top, make_course(code="GAS"))
    require(low, make_course(code="FIRE"), 30)
    where = f"/areas/{low.pk}/requirements"
    assert [item["course"]["code"] for item in body_of(boss.get(where))["items"]] == ["FIRE"]
    every = body_of(boss.get(f"{where}?effective=true"))["items"]
    assert [(item["course"]["code"], item["area"]["code"]) for item in every] == [("FIRE", "U3"), ("GAS", "SITE")]
    need_problem(boss.get(f"{where}?effective=yes"), 422, "INVALID")
    need_problem(boss.get("/areas/999/requirements?effective=yes"), 404, "NOT_FOUND")


def test_everyone_reads_and_only_admins_write(clients: dict[Role, ApiClient], boss: ApiClient) -> None:
    role, area = make_role(), make_area()
    reads = ["/roles", "/areas", f"/roles/{role.pk}", f"/areas/{area.pk}", f"/areas/{area.pk}/requirements"]
    for kind, client in clients.items():
        for path in reads:
            assert client.get(path).status_code == 200, (kind, path)
    for kind in (Role.TRAINER, Role.ASSESSOR, Role.AUDITOR):
        for method, path, body in (
            ("POST", "/roles", {}),
            ("PATCH", f"/roles/{role.pk}", {"code": ""}),
            ("DELETE", f"/roles/{role.pk}", None),
            ("PUT", f"/roles/{role.pk}/requirements", [{}]),
            ("POST", "/areas", {}),
            ("PATCH", f"/areas/{area.pk}", {"code": ""}),
            ("DELETE", f"/areas/{area.pk}", None),
            ("PUT", f"/areas/{area.pk}/requirements", "x"),
        ):
            need_problem(clients[kind].send(method, path, body), 403, "FORBIDDEN")
    need_problem(boss.put("/roles/999/requirements", [{}]), 404, "NOT_FOUND")
    need_problem(boss.patch("/areas/999", {"code": ""}), 404, "NOT_FOUND")
