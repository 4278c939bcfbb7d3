"""The ledger's page: who sees it, what it says, verifying everything, and the alarms on Today."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import cast
from tests.training.acting import PASSED, held, settle
from titan.core import jobs
from titan.core.actor import Role
from titan.ledger.alarms import raise_alarm
from titan.ledger.commands.sign import sign_head
from titan.ledger.models import AlarmKind, Verification
from titan.training.commands import finalize_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitors(site: Any) -> dict[Role, Client]:
    """A client of each role."""
    made = {}
    for role, user in cast.one_user_per_role().items():
        made[role] = Client()
        made[role].force_login(user)
    return made


@pytest.fixture
def record(site: Any) -> int:
    """A finalized session, signed; returns its number."""
    session = held(cast.make_course(), {cast.make_worker(): PASSED})
    settle()
    finalize_session(session.pk, by=cast.actor(), at=cast.AT)
    sign_head()
    return session.pk


def text_of(answer: Any) -> str:
    return answer.content.decode()


def test_who_sees_it(visitors: dict[Role, Client]) -> None:
    seen = {role: client.get("/ledger").status_code for role, client in visitors.items()}
    assert {role for role, status in seen.items() if status == 200} == {
        Role.SUPER_ADMIN,
        Role.HSE_ADMIN,
        Role.AUDITOR,
    }
    assert {status for role, status in seen.items() if role in {Role.TRAINER, Role.ASSESSOR}} == {403}
    assert 'href="/ledger"' in text_of(visitors[Role.AUDITOR].get("/"))
    assert 'href="/ledger"' not in text_of(visitors[Role.ASSESSOR].get("/"))


def test_it_says_how_it_stands(visitors: dict[Role, Client], record: int) -> None:
    page = text_of(visitors[Role.AUDITOR].get("/ledger"))
    assert "Session finalized" in page
    assert f'href="/sessions/{record}"' in page
    assert "Ledger opened" in page
    assert "signs now" in page
    note = visitors[Role.AUDITOR].get("/ledger/checkpoint")
    assert note["Content-Disposition"].startswith("attachment")
    assert text_of(note).startswith("titan-")


def test_verifying_everything(visitors: dict[Role, Client], record: int) -> None:
    client = visitors[Role.HSE_ADMIN]
    begun = client.post("/ledger/verify", headers={"HX-Request": "true"})
    assert "every 1s" in text_of(begun)
    assert text_of(client.post("/ledger/verify", headers={"HX-Request": "true"})).count("every 1s") == 1
    assert Verification.objects.count() == 1
    from titan.core.clock import now

    assert jobs.run_asked(clock=now)
    done = text_of(client.get("/ledger/verification"))
    assert "every 1s" not in done
    assert "All is right" in done
    assert client.post("/ledger/verify").status_code == 302


def test_alarms_are_seen(visitors: dict[Role, Client], record: int) -> None:
    assert "alarm is up" not in text_of(visitors[Role.HSE_ADMIN].get("/"))
    raise_alarm(AlarmKind.LEDGER, "ROW_DIFFERS", "session", record, "session: its code is wrong", at=cast.AT)
    for role in (Role.HSE_ADMIN, Role.AUDITOR, Role.SUPER_ADMIN):
        page = text_of(visitors[role].get("/"))
        assert "1 alarm is up." in page
        assert "its code is wrong" in page
        assert f'<a href="/sessions/{record}">session: its code is wrong</a>' in text_of(visitors[role].get("/ledger"))
    assert "its code is wrong" not in text_of(visitors[Role.ASSESSOR].get("/"))
    assert "Classes cannot be finalized just now." in text_of(visitors[Role.TRAINER].get("/my-classes"))


def test_it_costs_the_same_for_any_number_of_entries(
    visitors: dict[Role, Client], record: int, django_assert_max_num_queries: Any
) -> None:
    client = visitors[Role.AUDITOR]
    client.get("/ledger")
    with django_assert_max_num_queries(20):
        client.get("/ledger")
