"""The audit log on screen: filtered by its address, differences in words, names as they are today."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.core.actor import Role
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import update_worker
from titan.personnel.rules import AreaGiven, WorkerChanges

AUDIT_STATEMENTS = 13


@pytest.fixture
def world(site: Any, now: datetime) -> dict[str, Any]:
    welder, rigger = cast.make_role(title={"en": "Welder"}), cast.make_role(title={"en": "Rigger", "tr": "Sapancı"})
    worker = cast.make_worker(role=welder, first_name="Rəşad", last_name="Əliyev", employee_id="B-1")
    other = cast.make_worker(first_name="Борис", last_name="Ёлкин", employee_id="B-2")
    admin = cast.make_user(Role.SUPER_ADMIN, name="Aylin Demir")
    by = cast.actor_of(admin)
    area = cast.make_area(name="Gas train")
    changes = WorkerChanges(role_id=rigger.pk, supervisor_id=other.pk, areas=(AreaGiven(area.pk),))
    update_worker(worker.pk, changes, reason="Moved to the <crane> crew", by=by, at=now)
    update_worker(other.pk, WorkerChanges(status="INACTIVE"), by=by, at=now + timedelta(days=1))
    return {"worker": worker, "other": other, "admin": admin, "by": by}


def client_of(role: Role = Role.AUDITOR, **values: Any) -> Client:
    client = Client()
    client.force_login(cast.make_user(role, **values))
    return client


def log(client: Client | None = None, **query: Any) -> str:
    answer = (client or client_of()).get(reverse("audit"), query)
    assert answer.status_code == 200
    body = answer.content.decode().split('id="audit"', 1)[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_a_change_reads_as_a_difference_with_todays_names(world: dict[str, Any]) -> None:
    text = log()
    assert "Aylin Demir SUPER_ADMIN" in text
    assert "Worker Rəşad Əliyev (B-1) updated" in text
    assert "role Welder → Rigger" in text
    assert "supervisor Борис Ёлкин (B-2)" in text
    assert "areas area Gas train, assigned on 22 Nov 2026" in text
    assert "status ACTIVE → INACTIVE" in text
    assert "“Moved to the &lt;crane&gt; crew”" in text
    assert "role Welder → Sapancı" in log(client_of(language="tr")) or "Sapancı" in log(client_of(language="tr"))


def test_who_was_anonymised_has_no_name_any_more(world: dict[str, Any], now: datetime) -> None:
    anonymise_worker(world["other"].pk, "asked", by=world["by"], at=now + timedelta(days=1))
    text = log()
    assert "Ёлкин" not in text
    assert f"ANON-{world['other'].pk}" in text


def test_filters_are_in_the_address(world: dict[str, Any]) -> None:
    assert "Ёлкин (B-2) updated" not in log(entity="worker", entity_id=world["worker"].pk)
    assert "Əliyev (B-1) updated" not in log(**{"from": "2026-11-23"})
    assert "Ёлкин (B-2) updated" not in log(to="2026-11-22")
    assert "Əliyev (B-1) updated" in log(actor=world["admin"].pk)
    assert "Nothing was written" in log(entity="venue")
    assert "Nothing was written" in log(actor=987_654)


@pytest.mark.parametrize("query", [{"from": "yesterday"}, {"entity_id": "x"}, {"actor": "-1"}, {"cursor": "?"}])
def test_a_bad_address_is_refused_in_words(world: dict[str, Any], query: dict[str, str]) -> None:
    assert client_of().get(reverse("audit"), query).status_code == 422


def test_the_log_is_for_readers(world: dict[str, Any]) -> None:
    assert client_of(Role.TRAINER).get(reverse("audit")).status_code == 403
    assert client_of(Role.ASSESSOR).get(reverse("audit")).status_code == 200


def test_it_is_paged_and_costs_the_same_for_any_number_of_rows(
    world: dict[str, Any], now: datetime, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    client = client_of()
    log(client)
    with django_assert_num_queries(AUDIT_STATEMENTS):
        log(client)
    for number in range(60):
        status = "ACTIVE" if number % 2 == 0 else "INACTIVE"
        update_worker(world["other"].pk, WorkerChanges(status=status), by=world["by"], at=now + timedelta(days=2))
    with django_assert_max_num_queries(AUDIT_STATEMENTS):
        page = client.get(reverse("audit")).content.decode()
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    text = client.get(older).content.decode()
    assert "Əliyev" not in page.split('id="audit"', 1)[1]
    assert "Əliyev" in text
