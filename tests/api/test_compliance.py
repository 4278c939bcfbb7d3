"""Verdicts through the API: a worker's items and their reasons, the site's counts, the matrix."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tests.api.classroom import AT, Classroom, need_invalid
from tests.api.client import body_of, need_problem
from tests.api.test_lists import walk
from tests.training.acting import settle
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus

TODAY = AT.date()
STATUSES = ["NON_COMPLIANT", "AWAITING_VERIFICATION", "IN_GRACE", "EXPIRING", "COMPLIANT"]


@pytest.fixture
def site_of_all_colours(room: Classroom) -> dict[str, Worker]:
    """Give a site with one worker of each status but blue, besides the three Red ones."""
    job, grace = cast.make_role(), cast.make_role()
    cast.require(job, room.course)
    cast.require(grace, room.course, 330)
    made = {
        "green": cast.make_worker(role=job),
        "expiring": cast.make_worker(role=job),
        "in_grace": cast.make_worker(role=grace, assigned_on=date(2026, 1, 5)),
        "free": cast.make_worker(),
        "gone": cast.make_worker(role=job, status=WorkerStatus.BLACKLISTED),
    }
    cast.make_record(made["green"], room.course)
    cast.make_record(made["expiring"], room.course, expires_on=TODAY + timedelta(days=30))
    settle()
    return made


class TestWorker:
    def test_items_come_worst_first_with_reasons(self, room: Classroom) -> None:
        job = cast.make_role()
        courses = [cast.make_course(code=code) for code in ("A-GREEN", "B-RED", "C-GRACE", "D-YELLOW")]
        for course, grace in zip(courses, (None, None, 330, None), strict=True):
            cast.require(job, course, grace)
        worker = cast.make_worker(role=job, assigned_on=date(2026, 1, 5))
        green = cast.make_record(worker, courses[0])
        soon = cast.make_record(worker, courses[3], expires_on=TODAY + timedelta(days=1))
        settle()
        answer = room.admin.get(f"/workers/{worker.pk}/compliance")
        assert answer.status_code == 200
        found = body_of(answer)
        assert set(found) == {"overall_status", "items"}
        assert found["overall_status"] == "NON_COMPLIANT"
        assert [item["course_code"] for item in found["items"]] == ["B-RED", "C-GRACE", "D-YELLOW", "A-GREEN"]
        assert all(
            set(item)
            == {
                *("course_id", "course_code", "title", "requirement_type", "due_on"),
                *("status", "expires_on", "reason", "record_id"),
            }
            for item in found["items"]
        )
        red, grace_item, yellow, last = found["items"]
        assert (red["reason"], red["status"], red["requirement_type"]) == ("Never trained", "NON_COMPLIANT", "PRE_MOB")
        assert (grace_item["due_on"], grace_item["reason"]) == ("2026-12-01", "Due in 9 days")
        assert (yellow["record_id"], yellow["expires_on"]) == (soon.pk, "2026-11-23")
        assert (last["record_id"], last["status"], last["title"]) == (green.pk, "COMPLIANT", "Course A-GREEN")

    def test_who_needs_nothing_is_compliant_and_who_is_gone_is_not_judged(
        self, room: Classroom, site_of_all_colours: dict[str, Worker]
    ) -> None:
        for name, status in (("free", "COMPLIANT"), ("gone", None)):
            found = body_of(room.admin.get(f"/workers/{site_of_all_colours[name].pk}/compliance"))
            assert found == {"overall_status": status, "items": []}

    def test_titles_are_in_the_callers_language(self, room: Classroom) -> None:
        user = room.users[Role.ASSESSOR]
        user.language = "tr"
        user.save()
        found = body_of(room.clients[Role.ASSESSOR].get(f"/workers/{room.workers[0].pk}/compliance"))
        assert found["items"][0]["title"] == "Kurs HSE-002"

    def test_nobody_is_404(self, room: Classroom) -> None:
        for number in ("0", "x", "999999", str(2**63)):
            need_problem(room.admin.get(f"/workers/{number}/compliance"), 404, "NOT_FOUND")

    def test_the_night_passes(self, room: Classroom, site_of_all_colours: dict[str, Worker]) -> None:
        """A server that was off at midnight shows the truth at its first answer."""
        path = f"/workers/{site_of_all_colours['expiring'].pk}/compliance"
        assert body_of(room.admin.get(path))["overall_status"] == "EXPIRING"
        room.clock.shift(timedelta(days=31))
        assert body_of(room.admin.get(path))["overall_status"] == "NON_COMPLIANT"
        assert body_of(room.admin.get(path))["items"][0]["reason"] == "Expired 1 day ago"


class TestSummary:
    def test_it_counts_people_by_status(self, room: Classroom, site_of_all_colours: dict[str, Worker]) -> None:
        answer = room.admin.get("/compliance/summary")
        assert answer.status_code == 200
        found = body_of(answer)
        assert set(found) == {"counts", "by_company", "by_course"}
        assert found["counts"] == dict(zip(STATUSES, (3, 0, 1, 1, 2), strict=True))
        worst = found["by_company"][0]
        assert worst["company"]["code"] == "NEFT"
        assert worst["counts"] == dict(zip(STATUSES, (3, 0, 0, 0, 0), strict=True))
        assert sum(sum(row["counts"].values()) for row in found["by_company"]) == 7
        (course,) = found["by_course"]
        assert course["course"] == {"id": room.course.pk, "code": "HSE-002", "title": "Course HSE-002"}
        assert course["counts"] == dict(zip(STATUSES, (3, 0, 1, 1, 1), strict=True))

    def test_more_companies_cost_no_more(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        def cost() -> int:
            with django_assert_max_num_queries(15) as counted:
                assert room.admin.get("/compliance/summary").status_code == 200
            return len(counted)

        few = cost()
        job = cast.make_role()
        for _ in range(20):
            cast.require(job, cast.make_course())
            cast.make_worker(role=job)
        settle()
        assert cost() == few


class TestMatrix:
    def test_workers_come_worst_first(self, room: Classroom, site_of_all_colours: dict[str, Worker]) -> None:
        found = body_of(room.admin.get("/compliance/matrix"))
        assert found["total"] == 7
        statuses = [row["overall_status"] for row in found["items"]]
        assert statuses == sorted(statuses, key=STATUSES.index)
        first = found["items"][0]
        assert set(first) == {"worker", "overall_status", "items"}
        assert first["worker"]["last_name"] == "Çələbi"
        assert first["items"] == [
            {"course_id": room.course.pk, "status": "NON_COMPLIANT", "expires_on": None, "due_on": None}
        ]

    def test_filters(self, room: Classroom, site_of_all_colours: dict[str, Worker]) -> None:
        area = cast.make_area()
        placed = cast.make_worker(areas=[area])
        settle()

        def found(query: str) -> set[int]:
            return {row["worker"]["id"] for row in body_of(room.admin.get(f"/compliance/matrix?{query}"))["items"]}

        ours = {worker.pk for worker in room.workers}
        people = {name: worker.pk for name, worker in site_of_all_colours.items()}
        assert found(f"company_id={room.workers[0].company_id}") == ours
        assert found(f"role_id={room.workers[0].role_id}") == ours
        assert found(f"area_id={area.pk}") == {placed.pk}
        assert found("compliance_status=NON_COMPLIANT") == ours
        assert found("compliance_status=EXPIRING") == {people["expiring"]}
        assert found("compliance_status=COMPLIANT") == {people["green"], people["free"], placed.pk}
        assert found(f"course_id={room.course.pk}") == ours | {people[n] for n in ("green", "expiring", "in_grace")}
        assert found(f"course_id={cast.make_course().pk}") == set()
        assert need_invalid(room.admin.get("/compliance/matrix?compliance_status=RED")) == [
            ("compliance_status", "NOT_ALLOWED")
        ]

    def test_pages_fit_together_and_fifty_cost_what_five_cost(
        self, room: Classroom, django_assert_max_num_queries: Any
    ) -> None:
        def cost() -> int:
            with django_assert_max_num_queries(15) as counted:
                assert room.admin.get("/compliance/matrix?limit=200").status_code == 200
            return len(counted)

        few = cost()
        for number in range(50):
            worker = cast.make_worker(role=room.workers[0].role, last_name=f"Ş{number % 7}")
            if number % 3 == 0:
                cast.make_record(worker, room.course)
        settle()
        assert cost() == few
        whole = walk(room.admin, "/compliance/matrix", 200)
        assert len(whole) == 53
        assert walk(room.admin, "/compliance/matrix", 9) == whole
