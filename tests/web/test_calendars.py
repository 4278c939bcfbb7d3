"""Calendar feeds as programs read them, the page where people make them, and the buttons that lead there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from tests import cast
from tests.exchange.calendars.planning import planned
from tests.training.acting import ADMIN, AT, DAY
from tests.web.classes import client_of, signed_in
from titan.accounts import throttle
from titan.core.actor import Role
from titan.exchange.calendars.models import Feed
from titan.training.commands import Plan, create_session, update_session

FEED = re.compile(r"http://testserver(/calendar/cal_[0-9a-f]{6}_[\w-]{43}\.ics)")


@pytest.fixture(autouse=True)
def clock(site: Any, at: datetime) -> Iterator[Any]:
    shutil.rmtree(throttle.folder(), ignore_errors=True)
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller
    shutil.rmtree(throttle.folder(), ignore_errors=True)


@pytest.fixture
def course() -> Any:
    return cast.make_course(title={"en": "Working at Height", "tr": "Yüksekte Çalışma"})


@pytest.fixture
def session(course: Any) -> int:
    trainer, venue = cast.make_trainer(course, first_name="Ravi", last_name="Iyer"), cast.make_venue(name="Room A")
    return planned(course, trainer, venue)


def made(client: Client, **fields: str) -> str:
    """Make a feed on the page and return its address."""
    answer = client.post(reverse("calendars"), {"kind": "ALL", **fields})
    found = FEED.search(answer.content.decode())
    assert found is not None, answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    return found[1]


def test_a_program_reads_it_without_signing_in(session: int) -> None:
    address = made(client_of(), name="My phone")
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert not answer.cookies
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Content-Language"] == "en"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Working at Height"
    assert str(event["URL"]) == f"http://testserver/sessions/{session}"
    assert Client().head(address).status_code == 200
    assert Client().post(address).status_code == 405


def test_what_a_program_has_already_is_not_sent_again(session: int, clock: Any) -> None:
    address = made(client_of())
    first = Client().get(address)
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = Client().get(address, headers=headers)
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    update_session(session, Plan(title="Group B"), by=ADMIN, at=AT + timedelta(minutes=1))
    clock.move_to(AT + timedelta(minutes=2))
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = Client().get(address, headers=headers)
        assert again.status_code == 200
        assert b"Group B" in again.content
    # Days leave by themselves: without an ETag, nothing counts as unchanged over midnight.
    clock.move_to(AT + DAY)
    assert Client().get(address, headers={"If-Modified-Since": again["Last-Modified"]}).status_code == 200


def test_what_gives_nothing_says_nothing(session: int) -> None:
    client, user = signed_in()
    address = made(client)
    client.post(reverse("calendar_revoke", args=[Feed.objects.get().pk]))
    other = made(client)
    type(user).objects.filter(pk=user.pk).update(role=Role.ASSESSOR)
    unknown = re.sub("_[^_]*.ics", f"_{'a' * 43}.ics", address)
    answers = [Client().get(one) for one in (address, other, unknown, "/calendar/x.ics")]
    assert [(answer.status_code, answer.content) for answer in answers] == [(410, b""), *[(404, b"")] * 3]


def test_each_address_may_look_so_often(session: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("titan.web.pages.calendars.CALENDARS", throttle.Throttle("calendar", limit=2, window=60))
    address = made(client_of())
    statuses = [Client().get(one).status_code for one in (address, "/calendar/cal_x.ics", address)]
    assert statuses == [200, 404, 429]
    paused = Client().get(address)
    assert (paused["Retry-After"], paused.content) == ("61", b"")
    assert Client(REMOTE_ADDR="10.0.0.9").get(address).status_code == 200


def test_looking_costs_the_same_each_time(session: int) -> None:
    address = made(client_of())
    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as statements:
            Client().get(address)
        costs.append(len(statements))
    # The first look of an hour is noted, in a transaction.
    assert costs[1:] == [5, 5]
    assert costs[0] > 5
    assert Feed.objects.get().last_used_at == AT


def test_a_trainer_follows_their_own_classes(course: Any, session: int) -> None:
    client, user = signed_in(Role.TRAINER)
    page = client.get(reverse("calendars")).content.decode()
    assert "linked to no trainer" in page
    assert client.post(reverse("calendars"), {"name": "x"}).status_code == 422
    own = planned(course, cast.make_trainer(course, user=user), cast.make_venue(), title="Mine")
    page = client.get(reverse("calendars")).content.decode()
    assert "the classes that you teach" in page
    assert 'name="kind"' not in page
    address = made(client, kind="ALL")
    (event,) = Calendar.from_ical(Client().get(address).content).walk("VEVENT")
    assert str(event["URL"]) == f"http://testserver/my-classes/{own}"
    assert str(event["TRANSP"]) == "OPAQUE"


def test_an_assessor_has_none(session: int) -> None:
    assert client_of(Role.ASSESSOR).get(reverse("calendars")).status_code == 403
    assert client_of(Role.ASSESSOR).post(reverse("calendars"), {"kind": "ALL"}).status_code == 403
    page = client_of(Role.ASSESSOR).get(reverse("account")).content.decode()
    assert reverse("calendars") not in page


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "TRAINER"}, "trainer_id"),
        ({"kind": "VENUE", "venue_id": "x"}, "venue_id"),
        ({"kind": "x"}, "kind"),
        ({"kind": "ALL", "name": "x" * 101}, "name"),
    ],
)
def test_what_is_wrong_stands_at_its_field(fields: dict[str, str], error: str) -> None:
    answer = client_of().post(reverse("calendars"), fields)
    assert answer.status_code == 422
    assert f'id="error-{error}"' in answer.content.decode()
    assert not Feed.objects.exists()


def test_the_address_is_shown_once(session: int) -> None:
    client = client_of()
    address = made(client, name="My <phone>")
    page = client.get(reverse("calendars")).content.decode()
    assert address not in page
    assert "My &lt;phone&gt;" in page
    assert "never read" in page
    Client().get(address)
    assert "Sun 22 Nov 2026, 09:00" in client.get(reverse("calendars")).content.decode()


def test_somebody_elses_is_not_there() -> None:
    made(client_of(), name="Mine")
    other = client_of()
    assert "Mine" not in other.get(reverse("calendars")).content.decode()
    assert other.post(reverse("calendar_revoke", args=[Feed.objects.get().pk])).status_code == 404


def test_buttons_lead_to_a_form_that_is_filled_in(course: Any, session: int) -> None:
    client = client_of()
    trainer, venue = cast.make_trainer(course), cast.make_venue()
    for name, args, wanted in (
        ("sessions", [], "/account/calendars?kind=ALL"),
        ("sessions_list", [], "/account/calendars?kind=ALL"),
        ("library_trainer", [trainer.pk], f"/account/calendars?kind=TRAINER&amp;trainer_id={trainer.pk}"),
        ("library_venue", [venue.pk], f"/account/calendars?kind=VENUE&amp;venue_id={venue.pk}"),
    ):
        assert wanted in client.get(reverse(name, args=args)).content.decode(), name
    page = client.get(f"/account/calendars?kind=VENUE&venue_id={venue.pk}").content.decode()
    assert '<option value="VENUE" selected>' in page
    assert f'<option value="{venue.pk}" selected>' in page
    client, user = signed_in(Role.TRAINER)
    cast.make_trainer(course, user=user)
    assert reverse("calendars") in client.get(reverse("trainer_classes")).content.decode()
    assert "/account/calendars?" not in client_of(Role.ASSESSOR).get(reverse("sessions")).content.decode()


def test_the_file_of_one_session(course: Any, session: int) -> None:
    client = client_of(Role.AUDITOR, language="tr")
    page = client.get(reverse("session", args=[session])).content.decode()
    assert reverse("session_calendar", args=[session]) in page
    answer = client.get(reverse("session_calendar", args=[session]))
    assert answer["Content-Disposition"] == f'attachment; filename="session-{session}.ics"'
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == "Yüksekte Çalışma"
    assert client_of(Role.TRAINER).get(reverse("session_calendar", args=[session])).status_code == 404
    draft = create_session(Plan(course_id=course.pk), by=ADMIN, at=AT)
    page = client_of().get(reverse("session", args=[draft])).content.decode()
    assert reverse("session_calendar", args=[draft]) not in page
    assert client_of().get(reverse("session_calendar", args=[draft])).status_code == 409
