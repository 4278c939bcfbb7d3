"""A store of its own for every test of evidence: in a folder, and once more in a bucket of a real S3 server."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.evidence.tree import BucketHands, Hands, LocalHands
from tests.s3 import BUCKET, CREDENTIALS, S3Server
from titan.evidence.location import read_location
from titan.evidence.storage import Store, evidence_store

BOTH = ("local", "s3")
# These store nothing; once is enough.
STORELESS = ("test_binding", "test_inspect", "test_rules")
# Refused or labelled before any store is asked.
ASKS_NO_STORE = ("test_what_is_refused_leaves_nothing", "test_a_name_is_only_a_label", "test_auditors_do_not_upload")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let every test run on both stores, unless its module says STORES = ("local",) or ("s3",).

    So on both databases; what asks no database is left to the run on SQLite (tests/databases.py).
    """
    stores = getattr(metafunc.module, "STORES", BOTH)
    storeless = metafunc.module.__name__.rpartition(".")[2] in STORELESS or metafunc.function.__name__ in ASKS_NO_STORE
    metafunc.parametrize("kind", stores[:1] if storeless else stores, indirect=True)


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """What the store of this test is made of."""
    return str(request.param)


@pytest.fixture
def location(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A place of its own in the bucket, with the credentials that open it."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return read_location(s3_server.url(BUCKET, secrets.token_hex(8)))


@pytest.fixture(autouse=True)
def hands(kind: str, request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[Hands]:
    """Hands on what the empty store of this test is made of."""
    settings.TITAN_EVIDENCE_DIR = root = tmp_path / "home" / "evidence"
    root.parent.mkdir()
    if kind == "local":
        yield LocalHands(root)
        return
    server: S3Server = request.getfixturevalue("s3_server")
    settings.TITAN_STORAGE = location = request.getfixturevalue("location")
    environ = {"TITAN_STORAGE_URL": server.url(BUCKET, location.prefix)}
    yield BucketHands(root, location, server.client, environ)


@pytest.fixture
def store(hands: Hands) -> Store:
    """The empty store that Titan uses during this test."""
    return evidence_store()


@pytest.fixture
def break_store(hands: Hands, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and what was stored cannot be read any more: a disk with errors, or a server that is away."""

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def break_it() -> None:
        if isinstance(hands, BucketHands):
            settings.TITAN_STORAGE = replace(hands.location, endpoint="http://127.0.0.1:9")
        else:
            monkeypatch.setattr("titan.evidence.storage.disk.os.open", fail)

    return break_it
