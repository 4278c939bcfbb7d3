"""Sessions as a week of trainers and as a list."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.core.actor import Role
from titan.resources.models import Qualification

WEEK_STATEMENTS, LIST_STATEMENTS = 14, 15


def visitor(role: Role = Role.HSE_ADMIN) -> Client:
    client = Client()
    client.force_login(cast.make_user(role))
    return client


def text(client: Client, name: str, **query: Any) -> str:
    answer = client.get(reverse(name), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_week_shows_trainers_with_hours_and_drafts_without_date(site: Any, now: datetime) -> None:
    course = cast.make_course(code="HSE-007")
    trainer = cast.make_trainer(course, first_name="Şahin", last_name="Öz")
    starts = now.replace(hour=8) + timedelta(days=2)
    held = cast.make_session(
        course, trainer=trainer, status="SCHEDULED", slots=[(starts, starts + timedelta(hours=7, minutes=30))]
    )
    draft = cast.make_session(course, title="Fire week")
    page = text(visitor(), "sessions", week="2026-W48")
    assert "Şahin Öz" in page
    assert "7.5 h" in page
    assert "08:00–15:30" in page
    assert held.code in page
    assert "Fire week" in page.split("h-tray", 1)[1]
    assert draft.code in page.split("h-tray", 1)[1]
    assert held.code not in text(visitor(), "sessions", week="2026-W49")


def test_conflicts_are_seen_and_come_first(site: Any, now: datetime) -> None:
    course = cast.make_course()
    starts = now + timedelta(days=2)
    slots = [(starts, starts + timedelta(hours=2))]
    calm, busy = cast.make_trainer(course, first_name="Aaa"), cast.make_trainer(course, first_name="Zzz")
    cast.make_session(course, trainer=calm, status="SCHEDULED", slots=slots)
    cast.make_session(course, trainer=busy, status="SCHEDULED", slots=slots)
    cast.make_session(course, trainer=busy, slots=slots)
    page = text(visitor(), "sessions", week="2026-W48")
    assert page.count("At the same time as another") == 2
    assert page.index("Zzz") < page.index("Aaa")
    Qualification.objects.filter(trainer=calm).update(until=now)
    assert "Cannot run" in text(visitor(), "sessions", week="2026-W48")


def test_a_slot_across_midnight_stands_on_both_days(site: Any, now: datetime) -> None:
    starts = now.replace(hour=22) + timedelta(days=2)
    cast.make_session(cast.make_course(), status="SCHEDULED", slots=[(starts, starts + timedelta(hours=4))])
    assert text(visitor(), "sessions", week="2026-W48").count("22:00–02:00") == 2


def test_each_session_has_a_place_for_what_waits_on_this_device(site: Any, now: datetime) -> None:
    session = cast.make_session(cast.make_course(), status="SCHEDULED")
    client = visitor()
    for page in (text(client, "sessions_list"), text(client, "sessions", week="2026-W48")):
        assert f'.{session.pk}" hidden></span>' in page
        assert "%n marks wait for the network" in page


@pytest.mark.parametrize("week", ["x", "2026-W60", "2026-48", "0000-W01", "2026-W-1"])
def test_a_week_that_is_none_is_refused(site: Any, now: datetime, week: str) -> None:
    assert visitor().get(reverse("sessions"), {"week": week}).status_code == 422


def test_the_list_is_filtered_by_its_address(site: Any, now: datetime) -> None:
    course, other = cast.make_course(), cast.make_course()
    one = cast.make_session(course, status="SCHEDULED")
    two = cast.make_session(other)
    client = visitor()
    for query, there, absent in (
        ({"status": "DRAFT"}, two, one),
        ({"course_id": course.pk}, one, two),
        ({"search": two.code.lower()}, two, one),
        ({"from": "2026-11-24", "to": "2026-11-24"}, one, two),
    ):
        page = text(client, "sessions_list", **query).split('id="sessions"', 1)[1]
        assert there.code in page
        assert absent.code not in page
    assert "No session matches" in text(client, "sessions_list", search="nothing like it")


@pytest.mark.parametrize("query", [{"status": "GONE"}, {"from": "2026-02-30"}, {"venue_id": "-1"}, {"cursor": "?"}])
def test_bad_filters_are_refused_in_words(site: Any, now: datetime, query: dict[str, str]) -> None:
    assert visitor().get(reverse("sessions_list"), query).status_code == 422


def test_trainers_have_their_own_place(site: Any, now: datetime) -> None:
    assert visitor(Role.TRAINER).get(reverse("sessions")).status_code == 403


@pytest.mark.parametrize(("name", "statements"), [("sessions", WEEK_STATEMENTS), ("sessions_list", LIST_STATEMENTS)])
def test_the_pages_cost_the_same_for_any_number(
    site: Any, now: datetime, django_assert_num_queries: Any, name: str, statements: int
) -> None:
    course = cast.make_course()
    client = visitor()
    cast.make_session(course, status="SCHEDULED")
    cast.make_session(course)
    text(client, name)
    with django_assert_num_queries(statements):
        text(client, name, **({"week": "2026-W48"} if name == "sessions" else {}))
    for _number in range(8):
        cast.make_session(course, status="SCHEDULED")
        cast.make_session(course)
    with django_assert_num_queries(statements):
        text(client, name, **({"week": "2026-W48"} if name == "sessions" else {}))
