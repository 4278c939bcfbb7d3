"""A worker's page as of a past day: clearly not today, told by what was known then or is known now."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.compliance.lives import Life
from tests.web.classes import client_of
from titan.core.actor import Role

pytestmark = pytest.mark.django_db

STATEMENTS = 30


@pytest.fixture
def life() -> Iterator[Life]:
    """A life of ten days, in which what proved a worker Green was revoked, and the role was changed, at the end."""
    life = Life(date(2026, 11, 2))
    role, course = life.role(), life.course()
    life.require("role", role, course)
    worker = life.worker(role, (life.area(),))
    record = life.passed(worker, course, provider="Caspian Safety Academy")
    life.pass_days(10)
    life.revoke(record)
    life.change(worker, role_id=None)
    with time_machine.travel(life.at, tick=False):
        yield life


def page_of(life: Life, query: str = "", *, role: Role = Role.AUDITOR, status: int = 200) -> str:
    answer = client_of(role).get(reverse("worker", args=[life.workers[0]]) + query)
    assert answer.status_code == status
    return str(answer.content.decode())


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_a_past_day_says_that_it_is_past_and_leads_back(life: Life) -> None:
    page = page_of(life, "?on=2026-11-05", role=Role.HSE_ADMIN)
    text = text_of(page)
    assert "You are looking at 5 Nov 2026" in text
    assert "by what had been entered until then" in text
    assert "Required training on 5 Nov 2026 1 course: 1 Green" in text
    assert "Role since 2 Nov 2026" in text
    assert f'href="{reverse("worker", args=[life.workers[0]])}"' in page
    assert 'value="2026-11-05"' in page
    assert 'min="2026-11-02"' in page
    for of_today in (reverse("worker_edit", args=[life.workers[0]]), "Upcoming sessions", "Plan a session"):
        assert of_today not in page


def test_what_differs_is_marked_both_ways(life: Life) -> None:
    then, now = page_of(life, "?on=2026-11-05"), page_of(life, "?on=2026-11-05&known=now")
    assert "1 course differs by what is known now. L-C0" in text_of(then)
    assert "Green known now: Red" in text_of(then)
    assert "Now: Record revoked" in text_of(then)
    assert "revoked since, on 12 Nov 2026" in text_of(then)
    assert "1 course differs by what was known then. L-C0" in text_of(now)
    assert "Red known then: Green" in text_of(now)
    assert "Then: Caspian Safety Academy" in text_of(now)
    assert re.search(r'id="known-now"[^>]+aria-current="true"', now)
    assert 'name="known" value="now"' in now


def test_a_day_on_which_nothing_differs_says_so(life: Life) -> None:
    text = text_of(page_of(life, "?on=2026-11-12"))
    assert "What was known then and what is known now agree." in text
    assert "Nothing was required" in text


def test_the_page_of_today_asks_for_a_day(life: Life) -> None:
    page = page_of(life)
    assert 'id="as-of-on"' in page
    assert 'max="2026-11-12"' in page
    assert "You are looking at" not in page


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-13", "has not ended yet"),
        ("2026-11-01", "Nothing is kept of this worker before 2026-11-02"),
        ("soon", "Give a day, such as 2026-11-12."),
        ("2026-11-31", "Give a day, such as 2026-11-12."),
    ],
)
def test_a_day_without_an_answer_is_refused_at_the_field(life: Life, day: str, said: str) -> None:
    page = page_of(life, f"?on={day}", status=422)
    assert said in text_of(page)
    assert 'aria-invalid="true" aria-describedby="error-on"' in page
    assert "Required training" in page


def test_trainers_see_nothing(life: Life) -> None:
    page_of(life, "?on=2026-11-05", role=Role.TRAINER, status=403)


def test_the_statements_do_not_grow(life: Life) -> None:
    other, role = life.course(), life.role()
    life.require("role", life.roles[0], other)
    few, many = life.worker(life.roles[0]), life.worker(role)
    for _ in range(5):
        life.require("role", role, life.course())
        life.passed(many, life.courses[-1])
    client = client_of(Role.AUDITOR)
    costs = []
    for worker in (few, many):
        with CaptureQueriesContext(connection) as asking:
            assert client.get(reverse("worker", args=[worker]) + "?on=2026-11-12").status_code == 200
        costs.append(len(asking))
    assert costs == [STATEMENTS, STATEMENTS]
