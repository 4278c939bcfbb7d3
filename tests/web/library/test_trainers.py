"""Trainers: added, qualified, their hours, and who may change them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.library.reading import shown, text_of
from titan.core.actor import Role
from titan.resources.models import Trainer

A_TRAINER = {"code": "TR-1", "first_name": "Ləman", "last_name": "Əliyeva", "type": "INTERNAL", "is_active": "1"}


def test_a_trainer_is_added_qualified_and_changed(now: datetime) -> None:
    client, course = client_of(), cast.make_course(code="HSE-1")
    answer = client.post(reverse("library_trainer_new"), A_TRAINER)
    trainer = Trainer.objects.get(code="TR-1")
    assert answer["Location"] == reverse("library_trainer", args=[trainer.pk])
    client.post(reverse("library_trainer_teaches", args=[trainer.pk]), {"course_ids": [course.pk]})
    page = shown(client, "library_trainer", trainer.pk)
    assert f'value="{course.pk}" checked' in page
    assert "Ləman Əliyeva" in shown(client, "trainers", course_id=course.pk)
    assert "No trainer matches" in shown(client, "trainers", is_active="no")
    client.post(reverse("library_trainer", args=[trainer.pk]), {**A_TRAINER, "first_name": "Leman", "is_active": ""})
    trainer.refresh_from_db()
    assert trainer.first_name == "Leman"
    refused = client.post(reverse("library_trainer_delete", args=[trainer.pk]))
    assert refused.status_code == 409
    assert "Not deleted." in text_of(refused)


def test_an_external_trainer_has_a_company(now: datetime) -> None:
    answer = client_of().post(reverse("library_trainer_new"), {**A_TRAINER, "type": "EXTERNAL"})
    assert answer.status_code == 422
    assert 'id="error-company_name"' in text_of(answer)
    assert 'value="Əliyeva"' in text_of(answer)


def test_a_trainer_nobody_refers_to_is_deleted(now: datetime) -> None:
    trainer = cast.make_trainer()
    answer = client_of().post(reverse("library_trainer_delete", args=[trainer.pk]))
    assert answer["Location"] == reverse("trainers")
    assert not Trainer.objects.exists()


def test_trainers_show_the_hours_of_this_week(now: datetime) -> None:
    course = cast.make_course()
    trainer = cast.make_trainer(course)
    start = datetime(2026, 11, 18, 9, 0, tzinfo=now.tzinfo)
    cast.make_session(course, trainer=trainer, slots=[(start, start + timedelta(hours=7.5))], status="SCHEDULED")
    assert '<td class="num">7.5</td>' in shown(client_of(Role.AUDITOR), "trainers")
    page = shown(client_of(Role.AUDITOR), "library_trainer", trainer.pk)
    assert "7.5" in page
    assert "<form" not in page.split('id="main"')[1]


def test_only_admins_change_trainers(now: datetime) -> None:
    trainer, client = cast.make_trainer(), client_of(Role.ASSESSOR)
    for page, args in [
        ("library_trainer", [trainer.pk]),
        ("library_trainer_new", []),
        ("library_trainer_teaches", [trainer.pk]),
        ("library_trainer_delete", [trainer.pk]),
    ]:
        assert client.post(reverse(page, args=args), A_TRAINER).status_code == 403
    assert client_of(Role.TRAINER).get(reverse("trainers")).status_code == 403
    bad = client_of().post(reverse("library_trainer_teaches", args=[trainer.pk]), {"course_ids": ["999"]})
    assert bad.status_code == 422
    assert 'id="error-course_ids"' in text_of(bad)
