"""Bytes that change on the way to S3, or in the bucket, are found out."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.evidence.s3.faults import refit, without
from tests.evidence.tree import CONTENT, KEY, SHA256, BucketHands, keep
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.storage.s3 import S3Store
from titan.evidence.storage.store import Draft

STORES = ("s3",)


def test_the_server_refuses_bytes_that_do_not_match_their_hash(
    store: S3Store, hands: BucketHands, tmp_path: Path
) -> None:
    path = tmp_path / "draft"
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(EvidenceUnavailable, match="other bytes arrived than were sent"):
        store.keep(Draft(path, SHA256, len(CONTENT)))
    assert hands.files() == []


def test_the_checksum_stays_with_the_object(store: S3Store, hands: BucketHands) -> None:
    keep(store)
    found = hands.client.head_object(**hands.at(KEY), ChecksumMode="ENABLED")
    assert base64.b64decode(found["ChecksumSHA256"]).hex() == SHA256


def test_a_server_without_conditional_puts_is_found_out(store: S3Store, monkeypatch: pytest.MonkeyPatch) -> None:
    refit(monkeypatch, "before-sign.s3.PutObject", without("If-None-Match"))
    with pytest.raises(EvidenceUnavailable, match="does not know If-None-Match"):
        store.check()


def test_a_server_without_checksums_is_found_out(
    store: S3Store, hands: BucketHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = ("x-amz-checksum-sha256", "x-amz-sdk-checksum-algorithm")
    refit(monkeypatch, "before-sign.s3.PutObject", without(*headers))
    store.check()
    with pytest.raises(EvidenceUnavailable, match="does not compare checksums"):
        store.check(thoroughly=True)
    assert keep(store) == KEY, "its bytes are read back instead"
    assert hands.files() == [KEY]
