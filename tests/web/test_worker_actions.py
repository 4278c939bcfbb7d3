"""Many workers changed on their page: chosen in every way, looked at, left out, done with a reason, or refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.training.acting import act, settle
from tests.web.classes import client_of, signed_in
from tests.web.forms import form_in
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import AreaAssignment, Worker
from titan.personnel.rules import WorkerChanges

PAGE = "/workers/actions"
REASON = "The night shift moved to the new jetty."


@pytest.fixture
def crew(now: Any) -> dict[str, Any]:
    """Three workers who are Green in their role, and an area and a role that ask for a course nobody has."""
    course, easy = cast.make_course(code="HSE-031", title={"en": "Jetty <safety>"}), cast.make_role()
    jetty, diver = cast.make_area(name="Jetty <west>"), cast.make_role(title={"en": "Diver"})
    cast.require(jetty, course)
    cast.require(diver, course)
    workers = [
        cast.make_worker(role=easy, first_name="Ada", last_name=f"<b>{number}", employee_id=f"ADA-{number}")
        for number in range(3)
    ]
    settle()
    return {"workers": workers, "ids": [one.pk for one in workers], "jetty": jetty, "diver": diver, "easy": easy}


@pytest.fixture
def admin(crew: dict[str, Any]) -> Client:
    return client_of(name="Aylin Demir")


def plain(page: str) -> str:
    """Return the words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def opened(client: Client, *worker_ids: int, **query: Any) -> str:
    answer = client.get(PAGE, {"worker_id": worker_ids, **query})
    assert answer.status_code == 200
    return answer.content.decode()


def sent(client: Client, page: str, step: str, **typed: Any) -> Any:
    """Send the form of a page as it stands, with what is typed, and the button pressed."""
    return client.post(PAGE, {**form_in(page, PAGE), **typed, "step": step})


def looked(client: Client, page: str, status: int = 200, **typed: Any) -> str:
    answer = sent(client, page, "look", **typed)
    assert answer.status_code == status
    return str(answer.content.decode())


def held(crew: dict[str, Any]) -> set[tuple[int, date]]:
    rows = AreaAssignment.objects.filter(area=crew["jetty"], until=None)
    return set(rows.values_list("worker_id", "assigned_on"))


def statuses() -> list[str]:
    return list(Worker.objects.order_by("pk").values_list("status", flat=True))


def test_from_the_list_to_done(crew: dict[str, Any]) -> None:
    admin, user = signed_in(name="Aylin Demir")
    body = admin.get("/workers?order=name").content.decode()
    bar = form_in(body, PAGE)
    # Whatever filtered the list is sent along, for "all of this list"; ticks need no script.
    assert bar == {"order": "name", "action": "ASSIGN_AREAS"}
    for pk in crew["ids"]:
        assert f'name="worker_id" value="{pk}" form="choosing"' in body
    page = opened(admin, *crew["ids"][:2], **bar)
    assert "2 workers chosen" in plain(page)
    assert "What it does" not in page
    day = date(2026, 11, 1)
    page = looked(admin, page, area_ids=crew["jetty"].pk, on=day.isoformat())
    words = plain(page)
    for said in ("2 workers change", "2 turn Red", "Ada &lt;b&gt;0 ADA-0", "asked of 2 workers more"):
        assert said in words, said
    assert words.count("Jetty &lt;west&gt; from 1 Nov 2026") == 2
    assert not held(crew)
    answer = sent(admin, page, "do", reason=REASON)
    assert answer["Location"] == "/workers"
    assert "Done: 2 workers are changed." in admin.get("/workers").content.decode()
    assert held(crew) == {(pk, day) for pk in crew["ids"][:2]}
    events = AuditEvent.objects.filter(action="worker.updated")
    assert {(event.entity_id, event.actor_id, event.reason) for event in events} == {
        (pk, user.pk, REASON) for pk in crew["ids"][:2]
    }


def test_all_of_a_list_as_it_is_filtered(admin: Client, crew: dict[str, Any]) -> None:
    away = cast.make_worker(employee_id="ADA-9", status="INACTIVE", end_date=date(2026, 11, 1))
    body = admin.get("/workers?status=ACTIVE&search=ada").content.decode()
    bar = {**form_in(body, PAGE), "action": "DEACTIVATE"}
    page = opened(admin, **bar, all="1")
    assert form_in(page, PAGE)["workers"].split(",") == [str(pk) for pk in crew["ids"]]
    words = plain(page)
    assert "3 workers change" in words
    assert "3 are not judged any more" in words
    assert "0 turn Red" in words
    page = opened(admin, action="REACTIVATE", all="1", status="INACTIVE")
    assert "no last day" in plain(page)
    sent(admin, page, "do", reason=REASON)
    away.refresh_from_db()
    assert (away.status, away.end_date) == ("ACTIVE", None)


