"""An S3 server or a way to it that is not as it should be."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.tree import KEY
from tests.s3 import S3Server
from titan.evidence.location import S3Location
from titan.evidence.storage.drafts import Drafts
from titan.evidence.storage.s3 import S3Store, connection

LOCKED = "locked"
LARGE = os.urandom(8_000_000)


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
