"""What the life of a session needs: the site, one course, who teaches it and where."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.training.acting import settle


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
