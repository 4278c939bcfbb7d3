"""The pages of extensions: what one would do, the authority's decision with its letter, and taking it back."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.files import pdf_bytes
from tests.training.acting import settle
from tests.web.classes import client_of
from titan.core.actor import Role
from titan.evidence.models import EvidenceFile
from titan.records.extensions.commands import extend_validity
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import ExtendedRecord, TrainingRecord, ValidityExtension

DECISION = {"reference": "Order <118/26>", "decided_on": "2026-11-03", "reason": "The centre is closed."}


@pytest.fixture
def records(now: Any) -> list[TrainingRecord]:
    """Of each of three workers a pass that ran out twelve days ago, in a course that is asked of them."""
    course, role = cast.make_course(code="FIRE", title={"en": "Fire <safety>"}), cast.make_role()
    cast.require(role, course)
    workers = [cast.make_worker(role=role, last_name=f"Name{number}") for number in range(3)]
    made = [
        cast.make_record(one, course, completed_on=date(2025, 11, 10), expires_on=date(2026, 11, 10)) for one in workers
    ]
    settle()
    return made


@pytest.fixture
def admin(records: list[TrainingRecord]) -> Client:
    return client_of(name="Aylin Demir")


def address(records: list[TrainingRecord], **more: Any) -> str:
    chosen = {"course_id": records[0].course_id, "days_of": "EXPIRES_ON", "from": "2026-11-01", "to": "2026-11-30"}
    return f"/library/extensions/new?{urlencode({**chosen, 'until': '2027-03-31', **more})}"


def made(records: list[TrainingRecord], letter: int | None = None) -> int:
    first, last, until = date(2026, 11, 1), date(2026, 11, 30), date(2027, 3, 31)
    extending = Extending(records[0].course_id, "EXPIRES_ON", first, last, until)
    decision = AuthorityDecision("Order <118/26>", date(2026, 11, 3), "The centre is closed.")
    return extend_validity(extending, decision, letter, by=cast.actor(), at=cast.AT)


def read(client: Client, where: str, status: int = 200) -> str:
    answer = client.get(where)
    assert answer.status_code == status
    return answer.content.decode()


def plain(page: str) -> str:
    """Return the words of a page, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def test_from_looking_to_taking_it_back(admin: Client, records: list[TrainingRecord]) -> None:
    assert "No validity was extended" in read(admin, "/library/extensions")
    page = read(admin, address(records))
    words = plain(page)
    assert "3 records of 3 workers" in words
    assert "3 turn Green in the course" in words
    assert "Extend 3 records" in words
    assert "10 Nov 2026" in words
    assert TrainingRecord.objects.filter(valid_until=date(2027, 3, 31)).count() == 0
    letter = SimpleUploadedFile("order.pdf", pdf_bytes("Order 118/26"), content_type="application/pdf")
    sent = admin.post(address(records), {**DECISION, "digest": digest_in(page), "file": letter})
    one = ValidityExtension.objects.get()
    assert sent["Location"] == f"/library/extensions/{one.pk}"
    assert one.evidence is not None
    assert one.evidence.original_name == "order.pdf"
    assert TrainingRecord.objects.filter(valid_until=date(2027, 3, 31)).count() == 3
    page = read(admin, f"/library/extensions/{one.pk}")
    for said in ("Order &lt;118/26&gt;", "In force", "The file is the one that was stored.", "Aylin Demir", "Revoke"):
        assert said in page
    assert "Extended. 3 records are valid longer." in page
    page = read(admin, f"/library/extensions/{one.pk}/revoke")
    assert "3 turn Red in the course" in plain(page)
    sent = admin.post(f"/library/extensions/{one.pk}/revoke", {"reason": "Not for us", "digest": digest_in(page)})
    assert sent.status_code == 302
    page = read(admin, f"/library/extensions/{one.pk}")
    assert "Not for us" in page
    assert "/revoke" not in page
    assert "Revoked" in read(admin, "/library/extensions?revoked=yes")
    assert "No extension matches" in read(admin, "/library/extensions?revoked=no")
    assert "It is revoked already" in read(admin, f"/library/extensions/{one.pk}/revoke")


