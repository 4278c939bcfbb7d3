"""The racers start once and race in every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import url_of_test_database
from tests.races.track import Racers


@pytest.fixture(scope="session")
def _processes(django_db_setup: None, django_db_blocker: Any) -> Iterator[Racers]:
    with django_db_blocker.unblock():
        url = url_of_test_database()
    with Racers(url) as racers:
        yield racers


@pytest.fixture
def racers(transactional_db: None, _processes: Racers) -> Racers:
    """Four processes on the test database, which sees what this test commits."""
    return _processes
