"""What every test may ask for: the moment, the site, the address of the database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import hypothesis
import pytest

from tests.databases import url_of_test_database, works_on_database
from tests.restore import restore_after_transaction_tests
from tests.s3 import BUCKET, CannotRun, S3Server

# A change is judged by the same examples each time, however busy the machine; the long runs look for new ones.
hypothesis.settings.register_profile("titan", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("titan")

BAKU = ZoneInfo("Asia/Baku")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Add to pytest-django's set-up: a test that really commits gets a database as new as the first one."""
    from titan.audit.models import AuditEvent
    from titan.core import guards
    from titan.core.actor import system_actor
    from titan.ledger.commands.begin import begin
    from titan.ledger.commands.sign import signed_by_now

    with django_db_blocker.unblock():
        begin(by=system_actor(), at=datetime(2026, 11, 1, 9, 0, tzinfo=BAKU))
        # Else the first test's transaction and the signature wait for each other.
        signed_by_now()
        # Tests look at what they themselves said.
        guards.remove()
        AuditEvent.objects.all().delete()
        guards.install()
        with restore_after_transaction_tests(), django_db_blocker.block():
            yield


@pytest.fixture(scope="session")
def _first_checkpoint(django_db_setup: None, django_db_blocker: Any) -> tuple[Path, bytes]:
    """Return where the checkpoint beside the evidence lies, and the one of the new database."""
    from django.conf import settings

    from titan.ledger.commands.sign import sign_head

    path = Path(settings.TITAN_EVIDENCE_DIR) / "ledger" / "checkpoint"
    if not path.exists():
        with django_db_blocker.unblock():
            sign_head()
    return path, path.read_bytes()


@pytest.fixture(autouse=True)
def _no_checkpoint_of_before(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put back the checkpoint beside the evidence: a later one tells of leaves that went with their test."""
    if not works_on_database(request.node):
        yield
        return
    from titan.ledger.commands.sign import signed_by_now

    path, note = request.getfixturevalue("_first_checkpoint")
    # Set up before this one, so that it is taken down after it: whoever signs behind an answer ends with its test.
    request.getfixturevalue("_django_db_helper")
    yield
    signed_by_now()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(note)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """A real S3 server with an empty bucket, started by the first test that asks; each process has its own."""
    from titan.evidence.storage.s3.connection import forget_clients

    server = S3Server()
    try:
        server.start()
        server.client.create_bucket(Bucket=BUCKET)
        yield server
    except CannotRun as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no S3 server here: {error}")
    finally:
        forget_clients()
        server.stop()


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
