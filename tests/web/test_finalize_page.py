"""The Finalize Gate on screen: all reasons at once, the preview in words, one outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import cast
from tests.web.classes import HTMX, a_file, attendees, mark_everybody, running, signed_in, upload
from titan.compliance.commands import rebuild
from titan.core.actor import Role
from titan.records.models import CompetencyRecord, TrainingRecord
from titan.training.models import Attendee, SessionStatus, TrainingSession

GATE_STATEMENTS = 28


@pytest.fixture(autouse=True)
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def admin() -> Client:
    return signed_in()[0]


def look(client: Client, session: TrainingSession) -> str:
    return str(client.get(f"/sessions/{session.pk}/finalize", headers=HTMX).content.decode())


def digest_in(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def send(client: Client, session: TrainingSession, digest: str) -> Any:
    return client.post(f"/sessions/{session.pk}/finalize", {"digest": digest}, headers=HTMX)


def ready(client: Client, people: int = 5, *, absent: int = 1, **values: Any) -> TrainingSession:
    session = running(people, **values)
    mark_everybody(session, absent=absent)
    upload(client, session)
    rebuild(by=cast.actor(), at=cast.AT)
    return session


def test_every_reason_stands_beside_the_blocked_button(admin: Client) -> None:
    session = running(3, hours=5)
    first, second, third = attendees(session)
    Attendee.objects.filter(pk=second.pk).update(status="ATTENDED")
    Attendee.objects.filter(pk=third.pk).update(status="NO_SHOW")
    page = look(admin, session)
    assert "Cannot finalize yet. 4 things to fix:" in page
    assert f"{first.worker.first_name} {first.worker.last_name} has no attendance mark (row 1)." in page
    assert f"{second.worker.first_name} {second.worker.last_name} is present but has no result (row 2)." in page
    assert f'href="#row-{first.worker_id}"' in page
    assert "No signed sheet is attached." in page
    assert "The class ends on Sun 22 Nov 2026 at 11:00." in page
    assert 'aria-disabled="true" aria-describedby="reasons"' in page
    assert "<dialog" not in page


def test_the_preview_says_what_will_happen_in_words(admin: Client) -> None:
    session = ready(admin, 5, absent=1)
    other = cast.make_course(code="FIR", title={"en": "Fire", "tr": "Yangın"})
    role = cast.make_role()
    cast.require(role, session.course)
    cast.require(role, other)
    kept = attendees(session)[0].worker
    type(kept).objects.filter(pk=kept.pk).update(role=role)
    rebuild(by=cast.actor(), at=cast.AT)
    page = re.sub(r"\s+", " ", look(admin, session))
    assert (
        "4 records, 1 no-show; 4 turn Green for H2S &lt;Awareness&gt;, 3 of them green overall,"
        " 1 keeps another gap: Fire 1." in page
    )
    assert "valid until 22 Nov 2027" in page
    assert "Create 4 records" in page
    assert "autofocus>Go back" in page


def test_finalizing_writes_what_was_shown_and_shows_the_outcome(admin: Client) -> None:
    session = ready(admin)
    answer = send(admin, session, digest_in(look(admin, session)))
    assert answer.status_code == 204
    assert str(session.pk) in answer["HX-Redirect"]
    assert TrainingRecord.objects.filter(session_id=session.pk).count() == 4
    page = look(admin, session)
    assert "4 records created, 4 workers turned Green." in page
    assert page.count("Passed") == 4
    assert attendees(session)[0].worker.employee_id in page
    assert attendees(session)[-1].worker.employee_id not in page


def test_a_mark_changed_meanwhile_stops_it(admin: Client) -> None:
    session = ready(admin)
    digest = digest_in(look(admin, session))
    Attendee.objects.filter(pk=attendees(session)[0].pk).update(result="FAILED")
    answer = send(admin, session, digest)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The marks changed since you looked. Check again." in page
    assert digest_in(page) != digest
    assert not TrainingRecord.objects.exists()
    assert send(admin, session, digest_in(page)).status_code == 204


def test_another_sheet_meanwhile_stops_it_too(admin: Client) -> None:
    session = ready(admin)
    digest = digest_in(look(admin, session))
    upload(admin, session, a_file("other.pdf", a_file().read() + b"\n"))
    assert send(admin, session, digest).status_code == 409
    assert send(admin, session, "").status_code == 409
    assert not TrainingRecord.objects.exists()


def test_the_second_click_shows_the_first_outcome(admin: Client) -> None:
    session = ready(admin)
    digest = digest_in(look(admin, session))
    send(admin, session, digest)
    again = send(admin, session, digest)
    assert again.status_code == 409
    assert "It was finalized already." in again.content.decode()
    assert "4 records created" in again.content.decode()
    assert TrainingRecord.objects.count() == 4


def test_passes_that_need_a_sign_off_wait_for_an_assessor(admin: Client) -> None:
    session = ready(admin, course=cast.make_course(requires_verification=True))
    page = look(admin, session)
    assert "waiting for an assessor" in page
    assert send(admin, session, digest_in(page)).status_code == 204
    assert CompetencyRecord.objects.count() == 4
    assert look(admin, session).count("Waits for sign-off") == 4


def test_only_administrators_finalize(admin: Client) -> None:
    session = ready(admin)
    digest = digest_in(look(admin, session))
    auditor, _user = signed_in(Role.AUDITOR)
    page = look(auditor, session)
    assert "Ready." in page
    assert "digest" not in page
    assert send(auditor, session, digest).status_code == 403
    trainer, _user = signed_in(Role.TRAINER)
    assert send(trainer, session, digest).status_code in {403, 404}
    session.refresh_from_db()
    assert session.status == SessionStatus.SCHEDULED


def test_the_gate_costs_the_same_for_any_number_of_people(admin: Client, django_assert_num_queries: Any) -> None:
    for people in (3, 12):
        session = ready(admin, people)
        look(admin, session)
        with django_assert_num_queries(GATE_STATEMENTS):
            look(admin, session)
