"""Guessing is slowed down: failures count, successes do not, and all processes of a home count together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from titan.accounts import throttle
from titan.accounts.throttle import Throttle, client_address, purge

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SLOW = Throttle("slow", limit=3, window=60)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> Path:
    settings.TITAN_HOME = tmp_path
    return tmp_path


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def test_after_the_limit_there_is_a_pause_until_the_oldest_has_aged() -> None:
    assert [SLOW.failed("a", at=later(second)) for second in (0, 10, 20)] == [2, 1, 0]
    assert SLOW.wait("a", at=later(20)) == 41
    assert SLOW.wait("a", at=later(59)) == 2
    assert SLOW.wait("a", at=later(60)) == 0
    assert SLOW.failed("a", at=later(61)) == 0
    assert SLOW.wait("a", at=later(61)) == 10


def test_keys_and_throttles_do_not_mix() -> None:
    for _ in range(3):
        SLOW.failed("a", at=AT)
    assert SLOW.wait("b", at=AT) == 0
    assert Throttle("other", limit=3, window=60).wait("a", at=AT) == 0


def test_success_forgets() -> None:
    for _ in range(3):
        SLOW.failed("a", at=AT)
    SLOW.forget("a")
    SLOW.forget("never seen")
    assert SLOW.wait("a", at=AT) == 0


def test_no_count_is_lost_between_writers() -> None:
    many = Throttle("many", limit=1000, window=60)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: many.failed("a", at=AT), range(200)))
    assert many.failed("a", at=AT) == 799


def test_a_half_written_count_is_no_error(home: Path) -> None:
    SLOW.failed("a", at=AT)
    (file,) = throttle.folder().iterdir()
    file.write_bytes(file.read_bytes() + b"xyz")
    assert SLOW.wait("a", at=AT) == 0


def test_old_counts_are_purged() -> None:
    SLOW.failed("a", at=AT)
    assert purge(at=datetime.now(UTC)) == 0
    assert purge(at=datetime.now(UTC) + timedelta(hours=1)) == 1
    assert purge(at=AT) == 0


def test_the_address_is_what_the_proxy_saw_only_behind_one(settings: Any) -> None:
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.2.3.4, 5.6.7.8"}
    settings.SECURE_PROXY_SSL_HEADER = None
    assert client_address(meta) == "10.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client_address(meta) == "5.6.7.8"
    assert client_address({"REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"
