"""The verification queue: one by one and in bulk, by assessors only, nothing typed is lost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast
from tests.training.acting import pending
from titan.core.actor import Role
from titan.personnel.models import Worker
from titan.records.models import AssessmentMethod, CompetencyRecord, TrainingRecord

HTMX = {"HX-Request": "true"}
VERIFY_STATEMENTS = 17


def waiting(now: datetime, **values: Any) -> CompetencyRecord:
    course = values.pop("course", None) or cast.make_course(requires_verification=True)
    evidence = cast.make_evidence()
    return CompetencyRecord.objects.create(
        **{
            "worker": values.pop("worker", None) or cast.make_worker(),
            "course": course,
            "course_version": cast.published(course),
            "completed_on": now.date() - timedelta(days=9),
            "evidence": evidence,
            "evidence_key": evidence.key,
            "evidence_sha256": evidence.sha256,
            "created_at": now,
            **values,
        }
    )


def visitor(role: Role = Role.ASSESSOR) -> tuple[Client, Any]:
    user = cast.make_user(role)
    client = Client()
    client.force_login(user)
    return client, user


def decision(*ids: int, **values: str) -> dict[str, Any]:
    method = AssessmentMethod.objects.order_by("id").first()
    assert method is not None
    return {"ids": [str(pk) for pk in ids], "status": "COMPETENT", "method_id": str(method.pk), **values}


def test_the_queue_shows_who_waits_and_that_a_missing_sheet_is_alarming(site: Any, now: datetime) -> None:
    record = waiting(now)
    page = visitor()[0].get(reverse("verify")).content.decode()
    assert record.worker.last_name in page
    assert "9 days" in page
    assert "does not match its hash" in page
    assert 'name="status"' in page


def test_an_assessor_signs_one_and_then_many(site: Any, now: datetime) -> None:
    records = [waiting(now) for _number in range(3)]
    client, user = visitor()
    answer = client.post(reverse("verify_decide"), decision(records[0].pk), headers=HTMX)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#verify-queue")
    assert "1 record signed." in answer["HX-Trigger"]
    answer = client.post(reverse("verify_decide"), decision(records[1].pk, records[2].pk))
    assert answer["Location"] == "/verify"
    assert "2 records signed." in client.get("/verify").content.decode()
    assert TrainingRecord.objects.filter(source="COMPETENCY", completed_on=now.date()).count() == 3
    assert set(CompetencyRecord.objects.values_list("assessed_by_id", flat=True)) == {user.pk}


def test_signing_goes_on_to_the_next_one_with_the_same_method(site: Any, now: datetime) -> None:
    records = [waiting(now) for _number in range(3)]
    method = AssessmentMethod.objects.order_by("id").last()
    assert method is not None
    client, _user = visitor()

    def open_after(pk: int) -> str:
        sent = decision(pk, method_id=str(method.pk))
        return str(client.post(reverse("verify_decide"), sent, headers=HTMX).content.decode())

    page = open_after(records[1].pk)
    assert f'id="verify-detail" data-record="{records[2].pk}"' in page
    assert f'value="{method.pk}" selected' in page
    assert f'id="verify-detail" data-record="{records[0].pk}"' in open_after(records[2].pk)
    assert "Nothing waits" in open_after(records[0].pk)


def test_the_assessor_sees_the_sheet_beside_the_person(site: Any, now: datetime) -> None:
    record = pending(cast.make_worker(), cast.make_course(requires_verification=True))
    client, _user = visitor()
    page = client.get(reverse("verify_record", args=[record.pk]), headers=HTMX).content.decode()
    picture = reverse("evidence_page", args=[record.evidence_id, 1])
    assert f'src="{picture}"' in page
    assert "Hash checked just now: equal" in page
    assert client.get(picture)["Content-Type"] == "image/jpeg"
    for key in "cxs":
        assert f'data-key="{key}"' in page


def test_a_refusal_keeps_what_was_typed(site: Any, now: datetime) -> None:
    record = waiting(now)
    sent = decision(record.pk, status="NOT_COMPETENT", assessed_on="2026-11-20", remarks=" ")
    answer = visitor()[0].post(reverse("verify_decide"), sent, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page
    assert 'value="2026-11-20"' in page
    assert CompetencyRecord.objects.get(pk=record.pk).status == "PENDING"


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"status": ""}, 422),
        ({"method_id": ""}, 422),
        ({"assessed_on": "2026-02-30"}, 422),
        ({"assessed_on": "2030-01-01"}, 422),
    ],
)
def test_bad_decisions_change_nothing(site: Any, now: datetime, values: dict[str, str], status: int) -> None:
    record = waiting(now)
    assert visitor()[0].post(reverse("verify_decide"), decision(record.pk, **values)).status_code == status
    assert not TrainingRecord.objects.exists()


def test_only_assessors_decide(site: Any, now: datetime) -> None:
    record = waiting(now)
    for role in (Role.HSE_ADMIN, Role.AUDITOR):
        client, _user = visitor(role)
        assert 'name="status"' not in client.get(reverse("verify")).content.decode()
        assert client.post(reverse("verify_decide"), decision(record.pk)).status_code == 403
    assert visitor(Role.TRAINER)[0].get(reverse("verify")).status_code == 403


def test_no_one_signs_off_the_worker_they_are(site: Any, now: datetime) -> None:
    client, user = visitor()
    record = waiting(now)
    Worker.objects.filter(pk=record.worker_id).update(user=user)
    assert "Ask another assessor" in client.get(reverse("verify")).content.decode()
    assert client.post(reverse("verify_decide"), decision(record.pk)).status_code == 403


def test_decided_ones_stay_visible(site: Any, now: datetime) -> None:
    record = waiting(now)
    client, _user = visitor()
    client.post(reverse("verify_decide"), decision(record.pk, status="NOT_COMPETENT", remarks="Missed the bump test"))
    page = client.get(reverse("verify"), {"view": "not"}).content.decode()
    assert "Missed the bump test" in page
    assert date(2026, 11, 22).strftime("%b") in page


def test_an_empty_queue_says_so(site: Any, now: datetime) -> None:
    assert "Nothing waits" in visitor()[0].get(reverse("verify")).content.decode()


def test_the_queue_costs_the_same_for_any_number(site: Any, now: datetime, django_assert_num_queries: Any) -> None:
    course = cast.make_course(requires_verification=True)
    client, _user = visitor()
    waiting(now, course=course)
    client.get(reverse("verify"))
    with django_assert_num_queries(VERIFY_STATEMENTS):
        client.get(reverse("verify"))
    for _number in range(10):
        waiting(now, course=course)
    with django_assert_num_queries(VERIFY_STATEMENTS):
        client.get(reverse("verify"))
