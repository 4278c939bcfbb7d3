"""What every test may ask for: the moment, the site, the address of the database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest

from tests.databases import url_of_test_database
from tests.restore import restore_after_transaction_tests

# A change is judged by the same examples each time, however busy the machine; the long runs look for new ones.
hypothesis.settings.register_profile("titan", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("titan")

BAKU = ZoneInfo("Asia/Baku")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Add to pytest-django's set-up: a test that really commits gets a database as new as the first one."""
    with django_db_blocker.unblock(), restore_after_transaction_tests(), django_db_blocker.block():
        yield


@pytest.fixture
def at() -> datetime:
    """The moment at which tests happen: 22 November 2026, 09:00 on the site."""
    return datetime(2026, 11, 22, 9, 0, tzinfo=BAKU)


@pytest.fixture
def site(db: None, at: datetime) -> Any:
    """The site, set up in Asia/Baku."""
    from tests.cast import make_site

    return make_site(at)


@pytest.fixture
def database_url(db: None) -> str:
    """The test database as TITAN_DATABASE_URL, for other processes (the test must be `transaction=True`)."""
    return url_of_test_database()
