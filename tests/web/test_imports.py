"""The pages of an import: from an ugly file to Reds and a first class, and back."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import cast
from tests.exchange.folders import write
from tests.exchange.imports.files import Formula, workbook
from tests.web.classes import client_of
from titan.core.actor import Role, Via, system_actor
from titan.exchange.imports.commands.working import do_asked_work
from titan.exchange.imports.models import Import
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker
from titan.records.models import TrainingRecord

# Who asks and the frame of the page cost the most of it.
STATEMENTS = {"import_sheets": 9, "import_questions": 9, "import_preview": 12, "import_result": 15, "imports": 10}
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


def test_what_a_person_says_of_a_sheet_is_how_it_is_read(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client, workbook(("Liste", [["Kod", "Ad", "Not"], ["X-1", "Ali", "?"], ["X-2", "Veli", "?"]])))
    page = shown(client, "import_sheets", number)
    assert "Say first what one of the sheets holds." in page
    page = sent(client, "import_sheet", number, 0, kind="WORKERS")
    assert "New rows need:" in page
    page = sent(
        client,
        "import_sheet",
        number,
        0,
        used="1",
        kind="WORKERS",
        header_row="1",
        **{"column-0": "employee_id", "column-1": "first_name", "column-2": "", "value-company_code": "NGT"},
    )
    assert "New rows need:" not in page
    assert "as you chose" in page
    page = shown(client, "import_preview", number)
    assert "Write 2 rows to the site" in page
    page = sent(client, "import_sheet", number, 0, used="1", kind="WORKERS", header_row="2")
    assert 'value="2"' in page
    for wrong in ("zwei", "0", "99999999999"):
        answer = client.post(
            reverse("import_sheet", args=[number, 0]), {"used": "1", "kind": "WORKERS", "header_row": wrong}
        )
        assert answer.status_code == 422, wrong
        assert "Not saved." in answer.content.decode()
    page = sent(client, "import_sheet", number, 0, kind="WORKERS", header_row="2")
    assert "Say first what one of the sheets holds." in page
    assert client.post(reverse("import_sheet", args=[number, 7]), {}).status_code == 404


def test_answers_are_kept_as_typed_until_they_are_right(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    (key,) = questions_on(shown(client, "import_questions", number))
    given = {"key-0": key, "answer-0": "map:", "code-0": "Boğaziçi"}
    answer = client.post(reverse("import_answers", args=[number]), given)
    assert answer.status_code == 422
    assert 'value="Boğaziçi"' in answer.content.decode()
    page = sent(client, "import_answers", number, **(given | {"code-0": "BOS"}))
    assert "Liste!B7" not in page
    answer = client.post(reverse("import_answers", args=[number]), given | {"answer-0": "nonsense"})
    assert answer.status_code == 422
    assert "Give one of the answers" in answer.content.decode()
    page = sent(client, "import_answers", number, **{"key-0": key, "answer-0": ""})
    assert "1 not decided" in page


def test_rows_are_mended_together_left_out_and_taken_in_again(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    cells = {"fix-0-9-role_assigned_on": "28.02.2026", "was-0-9-role_assigned_on": "31.02.2026"}
    more = {
        "fix-0-8-first_name": "Kaya",
        "was-0-8-first_name": "=A1",
        "fix-0-8-last_name": "Er",
        "was-0-8-last_name": "Er",
    }
    answer = client.post(
        f"{reverse('import_fixes', args=[number])}?show=refused", cells | more | {"out": "0-7"}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "No row is refused any more." in answer["HX-Trigger"]
    page = shown(client, "import_preview", number, show="ignored")
    assert "Take it in again: Liste!7" in page
    page = sent(client, "import_rows", number, sheet="0", row="7")
    assert "1 row is refused still." in page
    answer = client.post(
        reverse("import_fixes", args=[number]), {"fix-0-7-company_code": "X", "was-0-7-company_code": "X"}
    )
    assert answer.status_code == 422
    assert "Change what is wrong first" in answer.content.decode()
    assert client.post(reverse("import_rows", args=[number]), {"sheet": "x"}).status_code == 404


def test_the_preview_shows_rows_by_what_becomes_of_them(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    (key,) = questions_on(shown(client, "import_questions", number))
    sent(client, "import_answers", number, **{"key-0": key, "answer-0": "create"})
    assert "Made by your answers" in shown(client, "import_preview", number, show="created", kind="COMPANIES")
    workers = shown(client, "import_preview", number, show="created", kind="WORKERS")
    assert "N-20" in workers
    assert "N-22" not in workers
    changed = shown(client, "import_preview", number, show="changed")
    assert "<del><bdi>ACTIVE</bdi></del>" in changed
    assert "Liste!10" in shown(client, "import_preview", number, show="ignored")
    answer = client.get(reverse("import_refused", args=[number]))
    assert answer["Content-Disposition"] == 'attachment; filename="liste-refused.xlsx"'
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert any("There is no such day" in text for text in texts)


def test_two_people_do_not_decide_over_each_other(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    (key,) = questions_on(shown(client, "import_questions", number))
    sent(client, "import_answers", number, version="1", **{"key-0": key, "answer-0": "create"})
    for name, args, given in (
        ("import_answers", (), {"key-0": key, "answer-0": ""}),
        ("import_sheet", (0,), {}),
        ("import_empty", (), {"clears": "1"}),
        ("import_fixes", (), {"out": "0-7"}),
        ("import_rows", (), {"sheet": "0", "row": "7"}),
        ("import_apply", (), {"skip": "1"}),
    ):
        answer = client.post(reverse(name, args=[number, *args]), {"version": "1", **given})
        assert answer.status_code == 409, name
        assert "See how it stands now" in answer.content.decode(), name
    assert not Worker.objects.filter(employee_id="N-20").exists()
    page = sent(client, "import_empty", number, version="2", clears="1")
    assert "take away what stands" in page
    assert Import.objects.get().choices["empty_clears"] is True


def test_a_large_file_is_checked_while_one_looks_on(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    lines = "Badge;First name;Company\r\n" + "".join(f"L-{n};First {n};NGT\r\n" for n in range(5_001))
    number = opened(client, lines.encode("utf-8-sig"), "head office.csv")
    page = shown(client, "import_sheets", number)
    assert "Checking every row against the site" in page
    assert "You may leave this page" in page
    part = client.get(reverse("import_progress", args=[number]), headers=HTMX)
    assert 'hx-trigger="every 1s"' in part.content.decode()
    for step in ("questions", "preview", "result"):
        assert shown(client, f"import_{step}", number)
    assert "Checking every row" in client.get(reverse("imports")).content.decode()
    assert do_asked_work(lambda: loaded)
    done = client.get(reverse("import_progress", args=[number]), headers=HTMX)
    assert done["HX-Redirect"] == reverse("import", args=[number])
    assert "Write 5,001 rows to the site" in shown(client, "import_preview", number)
    page = sent(client, "import_apply", number)
    assert "Writing it to the site" in page


def test_files_that_are_none_are_refused_in_words(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    for content, status, words in (
        (b"%PDF-1.7\n%\xe2\xe3", 415, "cannot be imported"),
        (b"", 422, "empty"),
    ):
        answer = client.post(reverse("imports"), {"file": SimpleUploadedFile("x.xlsx", content)})
        assert answer.status_code == status
        assert words in answer.content.decode()
    answer = client.post(reverse("imports"), {})
    assert answer.status_code == 422
    assert "Choose a file first." in answer.content.decode()
    huge = client.post(reverse("imports"), {}, headers={"Content-Length": str(2**31)})
    assert huge.status_code == 413
    assert not Import.objects.exists()


def test_discarding_forgets(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    page = sent(client, "import_discard", number)
    assert "Discarded. Nothing was written." in page
    assert "Nothing was written; the file is forgotten." in shown(client, "import_result", number)
    assert client.post(reverse("import_discard", args=[number])).status_code == 409


def test_what_rests_on_it_keeps_it(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    number = opened(client)
    assert client.post(reverse("import_apply", args=[number])).status_code == 409
    sent(client, "import_apply", number, skip="1")
    course = Worker.objects.get(employee_id="N-20").records.get().course
    cast.make_session(course, workers=[Worker.objects.get(employee_id="N-20")])
    page = shown(client, "import_undo", number)
    assert "It cannot be taken back: something rests on it." in page
    assert 'name="reason"' not in page
    assert client.post(reverse("import_undo", args=[number]), {"reason": "why"}).status_code == 409


def test_who_imports_and_who_looks_on(loaded: datetime) -> None:
    number = opened(client_of(Role.HSE_ADMIN))
    auditor = client_of(Role.AUDITOR)
    for name in ("import_sheets", "import_questions", "import_preview", "import_result"):
        page = shown(auditor, name, number)
        assert f'action="{reverse("import_answers", args=[number])}"' not in page or "disabled" in page
        assert "Read it this way" not in page
        assert "Check again" not in page
        assert 'id="apply' not in page
    assert "Choose a file" not in auditor.get(reverse("imports")).content.decode()
    acts = ("import_answers", "import_fixes", "import_rows", "import_apply", "import_discard", "import_empty")
    given = {"sheet": "0", "row": "7", "out": "0-7", "key-0": "company:yeni taseron as", "answer-0": "create"}
    for name in acts:
        if name != "import_answers":
            assert auditor.post(reverse(name, args=[number]), given).status_code == 403, name
    assert auditor.post(reverse("imports"), {}).status_code == 403
    assert auditor.get(reverse("import_undo", args=[number])).status_code == 403
    for role in (Role.TRAINER, Role.ASSESSOR):
        other = client_of(role)
        for name in ("import_sheets", "import_preview", "import_progress", "import_refused"):
            assert other.get(reverse(name, args=[number])).status_code == 403, (role, name)
        assert other.get(reverse("imports")).status_code == 403
    assert reverse("imports") not in auditor.get(reverse("today")).content.decode()
    assert reverse("imports") in client_of(Role.HSE_ADMIN).get(reverse("today")).content.decode()
    assert auditor.get(reverse("import", args=[999])).status_code == 404


def test_a_new_site_is_led_to_the_import(site: Any, now: datetime) -> None:
    admin, auditor = client_of(Role.HSE_ADMIN), client_of(Role.AUDITOR)
    assert "Begin with the spreadsheets that you have" in admin.get(reverse("today")).content.decode()
    assert "Begin with the spreadsheets" not in auditor.get(reverse("today")).content.decode()
    assert "Import a spreadsheet" in admin.get(reverse("workers")).content.decode()
    assert "Import a spreadsheet" not in auditor.get(reverse("workers")).content.decode()
    assert "Nobody matches" in admin.get(reverse("workers"), {"search": "x"}).content.decode()


def test_pages_cost_the_same_for_any_number_of_rows(loaded: datetime) -> None:
    client = client_of(Role.HSE_ADMIN)
    costs = {}
    for people in (3, 150):
        head = ["Badge", "First name", "Company", "Role", "Role since"]
        rows = [[f"C{people}-{n}", f"First {n}", "NGT", "RIG", "2026-01-05"] for n in range(people)]
        number = opened(client, workbook(("S", [head, *rows])))
        costs[people] = {
            name: _cost(client, name, number) for name in ("import_sheets", "import_questions", "import_preview")
        }
        sent(client, "import_apply", number)
        costs[people]["import_result"] = _cost(client, "import_result", number)
        costs[people]["imports"] = _cost(client, "imports")
    assert costs[3] == costs[150] == STATEMENTS


def _cost(client: Client, name: str, *args: int) -> int:
    client.get(reverse(name, args=args))
    with CaptureQueriesContext(connection) as asking:
        assert client.get(reverse(name, args=args)).status_code == 200
    return len(asking)
