"""What these tests begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.evidence.s3.faults import LOCKED, at_place
from tests.s3 import S3Server
from titan.evidence.location import S3Location
from titan.evidence.storage.s3 import S3Store, connection


@pytest.fixture(autouse=True)
def no_old_clients() -> Iterator[None]:
    """Credentials and patience are read anew by every test here."""
    connection.forget_clients()
    yield
    connection.forget_clients()


@pytest.fixture
def locked(s3_server: S3Server, location: S3Location, tmp_path: Path) -> S3Store:
    """A store in a bucket with object lock, that locks what it keeps for 30 days."""
    if LOCKED not in {bucket["Name"] for bucket in s3_server.client.list_buckets()["Buckets"]}:
        s3_server.client.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    return at_place(location, tmp_path, bucket=LOCKED, lock_mode="COMPLIANCE", retain_days=30)
