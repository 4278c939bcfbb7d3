"""In which language the pages answer, and what stays the same in every language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from tests import cast
from tests.web.classes import HTMX, mark_everybody, running, signed_in
from titan.audit.models import AuditEvent
from titan.compliance.commands import rebuild
from titan.config.languages import catalogues
from titan.core.actor import Role
from titan.core.language import _, number, with_catalogue
from titan.web.language import speaking, spoken


@pytest.fixture(autouse=True)
def _now(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("asked", "lang", "words"),
    [
        ("tr", "tr", "Giriş yap"),
        ("tr-TR,tr;q=0.9,en;q=0.8", "tr", "Giriş yap"),
        ("en-GB", "en", "Sign in"),
        ("fr,xx", "en", "Sign in"),
        ("", "en", "Sign in"),
    ],
)
def test_before_sign_in_the_browser_says_the_language(site: Any, asked: str, lang: str, words: str) -> None:
    answer = Client().get("/sign-in", headers={"Accept-Language": asked})
    assert f'<html lang="{lang}"' in text_of(answer)
    assert words in text_of(answer)
    assert answer["Content-Language"] == lang
    assert "Accept-Language" in answer["Vary"]


def test_today_is_told_in_the_language_of_the_login_whatever_the_browser_asks(site: Any) -> None:
    role, course = cast.make_role(), cast.make_course(title={"en": "H2S Awareness", "tr": "H2S Farkındalığı"})
    cast.require(role, course)
    for _number in range(3):
        cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=cast.AT)
    client, _user = signed_in(Role.HSE_ADMIN, language="tr")
    page = text_of(client.get("/", headers={"Accept-Language": "en"}))
    assert '<html lang="tr"' in page
    assert "<b>3</b> Kırmızı" in page
    assert "H2S Farkındalığı" in page
    assert "Kas 2026" in page
    assert "Needs action now" not in page


def test_a_language_is_chosen_on_the_account_page_and_answers_at_once(site: Any) -> None:
    client, user = signed_in(Role.TRAINER, language="az")
    assert '<option value="az" selected>Azərbaycanca</option>' in text_of(client.get("/account"))
    page = text_of(client.post("/account", {"name": user.name, "language": "tr"}, follow=True))
    assert '<html lang="tr"' in page
    assert "Kaydedildi." in page
    assert '<option value="tr" selected>Türkçe</option>' in page
    assert "Azərbaycanca" not in page


@pytest.mark.parametrize(("count", "words"), [(1, "1 çalışan"), (2, "2 çalışan")])
def test_a_number_of_things_is_told_in_turkish(site: Any, count: int, words: str) -> None:
    for _number in range(count):
        cast.make_worker()
    client, _user = signed_in(Role.AUDITOR, language="tr")
    assert words in text_of(client.get("/workers"))


def test_why_a_worker_is_red_is_told_in_turkish(site: Any) -> None:
    role, course = cast.make_role(), cast.make_course()
    cast.require(role, course)
    worker = cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=cast.AT)
    client, _user = signed_in(Role.AUDITOR, language="tr")
    assert "Hiç eğitim almadı" in text_of(client.get(f"/workers/{worker.pk}"))


def test_a_refusal_says_in_turkish_what_is_wrong(site: Any) -> None:
    client, _user = signed_in(Role.HSE_ADMIN, language="tr")
    answer = client.get("/sessions/987654", headers=HTMX)
    assert answer.status_code == 404
    assert "Bulunamadı" in text_of(answer)
    assert "oturum 987654" in text_of(answer)


def test_a_missing_page_is_told_in_the_language_of_the_login(site: Any) -> None:
    client, _user = signed_in(Role.HSE_ADMIN, language="tr")
    assert "Bu adreste bir şey yok." in text_of(client.get("/nowhere"))
    assert "There is nothing at this address." in text_of(Client().get("/nowhere"))


def test_the_reasons_against_finalizing_are_told_in_turkish(site: Any) -> None:
    session = running(2)
    mark_everybody(session)
    client, _user = signed_in(Role.HSE_ADMIN, language="tr")
    assert "İmza föyü eklenmemiş." in text_of(client.get(f"/sessions/{session.pk}"))


def test_a_language_without_catalogue_reads_english_and_sees_titles_in_its_own(site: Any) -> None:
    role = cast.make_role()
    course = cast.make_course(title={"en": "H2S Awareness", "az": "H2S məlumatlandırma"})
    cast.require(role, course)
    cast.make_worker(role=role)
    rebuild(by=cast.actor(), at=cast.AT)
    client, _user = signed_in(Role.HSE_ADMIN, language="az")
    page = text_of(client.get("/"))
    assert '<html lang="en"' in page
    assert "Needs action now" in page
    assert "H2S məlumatlandırma" in page


def test_the_api_answers_in_english_with_titles_by_language(site: Any) -> None:
    course = cast.make_course(title={"en": "H2S Awareness", "tr": "H2S Farkındalığı"})
    client, _user = signed_in(Role.HSE_ADMIN, language="tr")
    turkish = {"Accept-Language": "tr"}
    refused = client.get("/api/v1/workers/987654", headers=turkish).json()
    assert refused["detail"] == "There is no worker 987654, or it is not yours to see."
    assert refused["title"] == "Not found"
    assert client.get(f"/api/v1/courses/{course.pk}", headers=turkish).json()["title"] == "H2S Farkındalığı"


def test_a_streamed_export_is_in_the_language_of_the_login(site: Any) -> None:
    cast.make_worker()
    client, _user = signed_in(Role.AUDITOR, language="tr")
    answer = client.get("/exports/matrix.csv")
    assert b"".join(answer.streaming_content).decode().startswith("\ufeffSicil no;Soyad;Ad;Firma;")  # type: ignore[attr-defined]
    assert translation.get_language() == "en"


def test_what_is_stored_does_not_depend_on_the_language(site: Any) -> None:
    said = []
    for language in ("en", "tr"):
        session = running(1)
        client, _user = signed_in(Role.HSE_ADMIN, language=language)
        answer = client.post(f"/sessions/{session.pk}/cancel", {"reason": "Fırtına"}, headers=HTMX)
        assert answer.status_code < 300
        event = AuditEvent.objects.latest("pk")
        said.append((event.action, event.entity, event.before, event.after, event.reason))
    assert said[0] == said[1]


def test_words_follow_the_language_of_the_moment_and_go_back() -> None:
    with speaking("tr"):
        assert _("Never trained") == "Hiç eğitim almadı"
        assert number(12345) == "12.345"
        with speaking("en"):
            assert _("Never trained") == "Never trained"
            assert number(12345) == "12,345"
        assert _("Never trained") == "Hiç eğitim almadı"
    assert _("Never trained") == "Never trained"


def test_parts_that_are_made_later_are_made_in_the_language_of_now() -> None:
    with speaking("tr"):
        parts = spoken(_("Never trained") for _time in range(2))
    assert list(parts) == ["Hiç eğitim almadı", "Hiç eğitim almadı"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("tr", "tr"), ("tr-tr", "tr"), ("az", "en"), ("", "en"), ("../../etc", "en"), ("x" * 900, "en")],
)
def test_the_nearest_language_with_a_catalogue(wanted: str, found: str) -> None:
    assert with_catalogue(wanted) == found


def test_a_catalogue_alone_adds_a_language(tmp_path: Any) -> None:
    for name in ("tr", "az", "pt_BR", "tlh"):
        folder = tmp_path / name / "LC_MESSAGES"
        folder.mkdir(parents=True)
        (folder / "django.mo").touch()
    assert catalogues(tmp_path) == [
        ("az", "Azərbaycanca"),
        ("pt-br", "Português Brasileiro"),
        ("tlh", "Tlh"),
        ("tr", "Türkçe"),
    ]
