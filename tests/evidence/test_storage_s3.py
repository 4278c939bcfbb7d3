"""What a bucket as the store must bear: damage on the way, lost answers, dead servers, wrong keys (ledger.md §3)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import logging
import os
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cast import actor
from tests.evidence.tree import CONTENT, KEY, SHA256, BucketHands, an_hour_ago, keep, upload, verdict
from tests.evidence.wire import Wire
from tests.files import pdf_bytes
from tests.s3 import BUCKET, CREDENTIALS, SECRET_KEY, S3Server
from titan.core.errors import Conflict
from titan.evidence.commands import open_proof, record_evidence, stage
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.location import S3Location, read_location
from titan.evidence.rendering import Size, page_picture
from titan.evidence.rules import key_of
from titan.evidence.storage import Verdict
from titan.evidence.storage.drafts import Drafts
from titan.evidence.storage.s3 import S3Store, connection, download
from titan.evidence.storage.store import Draft

STORES = ("s3",)
LOCKED = "locked"
LARGE = os.urandom(8_000_000)


@pytest.fixture(autouse=True)
def no_old_clients() -> Iterator[None]:
    """Credentials and patience are read anew by every test here."""
    connection.forget_clients()
    yield
    connection.forget_clients()


def give_up(monkeypatch: pytest.MonkeyPatch, *, read: float = 30) -> None:
    """Let Titan ask twice at most, and wait `read` seconds for an answer."""
    for name in ("WORKING", "LOOKING"):
        monkeypatch.setattr(connection, name, connection.Patience(connect=1, read=read, attempts=2))


def refit(monkeypatch: pytest.MonkeyPatch, event: str, change: Callable[..., object]) -> None:
    """Let `change` see every `event` of Titan's clients, as a stranger between Titan and the server would."""
    make = connection._client.__wrapped__

    @lru_cache
    def changed(*args: Any) -> Any:
        client = make(*args)
        client.meta.events.register(event, change)
        return client

    monkeypatch.setattr(connection, "_client", changed)


def without(*headers: str) -> Callable[..., None]:
    """Take these headers off a request, before it is signed."""

    def change(request: Any, **_: object) -> None:
        for header in headers:
            del request.headers[header]

    return change


@pytest.fixture
def locked(s3_server: S3Server, location: S3Location, tmp_path: Path) -> S3Store:
    """A store in a bucket with object lock, that locks what it keeps for 30 days."""
    if LOCKED not in {bucket["Name"] for bucket in s3_server.client.list_buckets()["Buckets"]}:
        s3_server.client.create_bucket(Bucket=LOCKED, ObjectLockEnabledForBucket=True)
    return at_place(location, tmp_path, bucket=LOCKED, lock_mode="COMPLIANCE", retain_days=30)


def at_place(location: S3Location, folder: Path, **changes: Any) -> S3Store:
    return S3Store(dataclasses.replace(location, **changes), Drafts(folder / "drafts"))


def half_way() -> Callable[[bytes], bool]:
    """Tell, of the pieces of an answer, which one comes when half of LARGE has passed."""
    passed: list[int] = []

    def is_half_way(piece: bytes) -> bool:
        passed.append(len(piece))
        return sum(passed) > len(LARGE) // 2

    return is_half_way


def versions(server: S3Server, store: S3Store, key: str = KEY) -> list[dict[str, Any]]:
    name = store.location.name_of(key)
    found = server.client.list_object_versions(Bucket=store.location.bucket, Prefix=name)
    return list(found.get("Versions", []))


# Bytes that change on the way, or in the bucket


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


# Answers that are lost, servers that die


def test_a_lost_answer_is_no_second_file_and_no_failure(
    store: S3Store, hands: BucketHands, s3_server: S3Server, tmp_path: Path
) -> None:
    # Nothing else that is asked here is answered with an ETag.
    with Wire(s3_server.port, lose=lambda piece: b"HTTP/1.1 200" in piece and b"ETag" in piece) as wire:
        assert keep(at_place(store.location, tmp_path, endpoint=wire.endpoint)) == KEY
    assert wire.cuts == 1, "the fault happened"
    assert hands.files() == [KEY]
    assert verdict(store) is Verdict.OK


