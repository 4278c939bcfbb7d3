"""The buttons that make certificates, on the page of a record, of a session and of a trainer's class."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests import cast
from tests.paper.reading import codes, page_count, texts
from tests.training.acting import ADMIN, PASSED, held, scheduled, settle
from tests.web.classes import client_of, signed_in
from titan.core import settings as site_settings
from titan.core.actor import Role
from titan.records.commands import certify, revoke_record
from titan.records.models import Certificate, TrainingRecord
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession

pytestmark = pytest.mark.usefixtures("now")
BUTTON = "Certificate (PDF)"


@pytest.fixture
def session(site: Any, at: datetime) -> TrainingSession:
    """A finalized session of two people."""
    course = cast.make_course()
    made = held(course, {cast.make_worker(): PASSED, cast.make_worker(): PASSED})
    settle()
    finalize_session(made.pk, by=ADMIN, at=at)
    return made


@pytest.fixture
def record(session: TrainingSession) -> TrainingRecord:
    return TrainingRecord.objects.earliest("pk")


def sheet(client: Client, record: TrainingRecord) -> str:
    return str(client.get(f"/records/{record.pk}/sheet").content.decode())


def test_an_admin_issues_it_on_the_records_page(record: TrainingRecord) -> None:
    admin = client_of()
    page = sheet(admin, record)
    assert "Not issued yet." in page
    assert f'method="post" action="/records/{record.pk}/certificate"' in page
    answer = admin.post(f"/records/{record.pk}/certificate")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="certificate-{record.pk}.pdf"'
    assert "no-store" in answer["Cache-Control"]
    made = Certificate.objects.get()
    assert codes(answer.content) == [f"http://testserver/c/{made.token}"]
    page = sheet(admin, record)
    assert f"TC-2026-{made.pk:06}" in page
    assert f'href="/c/{made.token}"' in page
    assert "Issued on Sun 22 Nov 2026." in page


def test_readers_print_what_was_issued(record: TrainingRecord) -> None:
    auditor = client_of(Role.AUDITOR)
    assert BUTTON not in sheet(auditor, record)
    assert auditor.post(f"/records/{record.pk}/certificate").status_code == 403
    assert auditor.get(f"/records/{record.pk}/certificate").status_code == 404
    certify([record.pk], by=ADMIN, at=cast.AT)
    assert f'method="get" action="/records/{record.pk}/certificate"' in sheet(auditor, record)
    assert page_count(auditor.get(f"/records/{record.pk}/certificate").content) == 1


def test_what_has_none_has_no_button(record: TrainingRecord) -> None:
    admin = client_of()
    certify([record.pk], by=ADMIN, at=cast.AT)
    revoke_record(record.pk, "wrong", by=ADMIN, at=cast.AT)
    page = sheet(admin, record)
    assert BUTTON not in page
    assert "TC-2026-" in page
    assert admin.post(f"/records/{record.pk}/certificate").status_code == 409
    failed = cast.make_record(record.worker, record.course, result="FAILED")
    assert "h-certificate" not in sheet(admin, failed)


def test_all_of_a_finalized_session(session: TrainingSession) -> None:
    admin = client_of()
    page = admin.get(f"/sessions/{session.pk}").content.decode()
    assert f'method="post" action="/sessions/{session.pk}/certificates"' in page
    answer = admin.post(f"/sessions/{session.pk}/certificates")
    assert page_count(answer.content) == Certificate.objects.count() == 2
    auditor = client_of(Role.AUDITOR)
    assert "/certificates" not in auditor.get(f"/sessions/{session.pk}").content.decode()
    assert auditor.post(f"/sessions/{session.pk}/certificates").status_code == 403


def test_a_session_that_is_not_finalized(site: Any) -> None:
    draft = cast.make_session(cast.make_course())
    admin = client_of()
    assert "/certificates" not in admin.get(f"/sessions/{draft.pk}").content.decode()
    answer = admin.post(f"/sessions/{draft.pk}/certificates")
    assert answer.status_code == 409
    assert "No pass of this session stands." in answer.content.decode()


def test_a_trainer_prints_those_of_their_class(session: TrainingSession) -> None:
    client, user = signed_in(Role.TRAINER)
    path = f"/sessions/{session.pk}/certificates"
    assert client.post(path).status_code == 404
    trainer = session.trainer
    assert trainer is not None
    trainer.user = user
    trainer.save()
    assert f'action="{path}"' in client.get(f"/my-classes/{session.pk}").content.decode()
    assert page_count(client.post(path).content) == 2


def test_what_is_not_there(record: TrainingRecord) -> None:
    admin = client_of()
    for number in (999_999, 0, 2**63, 10**30):
        assert admin.post(f"/records/{number}/certificate").status_code == 404
        assert admin.get(f"/records/{number}/certificate").status_code == 404
        assert admin.post(f"/sessions/{number}/certificates").status_code == 404


def test_in_the_language_of_whoever_prints(record: TrainingRecord) -> None:
    from tests.paper.reading import texts

    answer = client_of(language="tr").post(f"/records/{record.pk}/certificate")
    assert "22 Kasım 2026" in texts(answer.content)[0]


def test_nobody_prints_without_signing_in(record: TrainingRecord) -> None:
    assert Client().post(f"/records/{record.pk}/certificate").status_code == 302
    assert not Certificate.objects.exists()


def test_in_the_languages_of_the_site_or_those_asked_for(record: TrainingRecord, at: datetime) -> None:
    chief = cast.actor(Role.SUPER_ADMIN)
    site_settings.update_settings({"paper_languages": ("tr", "en")}, by=chief, at=at)
    address = f"/records/{record.pk}/certificate"
    (text,) = texts(client_of().post(address).content)
    assert "22 Kasım 2026" in text
    assert "22 November 2026" in text
    (text,) = texts(client_of().post(address, {"languages": "en"}).content)
    assert "Kasım" not in text
    (text,) = texts(client_of(Role.AUDITOR).get(f"{address}?languages=en").content)
    assert "Kasım" not in text


def test_no_certificate_is_issued_in_a_language_that_is_none(session: TrainingSession, record: TrainingRecord) -> None:
    for address in (f"/records/{record.pk}/certificate", f"/sessions/{session.pk}/certificates"):
        assert client_of().post(address, {"languages": "xx"}).status_code == 422
    assert not Certificate.objects.exists()


def test_a_page_offers_the_languages_of_a_paper(session: TrainingSession) -> None:
    page = client_of().get(f"/sessions/{session.pk}").content.decode()
    for choice in ('value=""', 'value="en"', 'value="tr"', 'value="en,tr"', 'value="tr,en"'):
        assert f"<option {choice}>" in page, choice


def test_the_list_to_sign(site: Any) -> None:
    client, user = signed_in(Role.TRAINER)
    course = cast.make_course()
    planned = scheduled(course, workers=[cast.make_worker()], trainer=cast.make_trainer(course, user=user))
    address = f"/sessions/{planned.pk}/sheet.pdf"
    for who, page in (
        (client_of(), f"/sessions/{planned.pk}"),
        (client_of(Role.AUDITOR), f"/sessions/{planned.pk}"),
        (client, f"/my-classes/{planned.pk}"),
    ):
        shown = who.get(page).content.decode()
        assert f'action="{address}"' in shown
        assert "Print the list to sign" in shown
        answer = who.get(f"{address}?languages=en,tr")
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer["Content-Disposition"] == f'attachment; filename="attendance-{planned.pk}.pdf"'
    assert codes(answer.content) == [f"http://testserver/sessions/{planned.pk}"]
    assert "Mon 23 Nov 2026" in texts(answer.content)[0]
    assert "Pzt 23 Kas 2026" in texts(answer.content)[0]
    assert client_of(Role.TRAINER).get(address).status_code == 404
    assert client_of().get(f"{address}?languages=xx").status_code == 422


def test_before_it_is_scheduled_there_is_nothing_to_sign(site: Any) -> None:
    draft = cast.make_session(cast.make_course())
    assert "sheet.pdf" not in client_of().get(f"/sessions/{draft.pk}").content.decode()
    assert client_of().get(f"/sessions/{draft.pk}/sheet.pdf").status_code == 409
