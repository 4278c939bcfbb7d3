"""Clients for the tests of the API, and a fresh count of failures for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from tests.api.classroom import AT, Classroom, make_classroom
from tests.api.client import ApiClient, client_of
from tests.cast import one_user_per_role
from titan.accounts import throttle
from titan.core.actor import Role


@pytest.fixture(autouse=True)
def fresh_counts() -> Iterator[None]:
    """No failures counted yet."""
    shutil.rmtree(throttle.folder(), ignore_errors=True)
    yield
    shutil.rmtree(throttle.folder(), ignore_errors=True)


@pytest.fixture
def users(site: Any) -> dict[Role, Any]:
    """One login per role."""
    return one_user_per_role()


@pytest.fixture
def clients(users: dict[Role, Any]) -> dict[Role, ApiClient]:
    """One client per role."""
    return {role: client_of(user) for role, user in users.items()}


@pytest.fixture
def boss(clients: dict[Role, ApiClient]) -> ApiClient:
    """A super admin's client."""
    return clients[Role.SUPER_ADMIN]


@pytest.fixture
def clock() -> Iterator[Any]:
    """The clock, standing still at the moment at which tests happen."""
    with time_machine.travel(AT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def room(clock: Any, users: dict[Role, Any]) -> Classroom:
    """A site with a course to teach, whose clock stands still."""
    return make_classroom(clock, users)
