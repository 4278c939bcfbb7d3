"""A course with a trainer and a room, three people who need it, and an admin who looks at its sessions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests import cast
from tests.web.session.asking import signed_in
from titan.compliance.commands import rebuild
from titan.core.actor import Role
from titan.personnel.models import Worker


@pytest.fixture
def now(site: Any, at: datetime) -> Iterator[datetime]:
    """Let the pages happen at the moment of the tests: Sunday, 22 November 2026, 09:00."""
    with time_machine.travel(at, tick=False):
        yield at


@pytest.fixture
def admin(now: datetime) -> Client:
    return signed_in(Role.HSE_ADMIN, name="Aylin Demir")


@pytest.fixture
def course(now: datetime) -> Any:
    return cast.make_course(
        code="HSE-002", title={"en": "H2S <Awareness>", "tr": "H2S Farkındalığı"}, duration_minutes=240
    )


@pytest.fixture
def trainer(course: Any) -> Any:
    return cast.make_trainer(course, first_name="Ravi", last_name="Iyer")


@pytest.fixture
def venue(course: Any) -> Any:
    return cast.make_venue(name="Room A", capacity=20)


@pytest.fixture
def reds(course: Any, now: datetime) -> list[Worker]:
    """Three workers who need the course, and one who does not."""
    role = cast.make_role(title={"en": "Rigger"})
    cast.require(role, course)
    found = [cast.make_worker(role=role, last_name=f"Red{number}") for number in range(3)]
    cast.make_worker(last_name="Zebra")
    rebuild(by=cast.actor(), at=now)
    return found
