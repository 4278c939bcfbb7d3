"""What the life of a session needs: the site, one course, who teaches it and where."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.training.acting import ADMIN, AT, settle, time_of
from titan.training.commands import Plan, create_session


@pytest.fixture
def course(site: Any) -> Any:
    """A published course without anything special, on a site where everybody is judged."""
    settle()
    return cast.make_course(code="HSE-001", validity_months=12)


@pytest.fixture
def trainer(course: Any) -> Any:
    """Somebody who may teach the course."""
    return cast.make_trainer(course)


@pytest.fixture
def venue(db: None) -> Any:
    """A room for twenty."""
    return cast.make_venue(capacity=20)


@pytest.fixture
def plan(trainer: Any, venue: Any) -> Plan:
    """All that a draft of the course needs: tomorrow, 09:00 to 11:00."""
    return Plan(trainer_id=trainer.pk, venue_id=venue.pk, slots=[time_of(0)])


@pytest.fixture
def draft(course: Any) -> int:
    return int(create_session(Plan(course_id=course.pk), by=ADMIN, at=AT))


@pytest.fixture
def verified_course(site: Any) -> Any:
    """A course whose pass waits for an assessor."""
    return cast.make_course(requires_verification=True, validity_months=6)


@pytest.fixture
def method(db: None) -> Any:
    return cast.make_method()
