"""One search box: name, badge, session code, file hash; what is named exactly opens at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.compliance.commands import rebuild
from titan.core.actor import Role

SEARCH_STATEMENTS = 17


@pytest.fixture
def world(site: Any, now: datetime) -> dict[str, Any]:
    course = cast.make_course(code="HSE-002", title={"en": "H2S Awareness"})
    workers = [
        cast.make_worker(first_name="Əli", last_name="Çələbi", employee_id="ANC-0001"),
        cast.make_worker(first_name="Ali", last_name="Calabi", employee_id="ANC-00012"),
        cast.make_worker(first_name="Борис", last_name="Ёлкин", employee_id="ANC-0100"),
    ]
    sessions = [cast.make_session(course), cast.make_session(course)]
    evidence = cast.make_evidence(b"signed")
    rebuild(by=cast.actor(), at=now)
    return {"workers": workers, "sessions": sessions, "evidence": evidence}


def client_of(role: Role = Role.AUDITOR) -> Client:
    client = Client()
    client.force_login(cast.make_user(role))
    return client


def found(words: str) -> Any:
    return client_of().get(reverse("search"), {"q": words})


def test_a_name_lists_who_bears_it_whatever_the_accents(world: dict[str, Any]) -> None:
    page = found("li c").content.decode()
    assert "Əli Çələbi" in page
    assert "Ali Calabi" in page


@pytest.mark.parametrize(
    ("words", "kind", "number"),
    [("ANC-0001", "workers", 0), ("anc-0001", "workers", 0), ("ёлкин", "workers", 2), (" ANC-0100 ", "workers", 2)],
)
def test_one_exact_hit_opens_at_once(world: dict[str, Any], words: str, kind: str, number: int) -> None:
    assert found(words)["Location"] == reverse("worker", args=[world[kind][number].pk])


def test_a_session_code_opens_the_session_and_a_hash_the_file(world: dict[str, Any]) -> None:
    session, evidence = world["sessions"][1], world["evidence"]
    assert found(session.code.lower())["Location"] == f"/sessions/{session.pk}"
    for words in (evidence.sha256, evidence.sha256.upper(), f"sha256:{evidence.sha256}", evidence.sha256[:12]):
        assert found(words)["Location"] == reverse("evidence", args=[evidence.pk])


def test_results_are_grouped(world: dict[str, Any]) -> None:
    page = found("ANC").content.decode()
    assert 'id="h-workers"' in page
    assert 'id="h-sessions"' not in page
    page = found("HSE-002").content.decode()
    assert world["sessions"][0].code in page
    assert world["sessions"][1].code in page


@pytest.mark.parametrize("words", ["nobody <b>", "%", "_", "\x00", "'; --", "a" * 5_000, "ffffff", "TS-9999-0001"])
def test_nothing_found_says_what_to_try(world: dict[str, Any], words: str) -> None:
    answer = found(words)
    assert answer.status_code == 200
    assert "<b>" not in answer.content.decode().split("page-head")[1].split("</p>")[0].replace("<bdi>", "")


def test_the_box_stands_on_every_page_of_a_reader_and_nowhere_for_a_trainer(world: dict[str, Any]) -> None:
    for role in (Role.AUDITOR, Role.ASSESSOR, Role.HSE_ADMIN):
        assert 'id="global-search"' in client_of(role).get("/").content.decode()
    trainer = client_of(Role.TRAINER)
    assert 'id="global-search"' not in trainer.get("/").content.decode()
    assert trainer.get(reverse("search"), {"q": "ali"}).status_code == 403


def test_a_search_costs_the_same_for_any_number_of_hits(
    world: dict[str, Any], now: datetime, django_assert_num_queries: Any
) -> None:
    client = client_of()
    with django_assert_num_queries(SEARCH_STATEMENTS):
        client.get(reverse("search"), {"q": "ANC"})
    for number in range(30):
        cast.make_worker(employee_id=f"ANC-X{number}")
    with django_assert_num_queries(SEARCH_STATEMENTS):
        client.get(reverse("search"), {"q": "ANC"})
