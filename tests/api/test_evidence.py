"""The signed sheet through the API: what is taken, what is not, how it comes back, and the alarm when it changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings

from tests import cast
from tests.api.classroom import (
    AT,
    Classroom,
    everything,
    need_invalid,
    pdf,
    tamper,
    upload,
)
from tests.api.client import BASE, body_of, need_problem
from tests.evidence.strange import zip_bytes
from tests.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes
from tests.training.acting import PASSED, sheet
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.evidence.models import EvidenceFile
from titan.training.commands import finalize_session
from titan.training.models import SessionEvidence

SHAPE = {"key", "sha256", "size", "media_type", "original_name", "verified"}
MEGABYTES_25 = 25 * 1024 * 1024


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def path_of(session: Any, *more: str) -> str:
    return "/".join((f"/sessions/{session.pk}/evidence", *more))


class TestWhatIsTaken:
    def test_a_file_is_kept_byte_for_byte_and_downloaded_as_it_was(self, room: Classroom) -> None:
        session = room.planned()
        content = pdf_bytes("signed")
        answer = upload(room.teacher, path_of(session), ("İmza vərəqi — лист · ورقة.pdf", content))
        assert answer.status_code == 201
        shown = body_of(answer)
        digest = hashlib.sha256(content).hexdigest()
        assert shown == {
            "key": f"sha256/{digest[:2]}/{digest[2:4]}/{digest}",
            "sha256": digest,
            "size": len(content),
            "media_type": "application/pdf",
            "original_name": "İmza vərəqi — лист · ورقة.pdf",
            "verified": True,
        }
        assert body_of(room.admin.get(path_of(session))) == shown
        within = body_of(room.admin.get(f"/sessions/{session.pk}"))["evidence"]
        assert within == {**shown, "verified": None}
        download = room.clients[Role.AUDITOR].get(path_of(session, "file"))
        assert (download.status_code, bytes_of(download)) == (200, content)
        assert download["Content-Type"] == "application/pdf"
        assert download["Content-Length"] == str(len(content))
        assert download["X-Content-Type-Options"] == "nosniff"
        disposition = download["Content-Disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert unquote(disposition.partition("''")[2]) == shown["original_name"]
        policy = download["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy

    @pytest.mark.parametrize(
        ("content", "media_type"),
        [(jpeg_bytes(), "image/jpeg"), (png_bytes(), "image/png"), (heic_bytes(), "image/heic")],
    )
    def test_pictures_are_told_by_their_content(self, room: Classroom, content: bytes, media_type: str) -> None:
        session = room.planned()
        shown = body_of(upload(room.admin, path_of(session), ("sheet.exe", content)))
        assert (shown["media_type"], shown["original_name"]) == (media_type, "sheet.exe")
        download = room.admin.get(path_of(session, "file"))
        assert (download["Content-Type"], bytes_of(download)) == (media_type, content)

    def test_several_are_bound_into_one_pdf(self, room: Classroom) -> None:
        session = room.planned()
        answer = upload(room.admin, path_of(session), ("1.jpg", jpeg_bytes("a")), ("2.pdf", pdf_bytes("b")))
        assert answer.status_code == 201
        shown = body_of(answer)
        assert (set(shown), shown["media_type"], shown["verified"]) == (SHAPE, "application/pdf", True)
        assert bytes_of(room.admin.get(path_of(session, "file"))).startswith(b"%PDF")
        assert EvidenceFile.objects.count() == 3

    def test_a_name_is_only_a_label(self, room: Classroom) -> None:
        session = room.planned()
        for name in (
            "../../x",
            "C:\\Windows\\sheet.pdf",
            "..",
            "<img src=x onerror=alert(1)>.pdf",
            "a&lt;b.pdf",
            "имя;filename=y.pdf",
        ):
            answer = upload(room.teacher, path_of(session), (name, pdf_bytes("labelled")))
            assert answer.status_code == 201
            shown = body_of(room.admin.get(path_of(session)))
            assert shown["original_name"] == name
            assert shown["key"].startswith("sha256/")
            download = room.admin.get(path_of(session, "file"))
            assert unquote(download["Content-Disposition"].partition("''")[2]) == name

    def test_a_label_is_one_line_of_at_most_255(self, room: Classroom) -> None:
        session = room.planned()
        answer = upload(room.admin, path_of(session), ("ə" * 300 + "\u202e\x01.pdf", pdf_bytes("labelled")))
        assert body_of(answer)["original_name"] == "ə" * 255

    def test_it_is_replaced_until_the_session_is_finalized(self, room: Classroom) -> None:
        session = room.planned()
        first = body_of(upload(room.teacher, path_of(session), pdf("first")))
        second = upload(room.admin, path_of(session), pdf("second"))
        assert second.status_code == 201
        assert body_of(room.admin.get(path_of(session)))["sha256"] == body_of(second)["sha256"] != first["sha256"]
        sheets = SessionEvidence.objects.filter(session=session).order_by("pk")
        assert [row.superseded_at is None for row in sheets] == [False, True]
        assert AuditEvent.objects.filter(action="session.evidence_replaced", entity_id=session.pk).count() == 1


class TestWhatIsNot:
    def test_no_file_no_bytes_and_no_field_are_422(self, room: Classroom) -> None:
        session = room.planned()
        before = everything()
        assert need_invalid(upload(room.teacher, path_of(session))) == [("file", "REQUIRED")]
        assert need_invalid(upload(room.teacher, path_of(session), form={"file": "text"})) == [("file", "REQUIRED")]
        assert need_invalid(upload(room.teacher, path_of(session), ("empty.pdf", b""))) == [("file", "EVIDENCE_EMPTY")]
        answer = upload(room.teacher, path_of(session), pdf(), ("empty.pdf", b""))
        assert need_invalid(answer) == [("file", "EVIDENCE_EMPTY")]
        assert everything() == before

    def test_wrong_types_and_polyglots_are_415(self, room: Classroom) -> None:
        session = room.planned()
        before = everything()
        for content in (
            b"name;badge\r\nAyla;W-1\r\n",
            b"<html><script>alert(1)</script></html>",
            zip_bytes(),
            pdf_bytes() + zip_bytes(),
            zip_bytes() + pdf_bytes(),
            b"GIF89a" + jpeg_bytes(),
            jpeg_bytes() + b"<?php system('id'); ?>",
            png_bytes()[:100],
            b"%PDF-1.7\n",
            b"MZ\x90\x00" + bytes(200),
        ):
            answer = upload(room.teacher, path_of(session), ("sheet.pdf", content))
            problem = need_problem(answer, 415, "EVIDENCE_TYPE")
            assert problem["errors"][0]["field"] == "file"
            assert "PDF, JPEG, PNG or HEIC" in problem["detail"]
        assert everything() == before

    def test_more_than_25_megabytes_are_413(self, room: Classroom) -> None:
        session = room.planned()
        before = everything()
        big = b"%PDF-1.7\n" + bytes(MEGABYTES_25)
        need_problem(upload(room.teacher, path_of(session), ("big.pdf", big)), 413, "TOO_LARGE")
        assert everything() == before

    def test_exactly_25_megabytes_are_not_too_large(self, room: Classroom) -> None:
        session = room.planned()
        full = b"no sheet, " + bytes(MEGABYTES_25 - 10)
        need_problem(upload(room.teacher, path_of(session), ("full.pdf", full)), 415, "EVIDENCE_TYPE")

    def test_json_is_no_upload(self, room: Classroom) -> None:
        session = room.planned()
        need_problem(room.teacher.post(path_of(session), {"file": "x"}), 415, "UNSUPPORTED_MEDIA_TYPE")

    def test_a_broken_form_is_400(self, room: Classroom) -> None:
        session = room.planned()
        answer = room.teacher.http.generic(
            "POST",
            BASE + path_of(session),
            b"nonsense",
            content_type="multipart/form-data; boundary=",
            headers=room.teacher.headers,
        )
        need_problem(answer, 400, "MALFORMED")

    def test_only_a_scheduled_session_takes_evidence(self, room: Classroom) -> None:
        draft = cast.make_session(room.course, trainer=room.trainer)
        done = room.over({room.workers[0]: PASSED})
        finalize_session(done.pk, by=cast.actor(), at=AT)
        off = room.planned()
        room.admin.post(f"/sessions/{off.pk}/cancel", {"reason": "Storm"})
        before = everything()
        need_problem(upload(room.teacher, path_of(draft), pdf()), 409, "NOT_SCHEDULED")
        need_problem(upload(room.teacher, path_of(done), pdf("another")), 409, "SESSION_CLOSED")
        need_problem(upload(room.admin, path_of(done), pdf("another")), 409, "SESSION_CLOSED")
        need_problem(upload(room.admin, path_of(off), pdf()), 409, "SESSION_CLOSED")
        assert everything() == before

    def test_there_is_none_yet(self, room: Classroom) -> None:
        session = room.planned()
        need_problem(room.teacher.get(path_of(session)), 404, "NOT_FOUND")
        need_problem(room.teacher.get(path_of(session, "file")), 404, "NOT_FOUND")


class TestIdempotency:
    def test_the_same_upload_happens_once(self, room: Classroom) -> None:
        session = room.planned()
        first = upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-1")
        before = everything()
        again = upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-1")
        assert (again.status_code, again.content) == (201, first.content)
        other = upload(room.teacher, path_of(session), pdf("other"), Idempotency_Key="sheet-1")
        assert need_invalid(other) == [("Idempotency-Key", "IDEMPOTENCY_KEY_REUSED")]
        assert everything() == before

    def test_the_first_answer_stands_whatever_became_of_the_session(self, room: Classroom) -> None:
        session = room.planned()
        first = upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-2")
        room.admin.post(f"/sessions/{session.pk}/cancel", {"reason": "Storm"})
        again = upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-2")
        assert (again.status_code, again.content) == (201, first.content)

    def test_refusals_are_remembered(self, room: Classroom) -> None:
        draft = cast.make_session(room.course, trainer=room.trainer)
        first = upload(room.teacher, path_of(draft), pdf(), Idempotency_Key="sheet-3")
        need_problem(first, 409, "NOT_SCHEDULED")
        assert room.admin.post(f"/sessions/{draft.pk}/schedule", room.plan()).status_code == 200
        again = upload(room.teacher, path_of(draft), pdf(), Idempotency_Key="sheet-3")
        assert (again.status_code, again.content) == (409, first.content)
        assert not SessionEvidence.objects.exists()
        assert upload(room.teacher, path_of(draft), pdf(), Idempotency_Key="sheet-4").status_code == 201

    def test_a_failure_of_the_store_is_not_remembered(self, room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
        from titan.evidence import storage
        from titan.evidence.errors import EvidenceUnavailable

        session = room.planned()

        def full(*_: Any, **__: Any) -> None:
            raise EvidenceUnavailable("The disk is full.")

        with monkeypatch.context() as broken:
            broken.setattr(storage.LocalStore, "keep", full)
            need_problem(
                upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-5"), 503, "EVIDENCE_UNAVAILABLE"
            )
        assert upload(room.teacher, path_of(session), pdf(), Idempotency_Key="sheet-5").status_code == 201


class TestTampering:
    @pytest.fixture
    def session(self, room: Classroom) -> Iterator[Any]:
        """Give a session whose sheet somebody changed on the disk."""
        staged = sheet("somebody changes this one")
        held_here = room.over({room.workers[0]: PASSED}, staged=staged)
        path = tamper(held_here)
        yield held_here
        path.unlink(missing_ok=True)
        sheet.cache_clear()

    def test_not_a_byte_is_sent_and_the_alarm_is_written(self, room: Classroom, session: Any) -> None:
        answer = room.clients[Role.AUDITOR].get(path_of(session, "file"))
        need_problem(answer, 409, "TAMPERED")
        assert not answer.streaming
        assert b"%PD" not in answer.content
        event = AuditEvent.objects.get(action="evidence.tampered")
        assert event.entity_id == session.evidence_id
        assert event.actor_id == room.users[Role.AUDITOR].pk
        assert body_of(room.teacher.get(path_of(session)))["verified"] is False
        assert AuditEvent.objects.filter(action="evidence.tampered").count() == 2

    def test_nothing_is_finalized_on_it_nor_put_over_it(self, room: Classroom, session: Any) -> None:
        before = {name: rows for name, rows in everything().items() if name != "audit_auditevent"}
        problem = need_problem(room.admin.post(f"/sessions/{session.pk}/finalize"), 409, "TAMPERED")
        assert [(error["field"], error["code"]) for error in problem["errors"]] == [("evidence", "TAMPERED")]
        need_problem(room.admin.get(f"/sessions/{session.pk}/finalize"), 409, "TAMPERED")
        need_problem(upload(room.teacher, path_of(session), pdf("somebody changes this one")), 409, "TAMPERED")
        assert AuditEvent.objects.filter(action="evidence.tampered").count() == 3
        assert before.items() <= everything().items()
        assert upload(room.teacher, path_of(session), pdf("signed again")).status_code == 201
        assert room.admin.post(f"/sessions/{session.pk}/finalize").status_code == 200

    def test_lost_bytes_are_an_alarm_too(self, room: Classroom, session: Any) -> None:
        (Path(settings.TITAN_EVIDENCE_DIR) / session.evidence.key).unlink()
        need_problem(room.teacher.get(path_of(session, "file")), 409, "TAMPERED")
        assert body_of(room.teacher.get(path_of(session)))["verified"] is False
        need_problem(room.admin.post(f"/sessions/{session.pk}/finalize"), 409, "TAMPERED")


def test_reading_proof_costs_the_same_at_any_time(room: Classroom, django_assert_max_num_queries: Any) -> None:
    session = room.over({room.workers[0]: PASSED})
    room.clock.shift(timedelta(minutes=1))
    with django_assert_max_num_queries(12):
        assert room.admin.get(path_of(session)).status_code == 200
    with django_assert_max_num_queries(12):
        assert bytes_of(room.admin.get(path_of(session, "file")))
