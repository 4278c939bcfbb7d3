"""The first page, and pages that say what went wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import cast
from titan.compliance.commands import rebuild
from titan.compliance.models import DayCounts
from titan.core.actor import Role
from titan.resources.models import Qualification

TODAY_STATEMENTS = 17


@pytest.fixture
def browser() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def signed_in(role: Role, **links: Any) -> tuple[Client, Any]:
    user = cast.make_user(role, **links)
    client = Client()
    client.force_login(user)
    return client, user


def test_a_login_closed_meanwhile_is_signed_out(site: Any) -> None:
    client, user = signed_in(Role.HSE_ADMIN)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/")["Location"].startswith("/sign-in")


def test_today_shows_counts_gaps_and_companies(site: Any, now: datetime) -> None:
    role = cast.make_role()
    course = cast.make_course(code="HSE-002", title={"en": "H2S <Awareness>", "tr": "H2S Farkındalığı"})
    cast.require(role, course)
    company = cast.make_company(name="Delta & Sons")
    for _number in range(3):
        cast.make_worker(role=role, company=company)
    cast.make_worker()
    rebuild(by=cast.actor(), at=now)
    client, user = signed_in(Role.AUDITOR)
    page = client.get("/").content.decode()
    assert "<b>3</b> Red" in page
    assert "<b>1</b> Green" in page
    assert "H2S &lt;Awareness&gt;" in page
    assert "Delta &amp; Sons" in page
    assert "Nothing waits" in page
    type(user).objects.filter(pk=user.pk).update(language="tr")
    assert "H2S Farkındalığı" in client.get("/").content.decode()


def test_today_lists_what_needs_action_most_pressing_first(site: Any, now: datetime) -> None:
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    red = cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=now)
    yesterday = [(now - timedelta(days=1), now - timedelta(hours=20))]
    stuck = cast.make_session(course, status="SCHEDULED")
    Qualification.objects.filter(trainer=stuck.trainer).update(until=now)
    draft = cast.make_session(course, workers=[red])
    marks = cast.make_session(course, status="SCHEDULED", slots=yesterday, workers=[red])
    quiet = cast.make_session(course, status="SCHEDULED", workers=[red])
    page = signed_in(Role.HSE_ADMIN)[0].get("/").content.decode()
    places = [page.index(session.code) for session in (stuck, marks, draft)]
    assert places == sorted(places)
    assert "1 mark is missing" in page
    assert "1 Red worker waits in it" in page
    assert quiet.code not in page


def test_today_plans_a_session_for_admins_only(site: Any, now: datetime) -> None:
    role, course = cast.make_role(), cast.make_course()
    cast.require(role, course)
    cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=now)
    button = "Plan a session for"
    assert button in signed_in(Role.HSE_ADMIN)[0].get("/").content.decode()
    assert button not in signed_in(Role.AUDITOR)[0].get("/").content.decode()


def test_the_trend_keeps_each_day_that_was_swept(site: Any, at: datetime) -> None:
    role, course = cast.make_role(), cast.make_course()
    cast.require(role, course, grace_period_days=1)
    cast.make_worker(role=role, assigned_on=at.date())
    rebuild(by=cast.actor(), at=at)
    for days in (1, 2):
        with time_machine.travel(at + timedelta(days=days), tick=False):
            page = signed_in(Role.AUDITOR)[0].get("/").content.decode()
    assert [(row.day, row.non_compliant, row.in_grace) for row in DayCounts.objects.order_by("day")] == [
        (at.date(), 0, 1),
        (at.date() + timedelta(days=1), 0, 1),
    ]
    assert "Red now 1, Yellow 0" in page


def test_today_costs_the_same_for_any_number_of_rows(site: Any, now: datetime, django_assert_num_queries: Any) -> None:
    role, courses = cast.make_role(), [cast.make_course() for _number in range(6)]
    client, _user = signed_in(Role.HSE_ADMIN)
    cast.require(role, courses[0])
    cast.make_session(courses[0], workers=[cast.make_worker(role=role)])
    rebuild(by=cast.actor(), at=now)
    with django_assert_num_queries(TODAY_STATEMENTS):
        client.get("/")
    for course in courses[1:]:
        cast.require(role, course)
        cast.make_session(course, workers=[cast.make_worker(role=role) for _number in range(3)])
    rebuild(by=cast.actor(), at=now)
    with django_assert_num_queries(TODAY_STATEMENTS):
        client.get("/")


@pytest.mark.parametrize("path", ["/", "/account/security"])
def test_nothing_comes_from_outside_and_nothing_is_inline(site: Any, path: str) -> None:
    client, _user = signed_in(Role.HSE_ADMIN)
    answer = client.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert " style=" not in page
    assert "<script>" not in page
    assert "<style" not in page


def test_an_unknown_address_is_a_page_that_helps(site: Any, browser: Client) -> None:
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert "Go to Today" in answer.content.decode()


def test_a_refusal_is_a_page_that_helps(site: Any) -> None:
    client, _user = signed_in(Role.TRAINER)
    answer = client.get("/my-classes/999")
    assert answer.status_code == 404
    assert "not yours to see" in answer.content.decode()


@pytest.mark.parametrize(("cookie", "shown"), [("dark", True), ("light", True), ('"><script>', False)])
def test_the_chosen_theme_is_rendered_by_the_server(site: Any, browser: Client, cookie: str, shown: bool) -> None:
    browser.cookies["theme"] = cookie
    assert ("data-theme=" in browser.get("/sign-in").content.decode()) is shown
