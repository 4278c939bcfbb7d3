"""Keys, buckets, prefixes and addresses: what is wrong is said, and no secret is."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.evidence.s3.faults import at_place
from tests.evidence.tree import KEY, keep, verdict
from tests.s3 import BUCKET, CREDENTIALS, SECRET_KEY, S3Server
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.location import S3Location, read_location
from titan.evidence.storage import Verdict
from titan.evidence.storage.s3 import S3Store

STORES = ("s3",)


WRONG: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "secret": ({"AWS_SECRET_ACCESS_KEY": "wrong"}, {}, "check AWS_SECRET_ACCESS_KEY"),
    "access key": ({"AWS_ACCESS_KEY_ID": "wrong"}, {}, "check AWS_ACCESS_KEY_ID"),
    "bucket": ({}, {"bucket": "no-such-bucket"}, "no such bucket"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_no_secret_is(
    name: str, location: S3Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environ, changes, words = WRONG[name]
    for variable, value in environ.items():
        monkeypatch.setenv(variable, value)
    store = at_place(location, tmp_path, **changes)
    with caplog.at_level(logging.INFO), pytest.raises(EvidenceUnavailable, match=words) as refused:
        store.check()
    with pytest.raises(EvidenceUnavailable, match=words):
        keep(store)
    assert verdict(store) is Verdict.UNREADABLE, "nobody can tell whether it is there"
    with pytest.raises(OSError, match=words):
        store.open(KEY)
    for text in (refused.value.detail, refused.value.why, caplog.text):
        assert SECRET_KEY not in text


def test_no_credentials_at_all(location: S3Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in CREDENTIALS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(EvidenceUnavailable, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"):
        at_place(location, tmp_path).check()


def test_two_prefixes_of_one_bucket_do_not_meet(store: S3Store, location: S3Location, tmp_path: Path) -> None:
    keep(store)
    other = at_place(location, tmp_path, prefix=f"{location.prefix}/sha256")
    assert verdict(other) is Verdict.MISSING
    assert list(other.aged(datetime.now(UTC) + timedelta(hours=1))) == []


def test_a_bucket_without_a_prefix(s3_server: S3Server, location: S3Location, tmp_path: Path) -> None:
    s3_server.client.create_bucket(Bucket="whole")
    store = at_place(location, tmp_path, bucket="whole", prefix="")
    assert keep(store) == KEY
    assert list(store.aged(datetime.now(UTC) + timedelta(hours=1))) == [KEY]


def test_the_url_names_the_place(s3_server: S3Server, location: S3Location) -> None:
    assert read_location(s3_server.url(BUCKET, location.prefix)) == location
