"""What records are about: the site, a course that somebody's role requires, and the people."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.training.acting import settle


@pytest.fixture
def course(site: Any) -> Any:
    """A published course, valid for 12 months."""
    settle()
    return cast.make_course(code="HSE-001", validity_months=12)


@pytest.fixture
def verified_course(site: Any) -> Any:
    """A published course that requires verification, valid for 6 months."""
    settle()
    return cast.make_course(code="HSE-002", validity_months=6, requires_verification=True)


@pytest.fixture
def worker(course: Any, verified_course: Any) -> Any:
    """Somebody who needs both courses and has neither."""
    role = cast.make_role()
    cast.require(role, course)
    cast.require(role, verified_course)
    made = cast.make_worker(role=role)
    settle()
    return made
