"""Drafts begin and end: planned from a gap, copied, deleted, cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.test import Client
from django.urls import reverse

from tests import cast
from tests.web.session.asking import address, details, send, shown, signed_in, text, tuesday
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus
from titan.training.models import Attendee, SessionStatus, Slot, TrainingSession


def test_a_course_is_chosen_and_the_draft_opens_with_the_reds_ticked(admin: Client, course: Any, reds: Any) -> None:
    page = text(admin.get(reverse("session_new") + f"?course={course.pk}"))
    assert f'value="{course.pk}" selected' in page
    assert "H2S &lt;Awareness&gt;" in page
    answer = admin.post(reverse("session_new"), {"course": course.pk})
    session = TrainingSession.objects.get()
    assert answer["Location"] == address("session", session) + "?pick=red"
    assert shown(admin, session, "?pick=red").count('name="worker_ids"') == 4
    assert shown(admin, session, "?pick=red").count("checked") == 3


def test_a_draft_needs_a_course_that_is_there(admin: Client, course: Any) -> None:
    for wrong in ("", "999999", "x", "1" * 30):
        answer = admin.post(reverse("session_new"), {"course": wrong})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text(answer)
    assert not TrainingSession.objects.exists()


def test_a_gap_is_planned_with_one_post(admin: Client, course: Any, reds: list[Worker]) -> None:
    answer = admin.post(reverse("session_plan"), {"course_id": course.pk, "worker_ids": [reds[0].pk, reds[2].pk]})
    session = TrainingSession.objects.get()
    assert answer["Location"] == address("session", session) + "?pick=red"
    assert set(Attendee.objects.values_list("worker_id", flat=True)) == {reds[0].pk, reds[2].pk}


def test_a_plan_with_somebody_who_cannot_be_invited_makes_nothing(admin: Client, course: Any) -> None:
    gone = cast.make_worker(status=WorkerStatus.BLACKLISTED)
    answer = admin.post(reverse("session_plan"), {"course_id": course.pk, "worker_ids": [gone.pk]})
    assert answer.status_code == 422
    assert not TrainingSession.objects.exists()


def test_only_admins_plan(now: datetime, course: Any) -> None:
    for role in (Role.AUDITOR, Role.ASSESSOR, Role.TRAINER):
        client = signed_in(role)
        assert client.get(reverse("session_new")).status_code == 403
        assert client.post(reverse("session_plan"), {"course_id": course.pk}).status_code == 403


def test_a_copy_takes_the_plan_but_neither_times_nor_people(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    first = cast.make_session(
        course, trainer=trainer, venue=venue, workers=[cast.make_worker()], slots=tuesday(8, 12), notes="boots"
    )
    answer = admin.post(address("session_duplicate", first))
    copy = TrainingSession.objects.exclude(pk=first.pk).get()
    assert answer["Location"] == address("session", copy)
    assert (copy.trainer, copy.venue, copy.notes, copy.status) == (trainer, venue, "boots", SessionStatus.DRAFT)
    assert not Slot.objects.filter(session=copy).exists()
    assert not Attendee.objects.filter(session=copy).exists()


def test_a_draft_is_deleted_and_nothing_else(admin: Client, course: Any) -> None:
    draft, held = cast.make_session(course), cast.make_session(course, status="SCHEDULED")
    answer = admin.post(address("session_delete", draft), follow=True)
    assert f'<div class="toast" data-toast><span>The draft {draft.code} is deleted.</span></div>' in text(answer)
    assert admin.post(address("session_delete", held)).status_code == 409
    assert list(TrainingSession.objects.all()) == [held]


def test_cancelling_needs_a_reason_once_scheduled(admin: Client, course: Any) -> None:
    held = cast.make_session(course, status="SCHEDULED")
    answer = send(admin, "session_cancel", held, {"reason": "  "})
    assert answer.status_code == 422
    assert "Say why the scheduled session is cancelled." in text(answer)
    assert "data-show" in text(answer)
    answer = send(admin, "session_cancel", held, {"reason": "The trainer is <ill>."})
    assert answer.status_code == 200
    page = shown(admin, held)
    assert "This session is cancelled." in page
    assert "The trainer is &lt;ill&gt;." in page
    assert 'id="plan-form"' not in page
    assert send(admin, "session_save", held, details(held, title="x")).status_code == 409
