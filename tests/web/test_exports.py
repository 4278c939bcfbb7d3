"""Each list page leads to its files, which hold what the page shows."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime
from html import unescape
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.exchange.exports.world import make_world
from titan.core.actor import Role
from titan.web.pages.exports import WANTED

PAGES = {
    "workers": ("workers", {"search": "First", "order": "name", "compliance_status": "NON_COMPLIANT"}),
    "matrix": ("matrix", {"status": "NON_COMPLIANT"}),
    "companies": ("companies", {"search": "firma"}),
    "roles": ("roles", {"search": "rigger"}),
    "role-requirements": ("roles", {"search": "rigger"}),
    "areas": ("areas", {}),
    "area-requirements": ("areas", {}),
    "courses": ("library", {"status": "PUBLISHED"}),
    "trainers": ("trainers", {"type": "EXTERNAL"}),
    "venues": ("venues", {"search": "room"}),
    "methods": ("methods", {}),
    "sessions": ("sessions_list", {"status": "COMPLETED"}),
    "competencies": ("verify", {"view": "pending"}),
    "audit": ("audit", {"entity": "session", "from": "2026-11-01"}),
    "consequences": ("consequences", {"status": "PROPOSED"}),
    "users": ("users", {}),
}


@pytest.fixture
def world(site: Any, now: datetime) -> SimpleNamespace:
    return make_world()


def client_of(role: Role, **values: Any) -> Client:
    client = Client()
    client.force_login(cast.make_user(role, **values))
    return client


def file_of(client: Client, address: str) -> bytes:
    answer = client.get(address)
    assert answer.status_code == 200, answer
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return b"".join(answer.streaming_content)


def links_on(page: str) -> list[str]:
    return [unescape(href) for href in re.findall(r'href="([^"]*/exports/[^"]*)"', page)]


def test_every_list_has_its_page_or_thing() -> None:
    assert {*PAGES, "attendees", "records"} == set(WANTED)


def test_pages_lead_to_their_files_as_filtered(world: SimpleNamespace) -> None:
    client = client_of(Role.SUPER_ADMIN)
    for name, (page, query) in PAGES.items():
        html = client.get(reverse(page), {**query, "cursor": ""}).content.decode()
        found = [href for href in links_on(html) if f"/exports/{name}." in href]
        assert [href.partition("?")[0] for href in found] == [f"/exports/{name}.xlsx", f"/exports/{name}.csv"]
        assert all(f"{key}={value}" in href for href in found for key, value in query.items()), found
        rows = openpyxl.load_workbook(io.BytesIO(file_of(client, found[0]))).worksheets[0].max_row
        lines = list(csv.reader(io.StringIO(file_of(client, found[1]).decode("utf-8-sig"), newline="")))
        assert rows == len(lines) > 1, name


def test_things_lead_to_their_lists(world: SimpleNamespace) -> None:
    client = client_of(Role.AUDITOR)
    worker, session = world.workers[2], world.session
    page = client.get(reverse("worker", args=[worker.pk])).content.decode()
    assert links_on(page)[-1] == f"/exports/records.csv?worker_id={worker.pk}"
    assert len(file_of(client, links_on(page)[-1]).splitlines()) == 2
    page = client.get(reverse("session", args=[session.pk])).content.decode()
    assert f"/exports/attendees.xlsx?session_id={session.pk}" in links_on(page)
    assert len(file_of(client, f"/exports/attendees.csv?session_id={session.pk}").splitlines()) == 4


def test_a_file_speaks_the_language_of_its_reader(world: SimpleNamespace) -> None:
    text = file_of(client_of(Role.AUDITOR, language="tr"), "/exports/roles.csv").decode("utf-8-sig")
    # Where numbers have a decimal comma, spreadsheets expect semicolons between cells.
    head = next(csv.reader(io.StringIO(text), delimiter=";"))
    assert head[-2:] == ["Etkin çalışanlar", "Zorunlu eğitimler"]


@pytest.mark.parametrize(
    ("role", "name", "status"),
    [
        (Role.TRAINER, "workers", 403),
        (Role.TRAINER, "matrix", 403),
        (Role.HSE_ADMIN, "users", 403),
        (Role.AUDITOR, "workers", 200),
        (Role.ASSESSOR, "competencies", 200),
        (Role.SUPER_ADMIN, "nothing-like-it", 404),
    ],
)
def test_who_may_see_the_page_may_take_the_file(world: SimpleNamespace, role: Role, name: str, status: int) -> None:
    for form in ("xlsx", "csv"):
        assert client_of(role).get(f"/exports/{name}.{form}").status_code == status
    assert client_of(Role.SUPER_ADMIN).get("/exports/workers.ods").status_code == 404
    assert Client().get("/exports/workers.csv").status_code == 302


@pytest.mark.parametrize("query", ["company_id=x", "status=PURPLE", "compliance_status=PURPLE"])
def test_a_bad_address_is_refused_in_words(world: SimpleNamespace, query: str) -> None:
    for form in ("xlsx", "csv"):
        assert client_of(Role.AUDITOR).get(f"/exports/workers.{form}?{query}").status_code == 422
