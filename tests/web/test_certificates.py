"""Results from elsewhere on screen (a certificate, a correction, a withdrawal): what each changes comes first."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.training.acting import pending
from tests.web.classes import HTMX, a_file, client_of
from tests.web.forms import form_in
from titan.compliance.commands import rebuild
from titan.compliance.models import Severity, WorkerVerdict
from titan.core.actor import Role
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Worker
from titan.records.models import CompetencyRecord, Result, Source, TrainingRecord


def a_red_worker(now: datetime, **course: Any) -> tuple[Worker, Any]:
    role, asked = cast.make_role(), cast.make_course(code="FA-1", title={"en": "First Aid"}, **course)
    cast.require(role, asked)
    worker = cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=now)
    return worker, asked


def certificate(client: Client, worker: Worker, course: Any, **changes: Any) -> dict[str, Any]:
    address = reverse("certificate_new", args=[worker.pk])
    form = form_in(client.get(address).content.decode(), address)
    given = {"course_id": str(course.pk), "completed_on": "2026-11-01", "provider": "Red Crescent"}
    return {**form, **given, **changes}


def severity_of(worker: Worker) -> str:
    return Severity(WorkerVerdict.objects.get(worker=worker).severity).name


def test_a_certificate_is_recorded_with_its_file_and_what_it_changes_is_shown_first(now: datetime) -> None:
    worker, course = a_red_worker(now)
    client = client_of()
    page = client.get(reverse("worker", args=[worker.pk])).content.decode()
    assert reverse("certificate_new", args=[worker.pk]) in page
    form = certificate(client, worker, course)
    effect = client.post(reverse("certificate_effect", args=[worker.pk]), form, headers=HTMX).content.decode()
    assert "First Aid" in effect
    assert "Red" in effect
    assert "Green" in effect
    assert not EvidenceFile.objects.exists()
    assert not TrainingRecord.objects.exists()

    answer = client.post(reverse("certificate_new", args=[worker.pk]), {**form, "file": a_file("card.pdf")})
    record = TrainingRecord.objects.get()
    assert answer["Location"] == reverse("record_sheet", args=[record.pk])
    assert (record.source, record.completed_on, record.provider) == (Source.EXTERNAL, date(2026, 11, 1), "Red Crescent")
    assert record.evidence.original_name == "card.pdf"
    assert severity_of(worker) == "COMPLIANT"
    assert "The certificate is recorded." in client.get(answer["Location"]).content.decode()


def test_a_course_with_a_sign_off_opens_a_pending_competency(now: datetime) -> None:
    worker, course = a_red_worker(now, requires_verification=True)
    client = client_of()
    form = {**certificate(client, worker, course), "file": a_file()}
    answer = client.post(reverse("certificate_new", args=[worker.pk]), form)
    waiting = CompetencyRecord.objects.get()
    assert answer["Location"] == reverse("competency_sheet", args=[waiting.pk])
    assert not TrainingRecord.objects.exists()

    address = reverse("competency_withdraw", args=[waiting.pk])
    assert address in client.get(answer["Location"]).content.decode()
    asked = client.get(address, headers=HTMX).content.decode()
    assert "leaves the verification queue" in asked
    assert client.post(address, {"reason": " "}, headers=HTMX).status_code == 422
    client.post(address, {"reason": "Wrong person"}, headers=HTMX)
    waiting.refresh_from_db()
    assert waiting.revoke_reason == "Wrong person"
    assert "decided or withdrawn already" in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("field", "value", "where"),
    [
        ("course_id", "", "course_id"),
        ("course_id", "999", "course_id"),
        ("course_id", "x", "course_id"),
        ("completed_on", "", "completed_on"),
        ("completed_on", "2026-13-01", "completed_on"),
        ("completed_on", "2027-01-01", "completed_on"),
        ("score", "101", "score"),
        ("score", "many", "score"),
        ("result", "MAYBE", "result"),
        ("provider", "A\x00B", "provider"),
        ("provider", "x" * 300, "provider"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    now: datetime, field: str, value: str, where: str
) -> None:
    worker, course = a_red_worker(now)
    client = client_of()
    form = certificate(client, worker, course, **{"remarks": "Kept <b>", field: value})
    answer = client.post(reverse("certificate_new", args=[worker.pk]), {**form, "file": a_file()})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="error-{where}"' in page
    assert "Kept &lt;b&gt;</textarea>" in page
    assert not EvidenceFile.objects.exists()


def test_a_certificate_needs_a_file_that_is_evidence(now: datetime) -> None:
    worker, course = a_red_worker(now)
    client, address = client_of(), reverse("certificate_new", args=[worker.pk])
    form = certificate(client, worker, course)
    missing = client.post(address, form, headers=HTMX)
    assert missing.status_code == 422
    assert 'id="error-file"' in missing.content.decode()
    assert "<html" not in missing.content.decode()
    wrong = client.post(address, {**form, "file": a_file("a.pdf", b"no evidence at all")})
    assert wrong.status_code == 415
    large = client.post(address, {"file": a_file()}, CONTENT_LENGTH=2**30)
    assert large.status_code == 413
    assert not EvidenceFile.objects.exists()
    assert Client(enforce_csrf_checks=True).post(address, form).status_code in {302, 403}


def test_a_revoked_record_is_corrected_on_the_same_evidence(now: datetime) -> None:
    worker, course = a_red_worker(now)
    record = cast.make_record(worker, course, completed_on=date(2026, 10, 1))
    rebuild(by=cast.actor(), at=now)
    client, sheet = client_of(), reverse("record_sheet", args=[record.pk])
    address = reverse("record_correct", args=[record.pk])
    assert address not in client.get(sheet).content.decode()
    early = client.post(address, {"completed_on": "2026-10-02", "result": "PASSED", "course_id": str(course.pk)})
    assert early.status_code == 409
    assert "Revoke the wrong record" in early.content.decode()
    client.post(reverse("record_revoke", args=[record.pk]), {"reason": "The day was another one"})
    assert severity_of(worker) == "NON_COMPLIANT"
    assert address in client.get(sheet).content.decode()

    form = form_in(client.get(address).content.decode(), address)
    assert (form["completed_on"], form["result"]) == ("2026-10-01", "PASSED")
    form["completed_on"] = "2026-10-02"
    effect = client.post(reverse("record_correct_effect", args=[record.pk]), form, headers=HTMX).content.decode()
    assert "Green" in effect
    answer = client.post(address, form)
    right = TrainingRecord.objects.get(corrects=record)
    assert answer["Location"] == reverse("record_sheet", args=[right.pk])
    assert (right.source, right.evidence_id) == (Source.CORRECTION, record.evidence_id)
    assert severity_of(worker) == "COMPLIANT"
    assert "Corrected by" in client.get(sheet).content.decode()
    assert address not in client.get(sheet).content.decode()
    again = client.post(address, form)
    assert again.status_code == 409
    assert "has its correction already" in again.content.decode()


def test_a_correction_may_bring_another_file(now: datetime) -> None:
    worker, course = a_red_worker(now)
    record = cast.make_record(worker, course, revoked_at=now, revoke_reason="Wrong")
    client, address = client_of(), reverse("record_correct", args=[record.pk])
    form = form_in(client.get(address).content.decode(), address)
    client.post(address, {**form, "result": "FAILED", "file": a_file("right.pdf")})
    right = TrainingRecord.objects.get(corrects=record)
    assert (right.result, right.evidence.original_name) == (Result.FAILED, "right.pdf")


def test_who_may_not_is_told_so(now: datetime) -> None:
    worker, course = a_red_worker(now)
    record = cast.make_record(worker, course, revoked_at=now, revoke_reason="Wrong")
    waiting = pending(worker, course)
    places = [
        reverse("certificate_new", args=[worker.pk]),
        reverse("record_correct", args=[record.pk]),
        reverse("competency_withdraw", args=[waiting.pk]),
    ]
    for role in (Role.AUDITOR, Role.ASSESSOR, Role.TRAINER):
        client = client_of(role)
        assert [client.get(place).status_code for place in places] == [403] * 3
        assert [client.post(place, {}).status_code for place in places] == [403] * 3
        assert client.post(reverse("certificate_effect", args=[worker.pk]), {}).status_code == 403
    reader = client_of(Role.AUDITOR)
    assert places[0] not in reader.get(reverse("worker", args=[worker.pk])).content.decode()
    assert places[1] not in reader.get(reverse("record_sheet", args=[record.pk])).content.decode()
    admin = client_of()
    assert admin.get(reverse("certificate_new", args=[999_999])).status_code == 404
    assert admin.get(reverse("record_correct", args=[999_999])).status_code == 404