def test_badges_out_of_a_spreadsheet(admin: Client, crew: dict[str, Any]) -> None:
    twin = cast.make_worker(employee_id="TWIN-1")
    act(merge_workers, twin.pk, crew["ids"][0], "The same person.")
    page = opened(admin)
    assert "nobody is chosen yet" in page
    pasted = "TWIN-1\r\nADA-1\tX-404; ,\nADA-0"
    page = looked(admin, page, 422, badges=pasted, action="CHANGE_ROLE", role_id=crew["diver"].pk)
    assert "Nobody has these badges: X-404" in plain(page)
    assert "TWIN-1 is now ADA-0." in plain(page)
    assert "X-404; ,\nADA-0</textarea>" in page.replace("\r", "")
    page = looked(admin, page, badges=pasted.replace("X-404", ""))
    assert form_in(page, PAGE)["workers"] == f"{crew['ids'][0]},{crew['ids'][1]}"
    assert str(form_in(page, PAGE)["badges"]).strip() == ""
    words = plain(page)
    assert "Diver from 22 Nov 2026; before: " in words
    assert "2 turn Red" in words
    answer = sent(admin, page, "do", reason=REASON)
    assert answer.status_code == 302
    assert (
        list(Worker.objects.filter(role=crew["diver"]).order_by("pk").values_list("pk", flat=True)) == crew["ids"][:2]
    )


def test_leavers_are_proposed(admin: Client, crew: dict[str, Any]) -> None:
    assert "active worker has passed" not in plain(opened(admin))
    gone = cast.make_worker(end_date=date(2026, 11, 2), employee_id="GONE-1")
    page = opened(admin)
    assert "The last day of 1 active worker has passed." in plain(page)
    page = opened(admin, action="DEACTIVATE", leavers="1")
    assert form_in(page, PAGE)["workers"] == str(gone.pk)
    assert "last day 2 Nov 2026" in plain(page)
    assert sent(admin, page, "do", reason=REASON).status_code == 302
    assert statuses() == ["ACTIVE"] * 3 + ["INACTIVE"]


def test_whom_one_ticks_is_left_out(admin: Client, crew: dict[str, Any]) -> None:
    page = opened(admin, *crew["ids"], action="DEACTIVATE")
    out = crew["ids"][1]
    answer = sent(admin, page, "do", out=out, reason=REASON)
    # Somebody else would be changed than was shown: it is shown anew, with what was typed.
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "1 worker is left out." in plain(page)
    assert f"{REASON}</textarea>" in page
    assert statuses() == ["ACTIVE"] * 3
    assert sent(admin, page, "do").status_code == 302
    assert statuses() == ["INACTIVE", "ACTIVE", "INACTIVE"]


def test_what_changed_meanwhile_is_said_and_shown(admin: Client, crew: dict[str, Any]) -> None:
    page = opened(admin, *crew["ids"], action="DEACTIVATE")
    act(update_worker, crew["ids"][2], WorkerChanges(status="BLACKLISTED"), reason="Fought.")
    answer = sent(admin, page, "do", reason=REASON)
    assert answer.status_code == 409
    page = answer.content.decode()
    words = plain(page)
    assert "something changed of 1 of 3 workers: ADA-2" in words
    assert "2 workers change" in words
    assert "Cannot Is blacklisted: that is changed on the worker’s own page." in words
    assert statuses()[:2] == ["ACTIVE"] * 2
    assert sent(admin, page, "do").status_code == 302
    assert statuses() == ["INACTIVE", "INACTIVE", "BLACKLISTED"]
    assert "1 could not be changed." in admin.get("/workers").content.decode()


def test_nothing_is_done_that_was_not_shown(admin: Client, crew: dict[str, Any]) -> None:
    page = opened(admin, *crew["ids"], action="DEACTIVATE")
    for otherwise in ({"shown": ""}, {"shown": "0" * 76}, {"on": "2026-11-01"}, {"workers": str(crew["ids"][0])}):
        sent(admin, page, "do", reason=REASON, **otherwise)
        assert statuses() == ["ACTIVE"] * 3