def test_a_server_that_dies_in_the_middle_leaves_nothing(
    location: S3Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_up(monkeypatch)
    server = S3Server()
    try:
        server.start()
        server.client.create_bucket(Bucket=BUCKET)
        real = at_place(location, tmp_path, endpoint=server.endpoint)
        with Wire(server.port, cut_at=len(LARGE) // 2, on_cut=server.kill) as wire:
            store = at_place(location, tmp_path, endpoint=wire.endpoint)
            with pytest.raises(EvidenceUnavailable, match="does not answer"):
                keep(store, LARGE)
            assert wire.cuts == 1, "the fault happened"
            server.run()
            hands = BucketHands(tmp_path / "drafts", location, server.client, {})
            assert hands.files() == []
            assert not server.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")
            key = keep(store, LARGE)
        assert hands.files() == [key]
        assert real.verify(key, hashlib.sha256(LARGE).hexdigest(), len(LARGE)) is Verdict.OK
    finally:
        server.stop()


def test_reading_goes_on_where_a_broken_connection_left_off(
    store: S3Store, s3_server: S3Server, tmp_path: Path
) -> None:
    key = keep(store, LARGE)
    with (
        Wire(s3_server.port, lose=half_way()) as wire,
        at_place(store.location, tmp_path, endpoint=wire.endpoint).open(key) as file,
    ):
        assert hashlib.file_digest(file, "sha256").hexdigest() == hashlib.sha256(LARGE).hexdigest()
    assert wire.cuts == 1, "the fault happened"


def test_a_file_that_changes_while_it_is_read_is_not_half_and_half(
    store: S3Store, hands: BucketHands, s3_server: S3Server, tmp_path: Path
) -> None:
    key = keep(store, LARGE)
    with (
        Wire(s3_server.port, lose=half_way()) as wire,
        at_place(store.location, tmp_path, endpoint=wire.endpoint).open(key) as file,
    ):
        hands.overwrite(key, bytes(len(LARGE)))
        with pytest.raises(OSError, match="“PreconditionFailed”"):
            file.read()
    assert wire.cuts == 1, "the fault happened"


def test_a_connection_that_breaks_again_and_again_is_given_up(
    store: S3Store, s3_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = keep(store, LARGE)
    monkeypatch.setattr(download, "RESUMPTIONS", 0)
    with Wire(s3_server.port, lose=half_way()) as wire:
        far = at_place(store.location, tmp_path, endpoint=wire.endpoint)
        assert far.verify(key, hashlib.sha256(LARGE).hexdigest(), len(LARGE)) is Verdict.UNREADABLE
    assert wire.cuts == 1, "the fault happened"


def test_a_server_that_is_silent_or_away_is_a_clear_refusal(
    location: S3Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_up(monkeypatch, read=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        store = at_place(location, tmp_path, endpoint=endpoint)
        with pytest.raises(EvidenceUnavailable, match="does not answer"):
            store.check()
        assert verdict(store) is Verdict.UNREADABLE
    with pytest.raises(EvidenceUnavailable, match=r"does not answer.*nothing was kept"):
        keep(store)
    with pytest.raises(EvidenceUnavailable):
        list(store.aged(an_hour_ago()))
    with pytest.raises(EvidenceUnavailable):
        store.quarantine(KEY, before=an_hour_ago())
    with pytest.raises(OSError, match="does not answer"):
        store.open(KEY)


# Keys and buckets


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


# Set aside


def test_stored_again_while_it_is_set_aside_it_comes_back(
    store: S3Store, hands: BucketHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store)
    moment = hands.let_time_pass()
    copy: Callable[..., None] = S3Store._copy
    used: list[str] = []

    def used_meanwhile(self: S3Store, source: str, target: str) -> None:
        copy(self, source, target)
        if not used:
            used.append(keep(store))

    monkeypatch.setattr(S3Store, "_copy", used_meanwhile)
    assert not store.quarantine(KEY, before=moment)
    assert used == [KEY], "the fault happened"
    assert hands.files() == [KEY]
    assert verdict(store) is Verdict.OK


def test_gone_while_it_is_stored_again_it_is_kept_anew(
    store: S3Store, hands: BucketHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store)
    moment = hands.let_time_pass()
    touch: Callable[..., None] = S3Store._put_empty
    moved: list[bool] = []

    def swept_first(self: S3Store, key: str) -> None:
        if not moved:
            moved.append(store.quarantine(KEY, before=moment))
        touch(self, key)

    monkeypatch.setattr(S3Store, "_put_empty", swept_first)
    assert keep(store) == KEY
    assert moved == [True], "the fault happened"
    assert verdict(store) is Verdict.OK


def test_marks_of_use_are_forgotten_when_they_are_old(store: S3Store, hands: BucketHands) -> None:
    keep(store)
    keep(store)
    marks = {"Bucket": BUCKET, "Prefix": store.location.name_of("used/")}
    assert hands.client.list_objects_v2(**marks)["KeyCount"] == 1
    store.discard_drafts(an_hour_ago())
    assert hands.client.list_objects_v2(**marks)["KeyCount"] == 1
    store.discard_drafts(datetime.now(UTC) + timedelta(hours=1))
    assert hands.client.list_objects_v2(**marks)["KeyCount"] == 0


def test_many_objects_are_listed_page_by_page(
    store: S3Store, hands: BucketHands, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {keep(store, b"%d" % number) for number in range(5)}

    def short(params: dict[str, Any], **_: object) -> None:
        params["MaxKeys"] = 2

    refit(monkeypatch, "provide-client-params.s3.ListObjectsV2", short)
    assert set(store.aged(datetime.now(UTC) + timedelta(hours=1))) == keys


# Object lock


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


# Seeing proof


@pytest.mark.django_db
def test_proof_is_shown_and_delivered_from_the_bucket(store: S3Store, hands: BucketHands, at: datetime) -> None:
    view = record_evidence(stage([upload(pdf_bytes("from a bucket"))]), by=actor(), at=at)
    assert b"".join(open_proof(view.id, by=actor(), at=at).chunks()) == pdf_bytes("from a bucket")
    shown = page_picture(open_proof(view.id, by=actor(), at=at), 1, Size.LARGE)
    assert shown.startswith(b"\xff\xd8")
    hands.overwrite(view.key, pdf_bytes("another"))
    with pytest.raises(Conflict):
        open_proof(view.id, by=actor(), at=at)


# Size and numbers


def test_memory_does_not_grow_with_the_file(store: S3Store) -> None:
    class Endless(io.RawIOBase):
        left = 40_000_000

        def read(self, size: int = -1, /) -> bytes:
            piece = bytes(min(size, self.left))
            self.left -= len(piece)
            return piece

    keep(store)
    assert verdict(store) is Verdict.OK, "and its clients are made"
    tracemalloc.start()
    try:
        with store.receive(Endless(), limit=10**8) as draft:
            assert draft is not None
            key = store.keep(draft)
            assert store.verify(key, draft.sha256, draft.size) is Verdict.OK
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_threads_share_a_client(store: S3Store, hands: BucketHands) -> None:
    contents = [b"%d" % (number % 6) for number in range(24)]
    threads = [threading.Thread(target=keep, args=(store, content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hands.files() == sorted({key_of(hashlib.sha256(content).hexdigest()) for content in contents})


def test_the_url_names_the_place(s3_server: S3Server, location: S3Location) -> None:
    assert read_location(s3_server.url(BUCKET, location.prefix)) == location
