"""The class list through the API: suggestions with their reasons, invitations all or none, removals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests import cast
from tests.api.classroom import AT, TOMORROW, Classroom, everything, need_invalid, when
from tests.api.client import body_of, need_problem
from tests.api.test_lists import walk
from tests.training.acting import settle
from titan.personnel.models import Worker, WorkerStatus
from titan.training.models import Attendee

TODAY = AT.date()


def invite(room: Classroom, session: int, *workers: Worker) -> dict[str, Any]:
    answer = room.admin.post(f"/sessions/{session}/attendees", {"worker_ids": [worker.pk for worker in workers]})
    assert answer.status_code == 200, answer.content
    said: dict[str, Any] = body_of(answer)
    return said


class TestSuggestions:
    @pytest.fixture
    def people(self, room: Classroom) -> dict[str, Worker]:
        """Give one worker of each kind, besides the three Red ones."""
        job, soon, later = cast.make_role(), cast.make_role(), cast.make_role()
        cast.require(job, room.course)
        cast.require(soon, room.course, 330)
        cast.require(later, room.course, 360)
        start = date(2026, 1, 5)
        made = {
            "due_later": cast.make_worker(role=later, last_name="Aa", assigned_on=start),
            "due_soon": cast.make_worker(role=soon, last_name="Zz", assigned_on=start),
            "green": cast.make_worker(role=job, last_name="Mm"),
            "expiring": cast.make_worker(role=job, last_name="Bb"),
            "expired": cast.make_worker(role=job, last_name="Cc"),
            "other": cast.make_worker(last_name="Dd"),
            "inactive": cast.make_worker(role=job, status=WorkerStatus.INACTIVE),
            "blacklisted": cast.make_worker(role=job, status=WorkerStatus.BLACKLISTED),
            "invited": cast.make_worker(role=job),
        }
        cast.make_record(made["green"], room.course)
        cast.make_record(made["expiring"], room.course, expires_on=TODAY + timedelta(days=5))
        cast.make_record(made["expired"], room.course, expires_on=TODAY - timedelta(days=12))
        settle()
        return made

    def test_red_first_then_yellow_then_everyone_else_each_with_a_reason(
        self, room: Classroom, people: dict[str, Worker]
    ) -> None:
        session = cast.make_session(room.course, workers=[people["invited"]]).pk
        found = walk(room.admin, f"/sessions/{session}/suggestions", 50)
        assert all(
            set(item) == {"worker", "group", "status", "reason", "expires_on", "due_on"}
            and set(item["worker"]) == {"id", "employee_id", "first_name", "last_name", "company"}
            and set(item["worker"]["company"]) == {"id", "code", "name"}
            for item in found
        )
        names = {worker.pk: name for name, worker in people.items()}
        told = [
            (names.get(item["worker"]["id"], "red"), item["group"], item["status"], item["reason"]) for item in found
        ]
        assert told == [
            ("expired", "RED", "NON_COMPLIANT", "Expired 12 days ago"),
            *[("red", "RED", "NON_COMPLIANT", "Never trained")] * 3,
            ("due_soon", "YELLOW", "IN_GRACE", "Due in 9 days"),
            ("due_later", "YELLOW", "IN_GRACE", "Due in 39 days"),
            ("expiring", "YELLOW", "EXPIRING", "Expires in 5 days"),
            ("other", "OTHER", None, "Not required"),
            ("green", "OTHER", "COMPLIANT", told[-1][3]),
        ]
        assert found[4]["due_on"] == "2026-12-01"
        assert found[6]["expires_on"] == "2026-11-27"
        assert [item["worker"]["last_name"] for item in found[:4]] == ["Cc", "Çələbi", "Ёлкин", "يوسف"]

    def test_pages_fit_together(self, room: Classroom, people: dict[str, Worker]) -> None:
        path = f"/sessions/{room.draft()}/suggestions"
        whole = walk(room.admin, path, 200)
        assert len(whole) == len(people) - 2 + 3
        for limit in (1, 2, 3, 5):
            assert walk(room.admin, path, limit) == whole

    def test_search_and_filters(self, room: Classroom, people: dict[str, Worker]) -> None:
        path = f"/sessions/{room.draft()}/suggestions"
        area = cast.make_area()
        placed = cast.make_worker(areas=[area], last_name="Placed")
        settle()

        def found(query: str) -> set[int]:
            return {item["worker"]["id"] for item in body_of(room.admin.get(f"{path}?{query}"))["items"]}

        ali, boris, muhammad = (worker.pk for worker in room.workers)
        assert found("search=çələbi") == found("search=ÇƏLƏBİ") == {ali}
        assert found("search=%D1%91%D0%BB%D0%BA%D0%B8%D0%BD") == {boris}
        assert found("search=محمد") == {muhammad}
        assert found(f"search={room.workers[0].employee_id.lower()}") == {ali}
        assert found("search=neft") == found(f"company_id={room.workers[0].company_id}") == {ali, boris, muhammad}
        assert found(f"role_id={room.workers[0].role_id}") == {ali, boris, muhammad}
        assert found(f"area_id={area.pk}") == {placed.pk}
        assert found("group=YELLOW") == {people[name].pk for name in ("due_soon", "due_later", "expiring")}
        assert found("group=RED&search=neft") == {ali, boris, muhammad}
        assert found("search=%25") == found("search=_") == found("search=nobody") == set()
        need_invalid(room.admin.get(f"{path}?group=BLUE"))
        need_invalid(room.admin.get(f"{path}?cursor=WzksICIiLCAiIl0"))

    def test_who_waits_for_a_sign_off_is_not_red(self, room: Classroom) -> None:
        evidence = cast.make_evidence()
        from titan.records.models import CompetencyRecord

        CompetencyRecord.objects.create(
            worker=room.workers[0],
            course=room.course,
            course_version=cast.published(room.course),
            completed_on=TODAY,
            evidence=evidence,
            evidence_key=evidence.key,
            evidence_sha256=evidence.sha256,
            created_at=AT,
        )
        settle()
        found = walk(room.admin, f"/sessions/{room.draft()}/suggestions", 50)
        assert [(item["group"], item["status"]) for item in found][-1] == ("OTHER", "AWAITING_VERIFICATION")

    def test_fifty_cost_what_five_cost(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        path = f"/sessions/{room.draft()}/suggestions?limit=200&group=RED"

        def cost() -> int:
            with django_assert_max_num_queries(20) as counted:
                assert room.admin.get(path).status_code == 200
            return len(counted)

        few = cost()
        for _ in range(50):
            cast.make_worker(role=room.workers[0].role)
        settle()
        assert cost() == few
        assert len(body_of(room.admin.get(path))["items"]) == 53


class TestInvitations:
    def test_workers_are_invited_once(self, room: Classroom) -> None:
        session = room.planned().pk
        first, second, third = room.workers
        assert invite(room, session, first) == {"added": 1, "already": 0, "warnings": []}
        assert invite(room, session, first, second, third) == {"added": 2, "already": 1, "warnings": []}
        assert invite(room, session, third) == {"added": 0, "already": 1, "warnings": []}
        listed = body_of(room.admin.get(f"/sessions/{session}/attendees"))
        assert listed["total"] == 3
        attendee = listed["items"][0]
        assert set(attendee) == {
            *("worker", "worker_status", "status", "result", "score", "verified", "method", "remarks", "item_status")
        }
        assert attendee["worker"] == {
            "id": first.pk,
            "employee_id": first.employee_id,
            "first_name": "Əli",
            "last_name": "Çələbi",
            "company": {"id": first.company_id, "code": "NEFT", "name": "Neft Daşları"},
        }
        assert (attendee["status"], attendee["item_status"]) == ("REGISTERED", "NON_COMPLIANT")
        empty = [attendee[name] for name in ("result", "score", "verified", "method", "remarks")]
        assert empty == [None, None, False, None, ""]

    def test_soft_blocks_are_shown_and_not_refused(self, room: Classroom) -> None:
        first, second, _ = room.workers
        other = room.planned(workers=[first], trainer=cast.make_trainer(room.course), venue=cast.make_venue())
        room.venue.capacity = 1
        room.venue.save()
        session = room.planned().pk
        said = invite(room, session, first, second)
        assert said["added"] == 2
        assert {(block["code"], block["subject"]) for block in said["warnings"]} == {
            ("VENUE_CAPACITY_EXCEEDED", f"venue:{room.venue.pk}"),
            ("ATTENDEE_DOUBLE_BOOKED", f"worker:{first.pk}/session:{other.pk}"),
        }
        assert body_of(room.admin.get(f"/sessions/{session}"))["overrides"] == []

    def test_fifty_cost_what_five_cost(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        def cost(people: int) -> int:
            session, workers = room.draft(venue=room.venue), [cast.make_worker() for _ in range(people)]
            with django_assert_max_num_queries(40) as counted:
                invite(room, session, *workers)
            return len(counted)

        room.venue.capacity = 1
        room.venue.save()
        assert cost(5) == cost(50)

    def test_walk_ins_come_until_it_is_finalized(self, room: Classroom) -> None:
        session = room.begun(workers=[]).pk
        said = invite(room, session, room.workers[0])
        assert said["added"] == 1

    @pytest.mark.parametrize("status", [WorkerStatus.INACTIVE, WorkerStatus.BLACKLISTED])
    def test_one_who_is_not_active_keeps_everybody_out(self, room: Classroom, status: WorkerStatus) -> None:
        blocked = cast.make_worker(status=status, first_name="Rəşad", last_name="Quliyev")
        session = room.planned().pk
        before = everything()
        ids = [room.workers[0].pk, blocked.pk, room.workers[1].pk]
        answer = room.admin.post(f"/sessions/{session}/attendees", {"worker_ids": ids})
        problem = need_problem(answer, 422, "WORKER_NOT_ACTIVE")
        assert [error["code"] for error in problem["errors"]] == ["WORKER_NOT_ACTIVE"]
        assert "Rəşad Quliyev" in problem["errors"][0]["message"]
        assert status.value in problem["detail"]
        assert everything() == before

    def test_one_blocked_after_the_invitation_is_flagged(self, room: Classroom) -> None:
        session = room.planned(workers=room.workers[:1]).pk
        Worker.objects.filter(pk=room.workers[0].pk).update(status=WorkerStatus.BLACKLISTED)
        settle()
        attendee = body_of(room.admin.get(f"/sessions/{session}/attendees"))["items"][0]
        assert (attendee["worker_status"], attendee["item_status"]) == ("BLACKLISTED", None)

    def test_ids_that_cannot_be_are_422_and_nobody_is_invited(self, room: Classroom) -> None:
        session = room.planned().pk
        before = everything()
        cases: list[tuple[Any, set[str]]] = [
            ([], {"TOO_FEW"}),
            (None, {"WRONG_TYPE"}),
            ("1", {"WRONG_TYPE"}),
            (["1"], {"WRONG_TYPE"}),
            ([1.5], {"WRONG_TYPE"}),
            ([True], {"WRONG_TYPE"}),
            ([0], {"OUT_OF_RANGE"}),
            ([-1], {"OUT_OF_RANGE"}),
            ([2**63], {"OUT_OF_RANGE"}),
            ([2**63 - 1], {"UNKNOWN"}),
            ([10**9, 10**9 + 1], {"UNKNOWN"}),
            ([10**9, 10**9], {"UNKNOWN", "TWICE"}),
            (list(range(1, 10_001)), {"OUT_OF_RANGE"}),
        ]
        for ids, codes in cases:
            answer = room.admin.post(f"/sessions/{session}/attendees", {"worker_ids": ids})
            assert {code for _, code in need_invalid(answer)} == codes, ids
        assert everything() == before

    def test_a_worker_twice_or_with_strangers_is_refused(self, room: Classroom) -> None:
        session, first = room.planned().pk, room.workers[0].pk
        path = f"/sessions/{session}/attendees"
        before = everything()
        assert need_invalid(room.admin.post(path, {"worker_ids": [first, first]})) == [("worker_ids", "TWICE")]
        assert need_invalid(room.admin.post(path, {"worker_ids": [first, 10**9]})) == [("worker_ids", "UNKNOWN")]
        assert need_invalid(room.admin.post(path, {})) == [("worker_ids", "REQUIRED")]
        assert need_invalid(room.admin.post(path, {"worker_ids": [first], "override": ["VENUE_OVERLAP"]})) == [
            ("override", "UNKNOWN_FIELD")
        ]
        assert everything() == before

    def test_an_invitation_under_a_key_happens_once(self, room: Classroom) -> None:
        session, first = room.planned().pk, room.workers[0]
        path, body = f"/sessions/{session}/attendees", {"worker_ids": [first.pk]}
        said = room.admin.post(path, body, Idempotency_Key="invite-1")
        assert body_of(said)["added"] == 1
        assert room.admin.delete(f"{path}/{first.pk}").status_code == 204
        again = room.admin.post(path, body, Idempotency_Key="invite-1")
        assert again.content == said.content
        assert not Attendee.objects.filter(session_id=session).exists()


class TestRemoval:
    def test_an_attendee_leaves(self, room: Classroom) -> None:
        session = room.planned(workers=room.workers).pk
        path = f"/sessions/{session}/attendees/{room.workers[1].pk}"
        gone = room.admin.delete(path)
        assert (gone.status_code, gone.content) == (204, b"")
        assert body_of(room.admin.get(f"/sessions/{session}"))["attendees"][1]["worker"]["last_name"] == "يوسف"
        before = everything()
        need_problem(room.admin.delete(path), 404, "NOT_FOUND")
        for nobody in ("0", "x", str(2**63), str(2**63 - 1)):
            need_problem(room.admin.delete(f"/sessions/{session}/attendees/{nobody}"), 404, "NOT_FOUND")
        assert everything() == before


class TestClassList:
    def test_it_is_in_order_of_names_and_paged(self, room: Classroom) -> None:
        names = ["çay", "Cay", "Zay", "ay", "Əy", "Яя", "éy", "e\u0301y", "اب"]
        people = [cast.make_worker(last_name=name, first_name="x") for name in names]
        session = room.planned(workers=people).pk
        path = f"/sessions/{session}/attendees"
        whole = walk(room.admin, path, 200)
        keys = list(Worker.objects.filter(pk__in=[worker.pk for worker in people]).values_list("name_key", "last_name"))
        assert [item["worker"]["last_name"] for item in whole] == [name for _, name in sorted(keys)]
        for limit in (1, 2, 4):
            assert walk(room.admin, path, limit) == whole

    def test_fifty_cost_what_five_cost(self, room: Classroom, django_assert_max_num_queries: Any) -> None:
        session = room.planned(workers=room.workers)

        def cost(path: str) -> int:
            with django_assert_max_num_queries(30) as counted:
                assert room.admin.get(path).status_code == 200
            return len(counted)

        paths = (f"/sessions/{session.pk}/attendees?limit=200", f"/sessions/{session.pk}")
        few = [cost(path) for path in paths]
        for _ in range(50):
            Attendee.objects.create(session=session, worker=cast.make_worker(), added_at=AT)
        assert [cost(path) for path in paths] == few
        assert body_of(room.admin.get(paths[0]))["total"] == 53


def test_what_a_double_booking_is_follows_the_slots(room: Classroom) -> None:
    """Back-to-back is none, and a no-show elsewhere is none."""
    first = room.workers[0]
    other = room.planned(workers=[first], trainer=cast.make_trainer(room.course), venue=cast.make_venue())
    after = {"starts_at": TOMORROW["ends_at"], "ends_at": when(27)}
    session = body_of(room.admin.post("/sessions", {"course_id": room.course.pk, **room.plan(after)}))["id"]
    assert invite(room, session, first)["warnings"] == []
    moved = room.admin.patch(f"/sessions/{session}", {"slots": [TOMORROW]})
    assert [block["code"] for block in body_of(moved)["warnings"]] == ["ATTENDEE_DOUBLE_BOOKED"]
    Attendee.objects.filter(session=other).update(status="NO_SHOW")
    assert body_of(room.admin.get(f"/sessions/{session}"))["warnings"] == []
