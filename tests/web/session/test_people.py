"""The class list and the Smart Picker beside it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from django.test import Client

from tests import cast
from tests.web.session.asking import HTMX, address, send, shown, signed_in, text, tuesday
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus
from titan.training.models import Attendee


def test_workers_are_invited_with_remarks_and_the_picker_follows(
    admin: Client, reds: list[Worker], course: Any, venue: Any
) -> None:
    elsewhere = cast.make_session(course, status="SCHEDULED", slots=tuesday(8, 12), workers=reds[:1])
    session = cast.make_session(course, venue=venue, slots=tuesday(10, 14))
    data = {"worker_ids": [one.pk for one in reds[:2]]}
    answer = send(admin, "session_invite", session, data)
    page = text(answer)
    assert answer.status_code == 200
    assert Attendee.objects.filter(session=session).count() == 2
    assert "Invited, with 1 remark." in page
    assert f'is also on <a href="{address("session", elsewhere)}">' in page
    assert 'id="pick-list"' in page
    assert 'hx-swap-oob="true"' in page
    assert page.count('name="worker_ids"') == 2
    assert "titan:people" in answer["HX-Trigger"]
    assert "2 workers invited." in answer["HX-Trigger"]


def test_inviting_nobody_is_refused_in_words(admin: Client, course: Any) -> None:
    session = cast.make_session(course)
    answer = send(admin, "session_invite", session, {"worker_ids": ["x"]})
    assert answer.status_code == 409
    assert "Nobody is ticked" in text(answer)


def test_more_people_than_seats_are_shown_in_amber(
    admin: Client, course: Any, trainer: Any, reds: list[Worker]
) -> None:
    small = cast.make_venue(capacity=2)
    page = shown(admin, cast.make_session(course, trainer=trainer, venue=small, workers=reds, slots=tuesday(8, 12)))
    assert "3/2 seats" in page
    assert 'class="over"' in page


def test_a_worker_is_taken_off_the_list(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds)
    answer = send(admin, "session_remove", session, {}, reds[0].pk)
    assert answer.status_code == 200
    assert "2 invited" in text(answer)
    assert send(admin, "session_remove", session, {}, reds[0].pk).status_code == 404


def test_taking_off_the_list_offers_to_take_it_back(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds[:1])
    answer = send(admin, "session_remove", session, {}, reds[0].pk)
    undo = json.loads(answer["HX-Trigger"])["titan:toast"]["undo"]
    assert (undo["text"], undo["target"]) == ("Undo", "#people")
    answer = admin.post(undo["url"], headers=HTMX)
    assert "1 invited" in text(answer)
    assert "Back on the list, as before." in answer["HX-Trigger"]
    assert "Nothing was changed." in admin.post(undo["url"], headers=HTMX)["HX-Trigger"]
    assert admin.post(undo["url"]).status_code == 302
    assert send(admin, "session_restore", session, {}, reds[1].pk).status_code == 404
    send(admin, "session_remove", session, {}, reds[0].pk)
    Worker.objects.filter(pk=reds[0].pk).update(status=WorkerStatus.INACTIVE)
    answer = admin.post(undo["url"], headers=HTMX)
    assert answer.status_code == 422
    assert "cannot be invited" in text(answer)
    assert signed_in(Role.AUDITOR).post(undo["url"]).status_code == 403


def test_the_picker_searches_filters_and_keeps_what_is_ticked(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course)
    page = text(send(admin, "session_picker", session, {"search": "red1", "worker_ids": [reds[0].pk]}))
    assert "Red1" in page
    assert "Red2" not in page
    assert "Selected, but not shown above" in page
    assert page.count("checked") == 1
    other = reds[2].company_id
    page = text(send(admin, "session_picker", session, {"company_id": other}))
    assert "Red2" in page
    assert "Red1" not in page
    assert "Nobody found" in text(send(admin, "session_picker", session, {"search": "nobody like this"}))


def test_the_picker_fills_the_seats_most_urgent_first(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, venue=cast.make_venue(capacity=2))
    page = shown(admin, session, "?pick=red")
    assert page.count(" checked>") == 2
    assert shown(admin, session, "?pick=all_red").count(" checked>") == 3
    page = text(send(admin, "session_picker", session, {"pick": "fill", "seats": "4"}))
    assert page.count(" checked>") == 4
    assert "4/4 seats after these 4" in page.replace("<b>4</b>", "4")


def test_the_picker_goes_on_where_the_page_ended(admin: Client, course: Any, now: datetime) -> None:
    company = cast.make_company()
    for number in range(60):
        cast.make_worker(company=company, last_name=f"Many{number:02}")
    session = cast.make_session(course)
    page = shown(admin, session)
    assert page.count('name="worker_ids"') == 50
    values = re.search(r"hx-vals='({[^']*cursor[^']*})'", page)
    assert values is not None
    rest = text(send(admin, "session_picker", session, json.loads(values[1])))
    assert rest.count('name="worker_ids"') == 10
    assert "Many59" in rest
    assert 'class="group"' not in rest
    assert send(admin, "session_picker", session, {"cursor": "made up"}).status_code == 422
