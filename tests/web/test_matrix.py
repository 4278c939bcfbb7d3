"""The matrix: worst first, filtered by its address, a cell opened, exported as it is filtered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.compliance.commands import rebuild
from titan.core.actor import Role

MATRIX_STATEMENTS = 18


@pytest.fixture
def world(site: Any, now: datetime) -> dict[str, Any]:
    role, other = cast.make_role(), cast.make_role()
    course, second = cast.make_course(code="HSE-001"), cast.make_course(code="HSE-002")
    cast.require(role, course)
    cast.require(role, second)
    cast.require(other, second)
    red = cast.make_worker(role=role, first_name="Rəşad", last_name="Əliyev", company=cast.make_company(name="Aa"))
    expired = cast.make_worker(role=role, last_name="Expired")
    green = cast.make_worker(role=other, last_name="Verdant")
    today = now.date()
    cast.make_record(red, course, completed_on=date(2026, 6, 1), expires_on=today + timedelta(days=9))
    cast.make_record(expired, course, completed_on=date(2025, 6, 1), expires_on=today - timedelta(days=12))
    cast.make_record(green, second, completed_on=date(2026, 6, 1), expires_on=date(2028, 6, 1))
    rebuild(by=cast.actor(), at=now)
    return {"course": course, "second": second, "red": red, "expired": expired, "green": green, "role": role}


def reader(role: Role = Role.HSE_ADMIN) -> Client:
    client = Client()
    client.force_login(cast.make_user(role))
    return client


def shown(client: Client, **query: Any) -> str:
    answer = client.get(reverse("matrix"), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_worst_first_with_what_fits_into_a_cell(world: dict[str, Any]) -> None:
    page = shown(reader())
    places = [page.index(str(world[name].last_name)) for name in ("red", "expired", "green")]
    assert max(places[:2]) < places[2]
    for text in ("9d<", "−12d<", "never<", "06/28<"):
        assert text in page
    assert "Expired 12 days ago" in page


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ({"search": "resad"}, "Rəşad", "Expired<"),
        ({"status": "COMPLIANT"}, "Verdant", "Rəşad"),
        ({"search": "nobody at all"}, "Nobody matches", "Rəşad"),
    ],
)
def test_filters_are_in_the_address(world: dict[str, Any], query: dict[str, str], there: str, absent: str) -> None:
    page = shown(reader(), **query)
    assert there in page
    assert absent not in page.split('id="matrix"', 1)[1]


def test_filters_by_company_role_and_course(world: dict[str, Any]) -> None:
    body = shown(reader(), company_id=world["red"].company_id).split('id="matrix"', 1)[1]
    assert "Rəşad" in body
    assert world["green"].last_name not in body
    body = shown(reader(), role_id=world["role"].pk, course_id=world["course"].pk).split('id="matrix"', 1)[1]
    assert "HSE-002" not in body


@pytest.mark.parametrize("query", [{"company_id": "x"}, {"status": "PURPLE"}, {"cursor": "zz"}, {"role_id": "9" * 30}])
def test_a_bad_address_is_refused_in_words(world: dict[str, Any], query: dict[str, str]) -> None:
    assert reader().get(reverse("matrix"), query).status_code == 422


def test_a_cell_says_why_and_offers_a_session(world: dict[str, Any]) -> None:
    address = reverse("matrix_cell", args=[world["expired"].pk, world["course"].pk])
    cell = reader().get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Expired 12 days ago" in cell
    assert 'name="worker_ids"' in cell
    assert 'name="worker_ids"' not in reader(Role.AUDITOR).get(address).content.decode()
    missing = reverse("matrix_cell", args=[world["green"].pk, world["course"].pk])
    assert reader().get(missing).status_code == 404


def test_trainers_see_no_matrix(world: dict[str, Any]) -> None:
    assert reader(Role.TRAINER).get(reverse("matrix")).status_code == 403


def test_the_matrix_costs_the_same_for_any_number_of_workers(
    world: dict[str, Any], now: datetime, django_assert_num_queries: Any
) -> None:
    client = reader()
    with django_assert_num_queries(MATRIX_STATEMENTS):
        shown(client)
    for _number in range(30):
        cast.make_worker(role=world["role"])
    rebuild(by=cast.actor(), at=now)
    with django_assert_num_queries(MATRIX_STATEMENTS):
        shown(client)
