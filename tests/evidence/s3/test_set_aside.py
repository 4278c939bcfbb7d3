"""What is set aside in a bucket, and what is stored again meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.evidence.s3.faults import refit
from tests.evidence.tree import KEY, BucketHands, an_hour_ago, keep, verdict
from tests.s3 import BUCKET
from titan.evidence.storage import Verdict
from titan.evidence.storage.s3 import S3Store

STORES = ("s3",)


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