def test_what_is_wrong_is_said_at_its_field(admin: Client, crew: dict[str, Any]) -> None:
    page = opened(admin, *crew["ids"])
    for typed, said in (
        ({"action": ""}, "Choose what to do."),
        ({"action": "PROMOTE"}, "Choose what to do."),
        ({"action": "ASSIGN_AREAS"}, "Choose 1 to 20 areas."),
        ({"action": "ASSIGN_AREAS", "area_ids": "999999"}, "There is no area 999999."),
        ({"action": "CHANGE_ROLE"}, "Choose the role."),
        ({"action": "DEACTIVATE", "on": "2026-12-01"}, "today or before"),
        ({"action": "DEACTIVATE", "on": "tomorrow"}, "2026"),
    ):
        body = looked(admin, page, 422, **typed)
        assert said in plain(body), typed
        assert body.count('aria-invalid="true"') == 1
    body = looked(admin, page, 422, action="REACTIVATE", workers="")
    assert "Choose 1 to 5000 workers, not 0." in plain(body).replace("5,000", "5000")
    body = looked(admin, page, 422, action="REACTIVATE", workers="999999,x,-4,99999999999999999999999")
    assert "There are no workers 999999." in plain(body)
    page = opened(admin, *crew["ids"], action="DEACTIVATE")
    for reason, said in ((" ", "Say why"), ("ADA-1 left.", "Leave people out: this names ADA-1")):
        answer = sent(admin, page, "do", reason=reason)
        assert answer.status_code == 422
        assert said in plain(answer.content.decode())
        assert "3 workers change" in plain(answer.content.decode())
    assert statuses() == ["ACTIVE"] * 3


def test_where_nothing_would_change_there_is_no_button(admin: Client, crew: dict[str, Any]) -> None:
    page = opened(admin, *crew["ids"], action="REACTIVATE")
    assert plain(page).count("Stays. Is active already.") == 3
    assert 'value="do"' not in page
    assert sent(admin, page, "do", reason=REASON).status_code == 409


def test_a_long_list_has_pages(admin: Client, crew: dict[str, Any]) -> None:
    many = [cast.make_worker(last_name=f"Long{number:02}").pk for number in range(60)]
    settle()
    page = opened(admin, *many, action="DEACTIVATE")
    assert "50 of 60" in plain(page)
    cursor = re.search(r'name="cursor" value="([^"]+)"', page)
    assert cursor
    # The button that asks for the next page is no step: it looks.
    answer = admin.post(PAGE, {**form_in(page, PAGE), "cursor": cursor[1], "reason": REASON})
    rest = answer.content.decode()
    assert rest.count('name="out"') == 10
    assert f"{REASON}</textarea>" in rest
    assert sent(admin, rest, "do").status_code == 302
    assert Worker.objects.filter(status="INACTIVE").count() == 60


def test_who_may(crew: dict[str, Any]) -> None:
    query = urlencode({"worker_id": crew["ids"], "action": "DEACTIVATE"}, doseq=True)
    for role in (Role.AUDITOR, Role.ASSESSOR, Role.TRAINER):
        client = client_of(role)
        assert client.get(f"{PAGE}?{query}").status_code == 403
        assert client.post(PAGE, {"workers": "1", "action": "DEACTIVATE", "step": "look"}).status_code == 403
        if role is not Role.TRAINER:
            assert PAGE not in client.get("/workers").content.decode()
    assert client_of(Role.SUPER_ADMIN).get(f"{PAGE}?{query}").status_code == 200
    assert Client().get(PAGE).status_code == 302
    assert statuses() == ["ACTIVE"] * 3


def test_nothing_is_written_without_a_token(crew: dict[str, Any]) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = client_of().cookies
    page = opened(careful, *crew["ids"], action="DEACTIVATE")
    assert sent(careful, page, "do", reason=REASON).status_code == 403
    assert statuses() == ["ACTIVE"] * 3


def test_it_costs_the_same_however_many(admin: Client, crew: dict[str, Any]) -> None:
    costs = []
    for number in (2, 40):
        many = [cast.make_worker(role=crew["easy"]).pk for _ in range(number)]
        settle()
        with CaptureQueriesContext(connection) as looking:
            page = looked(admin, opened(admin, *many, action="ASSIGN_AREAS"), area_ids=crew["jetty"].pk)
        with CaptureQueriesContext(connection) as doing:
            assert sent(admin, page, "do", reason=REASON).status_code == 302
        costs.append((len(looking), len(doing)))
    assert costs[0] == costs[1], costs
    assert len(held(crew)) == 42


def test_a_day_in_the_past_is_kept_by_whoever_left_then(admin: Client, crew: dict[str, Any]) -> None:
    first = Worker.objects.get(pk=crew["ids"][0])
    act(update_worker, first.pk, WorkerChanges(end_date=cast.AT.date() - timedelta(days=9)))
    page = opened(admin, *crew["ids"], action="DEACTIVATE")
    assert sent(admin, page, "do", reason=REASON).status_code == 302
    days = Worker.objects.filter(pk__in=crew["ids"]).order_by("pk").values_list("end_date", flat=True)
    assert list(days) == [date(2026, 11, 13), date(2026, 11, 22), date(2026, 11, 22)]
