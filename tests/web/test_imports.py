"""The pages of an import: from an ugly file to Reds and a first class, and back."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.exchange.folders import write
from tests.exchange.imports.files import Formula, workbook
from tests.web.classes import client_of
from titan.core.actor import Role, Via, system_actor
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker
from titan.records.models import TrainingRecord

HTMX = {"HX-Request": "true"}
PEOPLE = [
    ["PERSONEL LİSTESİ — KASIM 2026"],
    [],
    ["Sicil No", "Adı", "Soyadı", "Firma", "Görevi", "Göreve Başlama", "Durumu", "Alanlar"],
    ["N-1", "Günay", "Əliyeva", "Northgate", "Rigger", "01.11.2026", "aktif", "UNIT;SITE"],
    ["N-2", "شركة", "عربي", "BOS", "Welder", "20.05.2026", "işten ayrıldı", "PROC"],
    ["N-20", "Ayşe", "IŞIK", "Northgate", "Rigger", "15.10.2026", "Çalışıyor", "Unit 1 / SITE"],
    ["N-21", "Mehmet", "Öz", "Yeni Taşeron A.Ş.", "welder", date(2026, 9, 1), "AKTİF", ""],
    ["N-22", Formula('=A1&"x"', "Kaya"), "Er", "NGT", "RIG", "2026-10-05", "Aktif", ""],
    ["N-23", "Can", "Er", "NGT", "RIG", "31.02.2026", "Aktif", ""],
    ["Toplam", 6],
]
TRAINING = [
    ["Sicil No", "Eğitim", "Tarih", "Geçerlilik", "Sonuç"],
    ["N-20", "IND", "15.10.2026", "15.10.2027", "geçti"],
]


@pytest.fixture
def loaded(db: None, tmp_path: Path, now: datetime) -> datetime:
    """The good folder's site, loaded an hour ago."""
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=now - timedelta(hours=1))
    return now


@pytest.fixture
def now() -> Any:
    import time_machine

    with time_machine.travel(cast.AT, tick=False):
        yield cast.AT


def opened(client: Client, content: bytes | None = None, name: str = "liste.xlsx") -> int:
    """Open a file on the page; return the number of its import."""
    file = SimpleUploadedFile(name, content or workbook(("Liste", PEOPLE), ("Eğitim", TRAINING)))
    answer = client.post(reverse("imports"), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    return int(re.search(r"/imports/(\d+)$", answer["Location"])[1])  # type: ignore[index]


def shown(client: Client, name: str, number: int, **query: Any) -> str:
    answer = client.get(reverse(name, args=[number]), query)
    assert answer.status_code == 200, answer
    return str(unescape(answer.content.decode()))


def sent(client: Client, name: str, *args: Any, follow: bool = True, **given: Any) -> str:
    answer = client.post(reverse(name, args=args), given, follow=follow)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(unescape(answer.content.decode()))


def questions_on(page: str) -> dict[str, str]:
    """Return the places of the questions by their keys."""
    return {key: place for place, key in re.findall(r'name="key-(\d+)" value="([^"]*)"', page)}


def test_a_site_comes_from_its_spreadsheet_and_goes_back(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    page = shown(client, "import_sheets", number)
    assert client.get(reverse("import", args=[number]))["Location"] == reverse("import_sheets", args=[number])
    for words in ("Liste", "Eğitim", "Göreve Başlama", "01.11.2026", "by its heading", 'value="3"'):
        assert words in page
    page = shown(client, "import_questions", number)
    assert "Yeni Taşeron A.Ş." in page
    (key,) = questions_on(page)
    place = questions_on(page)[key]
    page = sent(client, "import_answers", number, **{f"key-{place}": key, f"answer-{place}": "create"})
    assert "Refused rows with their reasons" in page
    assert "Liste!B8" in page
    assert "Write the other" in page
    page = sent(
        client,
        "import_fixes",
        number,
        **{"fix-0-9-role_assigned_on": "28.02.2026", "was-0-9-role_assigned_on": "31.02.2026"},
    )
    assert "1 row is refused still." in page
    page = sent(client, "import_apply", number, skip="1")
    assert "Written to the site." in page
    assert "3 new workers" in page
    assert "2 are Red" in page
    assert "Plan a session" in page
    assert set(Worker.objects.filter(employee_id__startswith="N-2").values_list("employee_id", flat=True)) == {
        "N-2",
        "N-20",
        "N-21",
        "N-23",
    }
    assert Worker.objects.get(employee_id="N-2").status == "INACTIVE"
    assert TrainingRecord.objects.filter(worker__employee_id="N-20").count() == 1
    page = shown(client, "import_undo", number)
    assert "Take back liste.xlsx" in page
    page = sent(client, "import_undo", number, reason="Yanlış dosya")
    assert "Taken back as a whole." in page
    assert "Yanlış dosya" in page
    assert Worker.objects.get(employee_id="N-2").status == "ACTIVE"
    assert Worker.objects.get(employee_id="N-20").status == "INACTIVE"
