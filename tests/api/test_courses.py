"""Courses and versions over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import ApiClient, body_of, need_problem
from tests.cast import make_course, make_version
from titan.catalogue.models import Course
from titan.core.actor import Role

FIRE = {
    "code": "HSE-900",
    "title": {"en": "Fire Safety", "tr": "Yangın Güvenliği"},
    "category": "FIRE",
    "duration_minutes": 240,
    "validity_months": 12,
    "delivery_method": "BLENDED",
    "min_pass_score": 70,
    "requires_verification": True,
    "prerequisite_ids": [],
}


def test_a_course_from_draft_to_its_second_version(boss: ApiClient) -> None:
    asked = make_course(code="HSE-001")
    made = boss.post("/courses", {**FIRE, "prerequisite_ids": [asked.pk]})
    assert made.status_code == 201
    course = body_of(made)
    where = f"/courses/{course['id']}"
    assert (course["code"], course["title"], course["titles"]["tr"]) == (
        "HSE-900",
        "Fire Safety",
        "Yangın Güvenliği",
    )
    assert (course["status"], course["version"], course["published_version"]) == ("DRAFT", 1, None)
    assert course["prerequisites"] == [{"id": asked.pk, "code": "HSE-001", "title": "Course HSE-001"}]
    assert body_of(boss.patch(where, {"validity_months": 24, "min_pass_score": None}))["validity_months"] == 24
    published = body_of(boss.post(f"{where}/versions/1/publish"))
    assert (published["status"], published["published_version"]) == ("PUBLISHED", 1)
    need_problem(boss.patch(where, {"validity_months": 36}), 409, "NO_DRAFT_VERSION")
    drafted = boss.post(f"{where}/versions", {"validity_months": 36})
    assert drafted.status_code == 201
    version = body_of(drafted)
    assert (version["number"], version["status"], version["validity_months"]) == (2, "DRAFT", 36)
    assert version["course"] == {"id": course["id"], "code": "HSE-900", "title": "Fire Safety"}
    # Until it is published, the course is what it was.
    assert (body_of(boss.get(where))["validity_months"], body_of(boss.get(where))["draft_version"]) == (24, 2)
    need_problem(boss.post(f"{where}/versions", {}), 409, "DRAFT_EXISTS")
    whole = body_of(boss.post(f"{where}/versions/2/publish"))
    assert [(version["number"], version["status"]) for version in whole["versions"]] == [
        (1, "ARCHIVED"),
        (2, "PUBLISHED"),
    ]
    need_problem(boss.post(f"{where}/versions/2/publish"), 409, "NOT_DRAFT")
    assert whole == body_of(boss.get(where))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"validity_months": -1}, "validity_months"),
        ({"validity_months": 10_000}, "validity_months"),
        ({"validity_months": "12"}, "validity_months"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"duration_minutes": None}, "duration_minutes"),
        ({"min_pass_score": 101}, "min_pass_score"),
        ({"title": {"tr": "Yangın"}}, "title.en"),
        ({"title": {"en": "\u200b"}}, "title.en"),
        ({"title": "Fire"}, "title"),
        ({"title": {"en": "F\u0000"}}, "title.en"),
        ({"delivery_method": "TELEPATHY"}, "delivery_method"),
        ({"requires_verification": 1}, "requires_verification"),
        ({"prerequisite_ids": [999]}, "prerequisite_ids"),
        ({"prerequisite_ids": [2**70]}, "prerequisite_ids.0"),
        ({"code": ""}, "code"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_values(boss: ApiClient, change: dict[str, Any], field: str) -> None:
    answer = boss.post("/courses", {**FIRE, **change})
    assert answer.status_code == 422
    assert [error["field"] for error in body_of(answer)["errors"]] == [field]
    assert not Course.objects.exists()


def test_circles_are_named_and_codes_are_unique(boss: ApiClient) -> None:
    first = make_course(code="A", status="DRAFT")
    second = make_course(code="B", prerequisites=[first])
    problem = need_problem(boss.patch(f"/courses/{first.pk}", {"prerequisite_ids": [second.pk]}), 422, "CIRCLE")
    assert "A → B → A" in problem["errors"][0]["message"]
    need_problem(boss.post("/courses", {**FIRE, "code": "B"}), 422, "NOT_UNIQUE")


def test_the_list(boss: ApiClient, clients: dict[Role, ApiClient]) -> None:
    make_course(code="A", title={"en": "Fire", "tr": "Yangın"}, category="FIRE")
    make_version(make_course(code="B"), status="DRAFT")
    page = body_of(boss.get("/courses?limit=1"))
    assert (page["total"], [item["code"] for item in page["items"]]) == (2, ["A"])
    assert "versions" not in page["items"][0]
    rest = body_of(boss.get(f"/courses?limit=1&cursor={page['next_cursor']}"))
    assert ([item["code"] for item in rest["items"]], rest["next_cursor"]) == (["B"], None)
    found = body_of(boss.get("/courses?search=yangin&category=FIRE&status=PUBLISHED&requires_verification=false"))
    assert [item["code"] for item in found["items"]] == ["A"]
    for client in clients.values():
        assert client.get("/courses").status_code == 200


def test_refusals_come_in_order(clients: dict[Role, ApiClient], boss: ApiClient) -> None:
    course = make_course()
    where = f"/courses/{course.pk}"
    bad = {"validity_months": -1}
    for role in (Role.TRAINER, Role.ASSESSOR, Role.AUDITOR):
        for answer in (
            clients[role].post("/courses", bad),
            clients[role].patch(where, bad),
            clients[role].post(f"{where}/versions", bad),
            clients[role].post(f"{where}/versions/1/publish"),
        ):
            need_problem(answer, 403, "FORBIDDEN")
    need_problem(boss.patch("/courses/999", bad), 404, "NOT_FOUND")
    need_problem(boss.get("/courses/x"), 404, "NOT_FOUND")
    need_problem(boss.post(f"{where}/versions/9/publish"), 404, "NOT_FOUND")
    need_problem(boss.patch(where, bad), 422, "INVALID")
    need_problem(ApiClient(None).get("/courses"), 401, "NOT_SIGNED_IN")
