"""Marks from the screen: saved row by row, refused row by row, never over somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.web.classes import HTMX, attendees, mark_everybody, row, running, send_marks, signed_in
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.training.models import Attendee

PRESENT = {"status": "ATTENDED"}
GRID_STATEMENTS = 25


@pytest.fixture(autouse=True)
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def admin() -> Client:
    return signed_in()[0]


def states(answer: Any) -> list[str]:
    return [line["state"] for line in answer.json()["rows"]]


def test_the_grid_shows_everybody_with_what_is_marked(admin: Client) -> None:
    session = running(3)
    first, second, third = attendees(session)
    Attendee.objects.filter(pk=first.pk).update(status="ATTENDED", result="FAILED", remarks="Late <again>")
    Attendee.objects.filter(pk=second.pk).update(status="NO_SHOW")
    page = admin.get(f"/sessions/{session.pk}/attendance", headers=HTMX).content.decode()
    assert "<html" not in page
    assert page.index(first.worker.employee_id) < page.index(second.worker.employee_id)
    assert "Late &lt;again&gt;" in page
    assert '<b data-count="present">1</b>' in page
    assert '<b data-count="absent">1</b>' in page
    assert '<b data-count="open">1</b>' in page
    assert f'name="status-{third.worker_id}"' in page
    assert "Score" not in page
    assert "Verified with" not in page
    assert " style=" not in page


def test_score_and_verification_show_where_the_version_asks(admin: Client) -> None:
    cast.make_method(name="Practical <demonstration>")
    course = cast.make_course(min_pass_score=80, requires_verification=True)
    page = admin.get(f"/sessions/{running(course=course).pk}/attendance", headers=HTMX).content.decode()
    assert "A score of 80 passes" in page
    assert "Practical &lt;demonstration&gt;" in page
    assert 'data-minimum="80"' in page


def test_a_mark_is_saved_and_answered_whole(admin: Client) -> None:
    session = running(course=cast.make_course(min_pass_score=80))
    one = attendees(session)[0]
    answer = send_marks(admin, session, [row(one.worker_id, {"status": "ATTENDED", "score": 79})])
    assert answer.status_code == 200
    assert answer.json()["saved_at"] == "09:00"
    assert answer.json()["rows"][0]["mark"] == {
        "status": "ATTENDED",
        "result": "FAILED",
        "score": 79,
        "verified": False,
        "method_id": None,
        "remarks": "",
    }
    one.refresh_from_db()
    assert (one.status, one.result, one.score) == ("ATTENDED", "FAILED", 79)
    assert AuditEvent.objects.filter(action="session.attendance_marked", entity_id=session.pk).count() == 1


def test_each_row_stands_by_itself(admin: Client) -> None:
    session = running(course=cast.make_course(min_pass_score=80))
    good, bad, gone = attendees(session)
    gone.delete()
    rows = [
        row(bad.worker_id, {"status": "ATTENDED", "score": 40, "result": "PASSED"}),
        row(good.worker_id, PRESENT),
        row(gone.worker_id, PRESENT),
    ]
    answer = send_marks(admin, session, rows)
    assert states(answer) == ["REFUSED", "SAVED", "REFUSED"]
    assert "the minimum is 80" in answer.json()["rows"][0]["message"]
    assert "Not on the class list any more" in answer.json()["rows"][2]["message"]
    assert [line.status for line in attendees(session)] == ["ATTENDED", "REGISTERED"]


def test_a_row_that_somebody_else_changed_stays_theirs_and_says_so(admin: Client) -> None:
    session = running()
    one, other, _third = attendees(session)
    colleague, _user = signed_in(name="Aylin Demir")
    assert states(send_marks(colleague, session, [row(one.worker_id, {"status": "NO_SHOW"})])) == ["SAVED"]
    answer = send_marks(admin, session, [row(one.worker_id, PRESENT), row(other.worker_id, PRESENT)])
    assert states(answer) == ["CONFLICT", "SAVED"]
    assert answer.json()["rows"][0]["message"] == (
        "Aylin Demir changed this at 09:00 to: no-show. Your mark was not saved."
    )
    one.refresh_from_db()
    assert one.status == "NO_SHOW"
    theirs = answer.json()["rows"][0]["mark"]
    assert states(send_marks(admin, session, [row(one.worker_id, PRESENT, theirs)])) == ["SAVED"]


def test_a_mark_sent_again_after_a_lost_answer_is_saved_once(admin: Client) -> None:
    session = running()
    rows = [row(attendees(session)[0].worker_id, PRESENT)]
    for _time in range(2):
        assert states(send_marks(admin, session, rows)) == ["SAVED"]
    assert AuditEvent.objects.filter(action="session.attendance_marked").count() == 1


def test_nobody_verifies_themselves_and_the_others_are_saved() -> None:
    session = running(course=cast.make_course(requires_verification=True))
    me, other, _third = attendees(session)
    client, user = signed_in()
    me.worker.user = user
    me.worker.save()
    change = {"status": "ATTENDED", "result": "PASSED", "verified": True, "method_id": cast.make_method().pk}
    answer = send_marks(client, session, [row(me.worker_id, change), row(other.worker_id, change)])
    assert states(answer) == ["REFUSED", "SAVED"]


def test_before_the_first_slot_it_says_when(admin: Client) -> None:
    session = running(starts=2)
    page = admin.get(f"/sessions/{session.pk}/attendance", headers=HTMX).content.decode()
    assert "The class begins on Sun 22 Nov 2026 at 11:00." in page
    assert "name=&#34;status" not in page
    assert 'name="status-' not in page
    answer = send_marks(admin, session, [row(attendees(session)[0].worker_id, PRESENT)])
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_STARTED")


@pytest.mark.parametrize(
    "body",
    ["{", "[1]", '[{"worker_id": "1"}]', "[]", '[{"worker_id": 1, "shown": {}, "change": {"status": "\\u0000"}}]'],
)
def test_what_is_no_list_of_marks_is_refused(admin: Client, body: str) -> None:
    session = running()
    url = f"/sessions/{session.pk}/attendance/marks"
    answer = admin.post(url, body, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["message"]


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.AUDITOR])
def test_readers_look_and_do_not_mark(role: Role) -> None:
    session = running()
    client, _user = signed_in(role)
    page = client.get(f"/sessions/{session.pk}/attendance", headers=HTMX).content.decode()
    assert 'name="status-' not in page
    assert send_marks(client, session, [row(attendees(session)[0].worker_id, PRESENT)]).status_code == 403


def test_a_trainer_marks_their_own_class_only() -> None:
    client, user = signed_in(Role.TRAINER)
    course = cast.make_course()
    mine = running(course=course, trainer=cast.make_trainer(course, user=user))
    other = running(course=course, trainer=cast.make_trainer(course))
    assert states(send_marks(client, mine, [row(attendees(mine)[0].worker_id, PRESENT)])) == ["SAVED"]
    assert send_marks(client, other, [row(attendees(other)[0].worker_id, PRESENT)]).status_code == 404
    assert client.get(f"/sessions/{other.pk}/attendance").status_code == 404


def test_without_the_token_nothing_is_saved() -> None:
    session = running()
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.make_user())
    assert send_marks(client, session, [row(attendees(session)[0].worker_id, PRESENT)]).status_code == 403


def test_a_signed_out_browser_is_told_to_sign_in(admin: Client) -> None:
    session = running()
    admin.logout()
    answer = send_marks(admin, session, [row(attendees(session)[0].worker_id, PRESENT)])
    assert answer.status_code == 302
    assert "/sign-in" in answer["Location"]


def test_the_grid_costs_the_same_for_any_number_of_people(admin: Client, django_assert_num_queries: Any) -> None:
    admin.get("/my-classes")
    for people in (1, 12):
        session = running(people)
        mark_everybody(session)
        with django_assert_num_queries(GRID_STATEMENTS):
            admin.get(f"/sessions/{session.pk}/attendance", headers=HTMX)


def test_saving_costs_the_same_for_any_number_of_rows(admin: Client) -> None:
    costs = set()
    admin.get("/my-classes")
    for people in (1, 12):
        session = running(people)
        rows = [row(one.worker_id, PRESENT) for one in attendees(session)]
        with CaptureQueriesContext(
            connection,
        ) as captured:
            send_marks(admin, session, rows)
        costs.add(len(captured))
    assert len(costs) == 1
