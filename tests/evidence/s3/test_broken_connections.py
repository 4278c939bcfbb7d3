"""Answers that are lost, servers that die or are silent."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest

from tests.evidence.s3.faults import LARGE, at_place, give_up, half_way
from tests.evidence.tree import KEY, BucketHands, an_hour_ago, keep, verdict
from tests.evidence.wire import Wire
from tests.s3 import BUCKET, S3Server
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.location import S3Location
from titan.evidence.storage import Verdict
from titan.evidence.storage.s3 import S3Store, download

STORES = ("s3",)


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
