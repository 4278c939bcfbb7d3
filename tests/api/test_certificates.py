"""Certificates over the API: PDF out, issued once, for those who may."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.http import HttpResponse

from tests import cast
from tests.api.classroom import AT, Classroom
from tests.api.client import ApiClient, body_of, need_problem
from tests.paper.reading import codes, page_count, standard, texts
from tests.training.acting import ADMIN, FAILED, PASSED, settle
from titan.core.actor import Role
from titan.records.commands import revoke_record
from titan.records.models import Certificate, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession


@pytest.fixture
def session(room: Classroom) -> TrainingSession:
    """A finalized session of the room's trainer: two passes and a failure."""
    first, second, third = room.workers
    made = room.over({first: PASSED, second: FAILED, third: PASSED})
    settle()
    finalize_session(made.pk, by=ADMIN, at=AT)
    return made


@pytest.fixture
def record(session: TrainingSession) -> TrainingRecord:
    return TrainingRecord.objects.filter(session_id=session.pk, result="PASSED").earliest("pk")


def pdf_of(answer: HttpResponse) -> bytes:
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/pdf"
    assert "no-store" in answer["Cache-Control"]
    return answer.content


def test_a_certificate_is_issued_and_printed_again(room: Classroom, record: TrainingRecord) -> None:
    path = f"/records/{record.pk}/certificate"
    need_problem(room.admin.get(path), 404, "NOT_FOUND")
    answer = room.admin.post(path)
    pdf = pdf_of(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{record.pk}.pdf"'
    assert standard(pdf) == ("2", "B")
    assert page_count(pdf) == 1
    token = Certificate.objects.get().token
    assert codes(pdf) == [f"http://testserver/c/{token}"]
    for reader in (Role.HSE_ADMIN, Role.ASSESSOR, Role.AUDITOR, Role.SUPER_ADMIN):
        assert pdf_of(room.clients[reader].get(path)) == pdf
    assert pdf_of(room.admin.post(path)) == pdf
    assert Certificate.objects.count() == 1


def test_the_public_address_of_the_site_is_printed(room: Classroom, record: TrainingRecord, settings: Any) -> None:
    settings.TITAN_PUBLIC_URL = "https://proof.example"
    (code,) = codes(pdf_of(room.admin.post(f"/records/{record.pk}/certificate")))
    assert code == f"https://proof.example/c/{Certificate.objects.get().token}"


def test_in_another_language(room: Classroom, record: TrainingRecord) -> None:
    path = f"/records/{record.pk}/certificate"
    assert "22 Kasım 2026" in texts(pdf_of(room.admin.post(f"{path}?language=tr")))[0]
    assert "22 November 2026" in texts(pdf_of(room.admin.get(path)))[0]
    for wrong in ("language=../x", "language=", "language=deutsch", "sprache=de"):
        need_problem(room.admin.get(f"{path}?{wrong}"), 422, "INVALID")


def test_all_of_a_session(room: Classroom, session: TrainingSession) -> None:
    path = f"/sessions/{session.pk}/certificates"
    answer = room.admin.post(path)
    pdf = pdf_of(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="certificates-{session.pk}.pdf"'
    assert (page_count(pdf), Certificate.objects.count()) == (2, 2)
    passed = TrainingRecord.objects.filter(session_id=session.pk, result="PASSED")
    revoke_record(passed.earliest("pk").pk, "not there", by=ADMIN, at=AT)
    assert page_count(pdf_of(room.admin.post(path))) == 1
    revoke_record(passed.latest("pk").pk, "not there", by=ADMIN, at=AT)
    need_problem(room.admin.post(path), 409, "NOTHING_TO_CERTIFY")


def test_the_trainer_of_the_session(room: Classroom, session: TrainingSession, record: TrainingRecord) -> None:
    assert page_count(pdf_of(room.teacher.post(f"/sessions/{session.pk}/certificates"))) == 2
    assert page_count(pdf_of(room.teacher.post(f"/records/{record.pk}/certificate"))) == 1
    assert page_count(pdf_of(room.teacher.get(f"/records/{record.pk}/certificate"))) == 1


def test_another_trainer_sees_nothing(room: Classroom, record: TrainingRecord) -> None:
    other = cast.make_record(room.workers[0], room.course, session_id=record.session_id + 1, trainer=room.stranger)
    settle()
    unseen = room.draft(trainer=room.stranger)
    for method, path in (
        ("POST", f"/records/{other.pk}/certificate"),
        ("GET", f"/records/{other.pk}/certificate"),
        ("POST", f"/sessions/{unseen}/certificates"),
    ):
        need_problem(room.teacher.send(method, path), 404, "NOT_FOUND")


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.AUDITOR])
def test_readers_issue_nothing(room: Classroom, session: TrainingSession, record: TrainingRecord, role: Role) -> None:
    need_problem(room.clients[role].post(f"/records/{record.pk}/certificate"), 403, "FORBIDDEN")
    need_problem(room.clients[role].post(f"/sessions/{session.pk}/certificates"), 403, "FORBIDDEN")
    assert not Certificate.objects.exists()


