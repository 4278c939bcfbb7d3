"""What calendars are about: a site, a course, who teaches it, where, and people who follow it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests import cast
from tests.training.acting import settle
from titan.accounts import throttle
from titan.core.actor import Role


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """No looks counted yet."""
    shutil.rmtree(throttle.folder(), ignore_errors=True)
    yield
    shutil.rmtree(throttle.folder(), ignore_errors=True)


@pytest.fixture
def course(site: Any) -> Any:
    settle()
    return cast.make_course(code="HSE-014", title={"en": "Working at Height", "tr": "Yüksekte Çalışma"})


@pytest.fixture
def trainer(course: Any) -> Any:
    return cast.make_trainer(course, first_name="Ravi", last_name="Iyer")


@pytest.fixture
def venue(db: None) -> Any:
    return cast.make_venue(name="Room A", location="Gate 2", capacity=20)


@pytest.fixture
def admin(db: None) -> Any:
    """A login that may follow everything."""
    return cast.make_user(Role.HSE_ADMIN)
