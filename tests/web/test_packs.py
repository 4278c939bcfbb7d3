"""Audit packs on screen: chosen by company and days, downloaded, refused at the field."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from titan.audit.models import AuditEvent
from titan.core.actor import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]


def names_in(answer: Any) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as pack:
        return set(pack.namelist())


def test_a_company_is_chosen_and_its_pack_comes() -> None:
    company = cast.make_company(name="Neft Daşları")
    auditor = client_of(Role.AUDITOR)
    page = auditor.get(reverse("packs")).content.decode()
    assert "Neft Daşları" in page
    answer = auditor.get(reverse("pack_made"), {"company_id": company.pk, "from": "", "to": ""})
    assert answer["Content-Type"] == "application/zip"
    assert f"titan-company-{company.pk}-" in answer["Content-Disposition"]
    assert {"verify.py", "cover.pdf", "entries.jsonl", "pack.json"} <= names_in(answer)
    assert AuditEvent.objects.get(action="pack.made").entity_id == company.pk


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"from": "2026-11-30", "to": "2026-11-01"}, "to"),
        ({"from": "30.11.2026", "to": "2026-11-30"}, "from"),
        ({}, "from"),
    ],
)
def test_days_that_make_no_sense_are_refused_at_their_field(given: dict[str, str], field: str) -> None:
    answer = client_of(Role.HSE_ADMIN).get(reverse("pack_made"), given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="error-{field}"' in page
    assert f'value="{given.get("from", "")}"' in page
    assert not AuditEvent.objects.filter(action="pack.made").exists()


def test_who_finds_the_way() -> None:
    worker = cast.make_worker()
    cast.make_record(worker, cast.make_course())
    for role in (Role.HSE_ADMIN, Role.AUDITOR, Role.SUPER_ADMIN):
        assert reverse("worker_pack", args=[worker.pk]) in _page(role, reverse("worker", args=[worker.pk]))
        assert reverse("packs") in _page(role, reverse("audit"))
    assert reverse("worker_pack", args=[worker.pk]) not in _page(Role.ASSESSOR, reverse("worker", args=[worker.pk]))
    for address in (reverse("packs"), reverse("worker_pack", args=[worker.pk]), reverse("pack_made")):
        assert client_of(Role.ASSESSOR).get(address).status_code == 403


def _page(role: Role, address: str) -> str:
    return str(client_of(role).get(address).content.decode())
