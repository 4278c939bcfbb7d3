"""A bucket that locks what it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.evidence.s3.faults import LOCKED, at_place, versions
from tests.evidence.tree import KEY, BucketHands, keep, verdict
from tests.s3 import S3Server
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.location import S3Location
from titan.evidence.storage import Verdict
from titan.evidence.storage.s3 import S3Store

STORES = ("s3",)


def test_what_is_locked_cannot_be_deleted(locked: S3Store, s3_server: S3Server) -> None:
    locked.check(thoroughly=True)
    keep(locked)
    (version,) = versions(s3_server, locked)
    place = {"Bucket": LOCKED, "Key": version["Key"], "VersionId": version["VersionId"]}
    with pytest.raises(ClientError, match="AccessDenied"):
        s3_server.client.delete_object(**place)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3_server.client.delete_object(**place, BypassGovernanceRetention=True)
    until = s3_server.client.head_object(**place)["ObjectLockRetainUntilDate"]
    assert timedelta(days=29, hours=23) < until - datetime.now(UTC) <= timedelta(days=30)
    assert verdict(locked) is Verdict.OK


def test_what_is_hidden_or_covered_is_found_out_and_comes_back(locked: S3Store, s3_server: S3Server) -> None:
    keep(locked)
    hands = BucketHands(locked.drafts.folder, locked.location, s3_server.client, {})
    hands.overwrite(KEY, b"other")
    assert verdict(locked) is Verdict.TAMPERED
    cover = next(version for version in versions(s3_server, locked) if version["IsLatest"])
    s3_server.client.delete_object(**hands.at(KEY), VersionId=cover["VersionId"])
    assert verdict(locked) is Verdict.OK, "below the cover lies what was locked"
    hands.remove(KEY)
    assert verdict(locked) is Verdict.MISSING
    assert keep(locked) == KEY
    assert verdict(locked) is Verdict.OK


def test_stored_again_it_is_locked_for_longer(
    locked: S3Store, s3_server: S3Server, location: S3Location, tmp_path: Path
) -> None:
    keep(locked)
    longer = at_place(locked.location, tmp_path, retain_days=60)
    assert keep(longer) == KEY
    (version,) = versions(s3_server, locked)
    found = s3_server.client.head_object(Bucket=LOCKED, Key=version["Key"])
    assert found["ObjectLockRetainUntilDate"] - datetime.now(UTC) > timedelta(days=59)
    assert keep(locked) == KEY, "and never for shorter"
    found = s3_server.client.head_object(Bucket=LOCKED, Key=version["Key"])
    assert found["ObjectLockRetainUntilDate"] - datetime.now(UTC) > timedelta(days=59)


def test_set_aside_is_hidden_and_still_there(locked: S3Store, s3_server: S3Server) -> None:
    keep(locked)
    hands = BucketHands(locked.drafts.folder, locked.location, s3_server.client, {})
    assert locked.quarantine(KEY, before=hands.let_time_pass())
    assert verdict(locked) is Verdict.MISSING
    assert len(versions(s3_server, locked)) == 1, "what is locked stays until the lock has run out"


def test_a_bucket_without_lock_does_not_pretend(location: S3Location, tmp_path: Path) -> None:
    store = at_place(location, tmp_path, lock_mode="GOVERNANCE", retain_days=30)
    store.check()
    with pytest.raises(EvidenceUnavailable, match="made without object lock"):
        store.check(thoroughly=True)
    with pytest.raises(EvidenceUnavailable, match="InvalidRequest"):
        keep(store)