def test_nobody_gets_one_unseen(room: Classroom, record: TrainingRecord) -> None:
    need_problem(ApiClient(None).get(f"/records/{record.pk}/certificate"), 401, "NOT_SIGNED_IN")


def test_what_has_no_certificate(room: Classroom, session: TrainingSession, record: TrainingRecord) -> None:
    failed = TrainingRecord.objects.get(session_id=session.pk, result="FAILED")
    need_problem(room.admin.post(f"/records/{failed.pk}/certificate"), 409, "NOT_PASSED")
    need_problem(room.admin.post("/records/999999/certificate"), 404, "NOT_FOUND")
    need_problem(room.admin.post("/sessions/999999/certificates"), 404, "NOT_FOUND")
    need_problem(room.admin.post(f"/sessions/{room.draft()}/certificates"), 409, "NOTHING_TO_CERTIFY")
    pdf_of(room.admin.post(f"/records/{record.pk}/certificate"))
    revoke_record(record.pk, "wrong", by=ADMIN, at=AT)
    for method in ("GET", "POST"):
        need_problem(room.admin.send(method, f"/records/{record.pk}/certificate"), 409, "RECORD_REVOKED")


def test_once_under_a_key(room: Classroom, session: TrainingSession, record: TrainingRecord) -> None:
    key = str(uuid.uuid4())
    path = f"/records/{record.pk}/certificate"
    first = room.admin.post(path, Idempotency_Key=key)
    again = room.admin.post(path, Idempotency_Key=key)
    assert pdf_of(first) == pdf_of(again)
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    failed = TrainingRecord.objects.get(session_id=session.pk, result="FAILED")
    need_problem(
        room.admin.post(f"/records/{failed.pk}/certificate", Idempotency_Key=key), 422, "IDEMPOTENCY_KEY_REUSED"
    )
    other = str(uuid.uuid4())
    for _ in range(2):
        refused = room.admin.post(f"/records/{failed.pk}/certificate", Idempotency_Key=other)
        need_problem(refused, 409, "NOT_PASSED")


def test_all_of_a_session_once_under_a_key(room: Classroom, session: TrainingSession) -> None:
    key, path = str(uuid.uuid4()), f"/sessions/{session.pk}/certificates"
    assert [page_count(pdf_of(room.admin.post(path, Idempotency_Key=key))) for _ in "ab"] == [2, 2]


def test_the_document_promises_a_pdf(boss: ApiClient) -> None:
    paths = body_of(boss.get("/openapi.json"))["paths"]
    for path, methods in (
        ("/api/v1/records/{record_id}/certificate", ("get", "post")),
        ("/api/v1/sessions/{session_id}/certificates", ("post",)),
    ):
        for method in methods:
            assert list(paths[path][method]["responses"]["200"]["content"]) == ["application/pdf"]
