"""The signed sheet on screen: brought in, shown, replaced, and never shown when its bytes changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from PIL import Image

from tests import cast
from tests.files import heic_bytes, jpeg_bytes, pdf_bytes, png_bytes
from tests.web.classes import HTMX, a_file, running, signed_in, upload
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.evidence.rules import MAX_TOTAL_BYTES
from titan.training.models import SessionEvidence, TrainingSession


@pytest.fixture(autouse=True)
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def admin() -> Client:
    return signed_in(name="Aylin Demir")[0]


def address(session: TrainingSession, *parts: str) -> str:
    return "/".join([f"/sessions/{session.pk}/evidence", *parts])


def spoil(session: TrainingSession) -> None:
    """Change the stored bytes behind the product's back."""
    session.refresh_from_db()
    assert session.evidence
    path = Path(settings.TITAN_EVIDENCE_DIR) / session.evidence.key
    path.chmod(0o600)
    path.write_bytes(b"%PDF-other")


def picture_of(answer: Any) -> Image.Image:
    assert answer["Content-Type"] == "image/jpeg"
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image


def test_a_sheet_is_asked_for(admin: Client) -> None:
    page = admin.get(address(running()), headers=HTMX).content.decode()
    assert "Drop the signed sheet here" in page
    assert 'capture="environment"' in page
    assert "<html" not in page


def test_an_uploaded_sheet_shows_its_hash_and_its_pages(admin: Client) -> None:
    session = running()
    answer = upload(admin, session, a_file("şablon 1.pdf", pdf_bytes("proof", pages=2)))
    assert answer.status_code == 200
    assert "titan:session-changed" in answer["HX-Trigger"]
    session.refresh_from_db()
    assert session.evidence
    page = answer.content.decode()
    assert "şablon 1.pdf" in page
    assert "Hash checked just now: equal" in page
    assert session.evidence.sha256[:8] in page
    assert "2 pages" in page
    assert "Aylin Demir" in page
    for number in (1, 2):
        assert f"{address(session, 'pages', str(number))}?size=small" in page
        picture = picture_of(admin.get(address(session, "pages", str(number))))
        assert picture.size == (1240, 1754)
    small = picture_of(admin.get(address(session, "pages", "1"), {"size": "small"}))
    assert max(small.size) == 420
    assert admin.get(address(session, "pages", "3")).status_code == 404


@pytest.mark.parametrize("content", [jpeg_bytes(), png_bytes(), png_bytes(mode="RGBA"), heic_bytes()])
def test_photos_are_shown_too(admin: Client, content: bytes) -> None:
    session = running()
    assert upload(admin, session, a_file("photo", content)).status_code == 200
    assert picture_of(admin.get(address(session, "pages", "1"))).mode == "RGB"


def test_a_page_is_drawn_once_and_asked_for_again_each_time(admin: Client) -> None:
    session = running()
    upload(admin, session)
    first = admin.get(address(session, "pages", "1"))
    assert first["Cache-Control"] == "private, no-cache"
    assert "sandbox" in first["Content-Security-Policy"]
    again = admin.get(address(session, "pages", "1"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert admin.get(address(session, "pages", "1")).content == first.content


def test_a_changed_sheet_is_an_alarm_and_no_picture(admin: Client) -> None:
    session = running()
    upload(admin, session, a_file("spoiled.pdf", pdf_bytes("to be spoiled")))
    tag = admin.get(address(session, "pages", "1"))["ETag"]
    spoil(session)
    page = admin.get(address(session), headers=HTMX).content.decode()
    assert "Tampered: the file does not match its hash." in page
    assert "<img" not in page
    for answer in (
        admin.get(address(session, "pages", "1")),
        admin.get(address(session, "pages", "1"), headers={"If-None-Match": tag}),
        admin.get(address(session, "file")),
    ):
        assert answer.status_code == 409
        assert "%PDF" not in answer.content.decode()
    assert AuditEvent.objects.filter(action="evidence.tampered").exists()


def test_replacing_keeps_both(admin: Client) -> None:
    session = running()
    upload(admin, session, a_file("first.pdf", pdf_bytes("first")))
    page = upload(admin, session, a_file("second.pdf", pdf_bytes("second"))).content.decode()
    assert "1 earlier sheet, kept" in page
    old = SessionEvidence.objects.exclude(superseded_at=None).get(session=session).evidence
    assert page.index("second.pdf") < page.index("first.pdf")
    kept = admin.get(address(session, "file"), {"sheet": old.pk})
    assert b"".join(kept.streaming_content) == pdf_bytes("first")
    elsewhere = running()
    assert admin.get(address(elsewhere, "file"), {"sheet": old.pk}).status_code == 404


def test_several_files_become_one_pdf(admin: Client) -> None:
    session = running()
    page = upload(admin, session, a_file("1.jpg", jpeg_bytes("1")), a_file("2.png", png_bytes("2"))).content.decode()
    assert "Bound from 2 files" in page
    assert "2 pages" in page


def test_the_download_is_the_original_and_an_attachment(admin: Client) -> None:
    session = running()
    upload(admin, session, a_file("Vərəqə.pdf", pdf_bytes("original")))
    answer = admin.get(address(session, "file"))
    assert b"".join(answer.streaming_content) == pdf_bytes("original")
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''V%C9%99r")
    assert "sandbox" in answer["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("files", "status", "said"),
    [
        ([a_file("list.txt", b"no sheet")], 415, "PDF, JPEG, PNG or HEIC"),
        ([a_file("empty.pdf", b" ")], 415, "cannot be taken"),
        ([], 422, "Attach at least one file."),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(admin: Client, files: list[Any], status: int, said: str) -> None:
    session = running()
    answer = admin.post(address(session), {"file": files} if files else {}, headers=HTMX)
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert not SessionEvidence.objects.exists()


def test_too_much_is_refused_before_it_is_read(admin: Client) -> None:
    session = running()
    answer = admin.post(
        address(session), data=b"", content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=MAX_TOTAL_BYTES * 2
    )
    assert answer.status_code == 413
    assert "larger than 100 MB" in answer.content.decode()


def test_without_the_token_nothing_is_taken(admin: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.make_user())
    assert upload(client, running()).status_code == 403
    assert not SessionEvidence.objects.exists()


def test_without_a_script_the_form_leads_back(admin: Client) -> None:
    session = running()
    answer = upload(admin, session, htmx=False)
    assert answer.status_code == 302
    assert str(session.pk) in answer["Location"]


def test_who_may_upload_and_who_may_look() -> None:
    course = cast.make_course()
    trainer, user = signed_in(Role.TRAINER)
    mine = running(course=course, trainer=cast.make_trainer(course, user=user))
    other = running(course=course, trainer=cast.make_trainer(course))
    assert upload(trainer, mine).status_code == 200
    assert upload(trainer, other).status_code == 404
    assert trainer.get(address(other, "file")).status_code == 404
    auditor, _user = signed_in(Role.AUDITOR)
    page = auditor.get(address(mine), headers=HTMX).content.decode()
    assert "Replace the sheet" not in page
    assert auditor.get(address(mine, "pages", "1")).status_code == 200
    assert upload(auditor, mine).status_code == 403
