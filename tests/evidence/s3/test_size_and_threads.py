"""Proof from the bucket; large files and many threads."""

from __future__ import annotations

import hashlib
import io
import threading
import tracemalloc
from datetime import datetime

import pytest

from tests.cast import actor
from tests.evidence.tree import BucketHands, keep, upload, verdict
from tests.files import pdf_bytes
from titan.core.errors import Conflict
from titan.evidence.commands import open_proof, record_evidence, stage
from titan.evidence.rendering import Size, page_picture
from titan.evidence.rules import key_of
from titan.evidence.storage import Verdict
from titan.evidence.storage.s3 import S3Store

STORES = ("s3",)


@pytest.mark.django_db
def test_proof_is_shown_and_delivered_from_the_bucket(store: S3Store, hands: BucketHands, at: datetime) -> None:
    view = record_evidence(stage([upload(pdf_bytes("from a bucket"))]), by=actor(), at=at)
    assert b"".join(open_proof(view.id, by=actor(), at=at).chunks()) == pdf_bytes("from a bucket")
    shown = page_picture(open_proof(view.id, by=actor(), at=at), 1, Size.LARGE)
    assert shown.startswith(b"\xff\xd8")
    hands.overwrite(view.key, pdf_bytes("another"))
    with pytest.raises(Conflict):
        open_proof(view.id, by=actor(), at=at)


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