def test_where_the_record_is_shown_it_says_by_whose_decision(admin: Client, records: list[TrainingRecord]) -> None:
    record, letter = records[0], cast.make_evidence()
    number = made(records, letter.pk)
    sheet = plain(read(admin, f"/records/{record.pk}/sheet"))
    assert "Valid until 31 Mar 2027 Expires, as it was written 10 Nov 2026" in sheet
    assert "Extended to 31 Mar 2027 by decision Order &lt;118/26&gt; of 3 Nov 2026. The centre is closed." in sheet
    worker = plain(read(admin, f"/workers/{record.worker_id}"))
    assert "31 Mar 2027 extended by decision Order &lt;118/26&gt; of 3 Nov 2026" in worker
    assert "Fire &lt;safety&gt; is valid longer, until 31 Mar 2027" in worker
    assert "ran out" not in worker
    assert f'href="/library/extensions/{number}"' in read(admin, f"/evidence/{letter.pk}")
    place = ExtendedRecord.objects.filter(record=record).values_list("pk", flat=True)[0]
    assert admin.get(f"/library/extensions/records/{place}")["Location"] == f"/records/{record.pk}/sheet"
    assert admin.get("/library/extensions/records/999999").status_code == 404
    admin.post(f"/library/extensions/{number}/revoke", {"reason": "Not for us"})
    sheet = plain(read(admin, f"/records/{record.pk}/sheet"))
    assert "Extension to 31 Mar 2027, revoked on Sun 22 Nov 2026 by Aylin Demir. Not for us" in sheet
    worker = plain(read(admin, f"/workers/{record.worker_id}"))
    assert "Extension revoked: Fire &lt;safety&gt;" in worker
    assert "ran out" in worker


def test_what_is_wrong_is_said_at_its_field(admin: Client, records: list[TrainingRecord]) -> None:
    page = read(admin, "/library/extensions/new?days_of=EXPIRES_ON&from=2026-11-02", 422)
    assert page.count('aria-invalid="true"') == 3
    page = read(admin, address(records, to="2026-10-01"), 422)
    assert "Give a last day that is not before the first." in page
    assert "Extend 3" not in page
    answer = admin.post(address(records), {"reference": " ", "decided_on": "", "reason": ""})
    assert answer.status_code == 422
    assert answer.content.decode().count('aria-invalid="true"') == 3
    named = {**DECISION, "reason": f"For {records[0].worker.employee_id}"}
    answer = admin.post(address(records), named)
    assert answer.status_code == 422
    assert "Leave people out" in answer.content.decode()
    text = SimpleUploadedFile("order.txt", b"no evidence", content_type="text/plain")
    answer = admin.post(address(records), {**DECISION, "file": text})
    assert answer.status_code == 415
    assert "Choose it again: nothing was kept." in answer.content.decode()
    answer = admin.post(address(records), {**DECISION, "digest": "0" * 64})
    assert answer.status_code == 409
    assert "The list of records changed since you looked." in answer.content.decode()
    assert not ValidityExtension.objects.exists()
    assert EvidenceFile.objects.count() == len(records)
    number = made(records)
    answer = admin.post(f"/library/extensions/{number}/revoke", {"reason": " "})
    assert answer.status_code == 422
    assert "Say why" in answer.content.decode()


def test_a_form_that_is_too_large_is_refused_unread(admin: Client, records: list[TrainingRecord]) -> None:
    answer = admin.post(address(records), DECISION, headers={"Content-Length": str(10**9)})
    assert answer.status_code == 413
    assert "Scan them at a lower resolution" in answer.content.decode()


def test_who_may(records: list[TrainingRecord]) -> None:
    number = made(records)
    for role in (Role.AUDITOR, Role.ASSESSOR):
        reader = client_of(role)
        assert "Extend validity</a>" not in read(reader, "/library/extensions")
        assert "Administrators extend and revoke." in read(reader, address(records))
        assert "Revoke</a>" not in read(reader, f"/library/extensions/{number}")
        assert reader.get(f"/library/extensions/{number}/revoke").status_code == 403
        assert reader.post(f"/library/extensions/{number}/revoke", {"reason": "x"}).status_code == 403
        assert reader.post(address(records), DECISION).status_code == 403
    trainer = client_of(Role.TRAINER)
    for where in ("/library/extensions", f"/library/extensions/{number}", address(records)):
        assert trainer.get(where).status_code == 403
    assert Client().get("/library/extensions").status_code == 302
    assert ValidityExtension.objects.get().revoked_at is None


def test_nothing_is_written_without_a_token(records: list[TrainingRecord]) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.cookies = client_of().cookies
    assert careful.post(address(records), DECISION).status_code == 403
    assert not ValidityExtension.objects.exists()


def test_pages_cost_the_same_however_many(admin: Client, records: list[TrainingRecord]) -> None:
    costs = []
    for number in (1, 30):
        for _ in range(number):
            one = cast.make_worker(role=records[0].worker.role)
            cast.make_record(one, records[0].course, completed_on=date(2025, 11, 10), expires_on=date(2026, 11, 10))
        settle()
        with CaptureQueriesContext(connection) as looking:
            read(admin, address(records))
        extension = made(records)
        with CaptureQueriesContext(connection) as reading:
            read(admin, f"/library/extensions/{extension}")
        with CaptureQueriesContext(connection) as listing:
            read(admin, "/library/extensions")
        costs.append((len(looking), len(reading), len(listing)))
    assert costs[0] == costs[1], costs
