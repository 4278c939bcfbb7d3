"""The list of workers: worst first or by name, filtered by its address, a page at a time; and a new worker."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from titan.compliance.commands import rebuild
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus

# A list that ends on the first page asks for who is not judged as well.
WORKERS_STATEMENTS = 14


@pytest.fixture
def world(site: Any, now: datetime) -> dict[str, Any]:
    role, easy = cast.make_role(), cast.make_role()
    course = cast.make_course(code="HSE-001")
    area = cast.make_area(name="Gas train")
    cast.require(role, course)
    red = cast.make_worker(role=role, first_name="Rəşad", last_name="Zülfüqarov", employee_id="B-777")
    green = cast.make_worker(role=easy, last_name="Aardvark", areas=[area])
    away = cast.make_worker(role=role, last_name="Bygone", status=WorkerStatus.INACTIVE)
    rebuild(by=cast.actor(), at=now)
    return {"role": role, "easy": easy, "red": red, "green": green, "away": away, "course": course, "area": area}


def listed(client: Client, **query: Any) -> str:
    answer = client.get(reverse("workers"), query)
    assert answer.status_code == 200
    return str(answer.content.decode().split('id="workers"', 1)[1])


def test_worst_first_and_by_name(world: dict[str, Any]) -> None:
    body = listed(client_of(Role.AUDITOR))
    assert body.index("Zülfüqarov") < body.index("Aardvark") < body.index("Bygone")
    assert "1 Red" in body
    assert "Not judged" in body
    body = listed(client_of(), order="name")
    assert body.index("Aardvark") < body.index("Bygone") < body.index("Zülfüqarov")


@pytest.mark.parametrize(
    ("query", "there", "absent"),
    [
        ({"search": "resad"}, "Rəşad", "Aardvark"),
        ({"search": "b-777"}, "Rəşad", "Aardvark"),
        ({"compliance_status": "COMPLIANT"}, "Aardvark", "Rəşad"),
        ({"status": "INACTIVE"}, "Bygone", "Rəşad"),
        ({"search": "nobody at all"}, "Nobody matches", "Rəşad"),
    ],
)
def test_filters_are_in_the_address(world: dict[str, Any], query: dict[str, str], there: str, absent: str) -> None:
    body = listed(client_of(), **query)
    assert there in body
    assert absent not in body


def test_filters_by_role_area_and_company(world: dict[str, Any]) -> None:
    for query in (
        {"role_id": world["easy"].pk, "company_id": world["green"].company_id},
        {"area_id": world["area"].pk},
    ):
        body = listed(client_of(), **query)
        assert "Aardvark" in body
        assert "Rəşad" not in body


@pytest.mark.parametrize(
    "query", [{"role_id": "x"}, {"status": "GONE"}, {"compliance_status": "PINK"}, {"cursor": "q"}]
)
def test_a_bad_address_is_refused_in_words(world: dict[str, Any], query: dict[str, str]) -> None:
    assert client_of().get(reverse("workers"), query).status_code == 422


@pytest.mark.parametrize("order", ["worst", "name"])
def test_every_worker_stands_on_exactly_one_page(world: dict[str, Any], now: datetime, order: str) -> None:
    for number in range(110):
        cast.make_worker(role=world["role"] if number % 2 else world["easy"], last_name=f"Many{number:03}")
    rebuild(by=cast.actor(), at=now)
    client, seen, address = client_of(), [], f"{reverse('workers')}?order={order}"
    for _page in range(5):
        page = client.get(address).content.decode()
        seen += [part.split('"')[0] for part in page.split('<a class="plain" href="')[1:]]
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == Worker.objects.count()


def test_trainers_see_no_workers_and_readers_add_none(world: dict[str, Any]) -> None:
    assert client_of(Role.TRAINER).get(reverse("workers")).status_code == 403
    auditor = client_of(Role.AUDITOR)
    assert "Add a worker" not in auditor.get(reverse("workers")).content.decode()
    assert auditor.get(reverse("worker_new")).status_code == 403
    assert auditor.post(reverse("worker_new"), {}).status_code == 403


def test_a_new_worker_is_added_and_judged(world: dict[str, Any]) -> None:
    form = {
        "employee_id": "NEW-1",
        "first_name": "محمد",
        "last_name": "يوسف",
        "company_id": world["red"].company_id,
        "role_id": world["role"].pk,
        "role_assigned_on": "2026-11-01",
        "supervisor": "B-777",
        "status": "ACTIVE",
    }
    answer = client_of().post(reverse("worker_new"), form)
    worker = Worker.objects.get(employee_id="NEW-1")
    assert answer["Location"] == reverse("worker", args=[worker.pk])
    assert (worker.role_assigned_on, worker.supervisor_id) == (date(2026, 11, 1), world["red"].pk)
    assert worker.verdict.severity == 0


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world: dict[str, Any]) -> None:
    form = {"employee_id": "B-777", "first_name": "", "last_name": "Kept<b>", "company_id": world["red"].company_id}
    answer = client_of().post(reverse("worker_new"), {**form, "status": "ACTIVE"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-describedby="error-employee_id"' in page
    assert "belongs to another worker" in page
    assert 'aria-describedby="error-first_name"' in page
    assert "Kept&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [("supervisor", "nobody"), ("start_date", "31.12.2026"), ("company_id", ""), ("role_id", "9" * 30), ("areas", "x")],
)
def test_what_cannot_be_read_is_said_at_its_field(world: dict[str, Any], field: str, value: str) -> None:
    form = {"employee_id": "N-1", "first_name": "A", "company_id": world["red"].company_id, "status": "ACTIVE"}
    answer = client_of().post(reverse("worker_new"), {**form, field: value})
    assert answer.status_code == 422
    assert f'id="error-{field}"' in answer.content.decode()
    assert not Worker.objects.filter(employee_id="N-1").exists()


def test_the_list_costs_the_same_for_any_number_of_workers(
    world: dict[str, Any], now: datetime, django_assert_num_queries: Any
) -> None:
    client = client_of()
    with django_assert_num_queries(WORKERS_STATEMENTS):
        listed(client)
    for _number in range(30):
        cast.make_worker(role=world["role"])
    rebuild(by=cast.actor(), at=now)
    with django_assert_num_queries(WORKERS_STATEMENTS):
        listed(client)
