"""What a session's page shows, and to whom."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.web.session.asking import DAY, HTMX, address, shown, signed_in, tuesday
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus
from titan.resources.models import Qualification


def test_a_new_draft_says_what_it_still_needs(admin: Client, course: Any, trainer: Any, venue: Any) -> None:
    page = shown(admin, cast.make_session(course))
    assert "H2S &lt;Awareness&gt;" in page
    assert "Version 1 · valid 12 months · 4 h · no prerequisite" in page
    assert "Choose a trainer. Choose a venue. Give at least one date with its times." in page
    assert re.search(r'id="schedule"[^>]*aria-disabled="true" aria-describedby="check"', page)
    assert "First free: Mon 23 Nov 2026 08:00, Room A" in page or "First free: Sun 22 Nov 2026 13:00, Room A" in page
    assert "Nobody is invited yet" in page


def test_trainers_are_shown_with_their_hours_and_whether_they_may_teach(
    admin: Client, course: Any, trainer: Any, venue: Any
) -> None:
    cast.make_trainer(first_name="Samir", last_name="Odeh")
    cast.make_trainer(course, first_name="Gone", last_name="Away", is_active=False)
    cast.make_session(course, trainer=trainer, status="SCHEDULED", slots=tuesday(8, 12))
    draft = cast.make_session(course, slots=tuesday(13, 17))
    page = shown(admin, draft)
    assert "Ravi Iyer · 4 h booked" in page
    assert "Samir Odeh · not qualified" in page
    assert "Gone Away" not in page


def test_the_list_and_the_picker_have_their_reasons(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds[:1])
    page = shown(admin, session)
    assert page.count("Never trained") == 3
    assert "1 invited: 1 Red, 0 Yellow, 0 other" in page
    assert "Rigger" in page
    assert "Select all 2 Red" in page
    assert "Not required" in page


def test_who_was_blocked_after_the_invitation_is_flagged(admin: Client, course: Any, reds: list[Worker]) -> None:
    session = cast.make_session(course, workers=reds)
    Worker.objects.filter(pk=reds[0].pk).update(status=WorkerStatus.BLACKLISTED)
    assert "Blacklisted since the invitation" in shown(admin, session)


def test_statements_do_not_grow_with_the_people(
    admin: Client, course: Any, trainer: Any, venue: Any, reds: Any
) -> None:
    small = cast.make_session(course, trainer=trainer, venue=venue, slots=tuesday(8, 12), workers=[cast.make_worker()])
    with CaptureQueriesContext(connection) as few:
        shown(admin, small)
    for _number in range(12):
        cast.make_session(course, status="SCHEDULED", workers=[cast.make_worker(), *reds])
    big = cast.make_session(
        course, trainer=trainer, venue=venue, slots=tuesday(8, 12), workers=[cast.make_worker() for _ in range(30)]
    )
    with CaptureQueriesContext(connection) as many:
        shown(admin, big)
    assert len(many) <= len(few) <= 70


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ASSESSOR])
def test_readers_see_everything_and_change_nothing(course: Any, trainer: Any, reds: list[Worker], role: Role) -> None:
    session = cast.make_session(course, trainer=trainer, slots=tuesday(8, 12), workers=reds)
    client = signed_in(role)
    page = shown(client, session)
    assert "<form" not in page
    assert "<button" not in page
    assert "Ravi Iyer" in page
    assert "Red0" in page
    for name in ("check", "fill_in", "save", "schedule", "picker", "invite", "cancel", "delete", "duplicate"):
        data = {"worker_ids": [reds[0].pk]}
        assert client.post(address(f"session_{name}", session), data, headers=HTMX).status_code == 403
    assert client.post(address("session_remove", session, reds[0].pk), headers=HTMX).status_code == 403


def test_a_trainer_sees_their_own_sessions_only(now: datetime, course: Any) -> None:
    user = cast.make_user(Role.TRAINER)
    own = cast.make_session(course, trainer=cast.make_trainer(course, user=user), status="SCHEDULED")
    other = cast.make_session(course, status="SCHEDULED")
    client = Client()
    client.force_login(user)
    answer = client.get(address("session", own))
    assert answer.status_code in (200, 302)
    assert client.get(address("session", other)).status_code in (302, 404)


def test_what_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get("/sessions/999999").status_code == 404
    assert admin.get(f"/sessions/{10**30}").status_code == 404


def test_a_class_that_began_folds_its_plan(admin: Client, course: Any, now: datetime) -> None:
    session = cast.make_session(
        course, status="SCHEDULED", slots=[(now - timedelta(hours=1), now + DAY / 8)], workers=[cast.make_worker()]
    )
    page = shown(admin, session)
    assert 'id="fold-details"' in page
    assert 'id="fold-people"' in page
    assert "1 mark is missing" in page


def test_a_session_that_cannot_run_says_so(admin: Client, course: Any, now: datetime) -> None:
    session = cast.make_session(course, status="SCHEDULED")
    Qualification.objects.filter(trainer=session.trainer).update(until=now)
    assert "This session cannot run." in shown(admin, session)
