"""The demo: the site of the issue with today as its day, a login per role, and sessions in every state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from tests.conftest import BAKU
from titan.accounts.models import User
from titan.audit.models import AuditEvent
from titan.cli.demo import LOGINS, PASSWORD, make_demo
from titan.compliance.queries.summary import site_counts
from titan.core import settings
from titan.core.actor import Role, Via, system_actor
from titan.core.clock import now
from titan.training.actors import person_of
from titan.training.models import SessionStatus, TrainingSession
from titan.training.queries.gate import preview_finalize
from titan.training.verify import verify_site


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """It is noon on the site: no midnight passes between what is judged and what is looked at."""
    with time_machine.travel(datetime(2026, 12, 1, 12, 0, tzinfo=BAKU), tick=True):
        yield


def test_demo_is_made_once_and_kept(db: None) -> None:
    make_demo()
    # The sessions do not change what the site is known for.
    assert site_counts() == {
        "NON_COMPLIANT": 1_054,
        "AWAITING_VERIFICATION": 0,
        "IN_GRACE": 51,
        "EXPIRING": 62,
        "COMPLIANT": 699,
    }
    assert Counter(TrainingSession.objects.values_list("status", flat=True)) == {
        SessionStatus.DRAFT: 2,
        SessionStatus.SCHEDULED: 4,
        SessionStatus.COMPLETED: 1,
        SessionStatus.CANCELLED: 1,
    }
    users = {user.role: user for user in User.objects.all()}
    assert set(users) == set(Role)
    assert all(user.check_password(PASSWORD) for user in users.values())
    assert {user.email for user in users.values()} == {email for email, _ in LOGINS.values()}
    trainer = person_of(users[Role.TRAINER].pk, via=Via.WEB)
    assert trainer is not None
    assert TrainingSession.objects.filter(trainer=trainer.actor.trainer_id, status=SessionStatus.SCHEDULED).exists()
    admin = person_of(users[Role.HSE_ADMIN].pk, via=Via.WEB)
    assert admin is not None
    waiting = TrainingSession.objects.get(course__code="HSE-004")
    assert preview_finalize(waiting.pk, by=admin.actor, at=now()).training_records == 14
    assert list(verify_site(at=now(), progress=lambda done, total, label: None)) == []
    before = AuditEvent.objects.count()
    settings.update_settings({"name": "Renamed by somebody who tries Titan"}, by=system_actor(Via.CLI), at=now())
    make_demo()
    assert AuditEvent.objects.count() == before + 1
