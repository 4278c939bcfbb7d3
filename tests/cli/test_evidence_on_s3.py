"""The command line with evidence in a bucket: moving there, verifying there, what is said when it cannot be used."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cast import actor
from tests.cli.conftest import Done
from tests.evidence.tree import upload
from tests.files import pdf_bytes
from tests.s3 import BUCKET, CREDENTIALS, S3Server
from titan.evidence.commands import record_evidence, stage
from titan.evidence.location import read_location
from titan.evidence.storage.s3.connection import forget_clients

Titan = Callable[..., Done]


@pytest.fixture
def bucket(s3_server: S3Server, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it to go from the folder to the bucket."""
    settings.TITAN_EVIDENCE_DIR = tmp_path / "evidence"
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)

    def move() -> None:
        settings.TITAN_STORAGE = read_location(s3_server.url(BUCKET, secrets.token_hex(8)))

    return move


def test_moving_house(titan: Titan, site: Any, at: datetime, bucket: Callable[[], None]) -> None:
    kept = record_evidence(stage([upload(pdf_bytes())]), by=actor(), at=at)
    nowhere = titan("evidence", "copy")
    assert nowhere.returncode == 2
    assert "TITAN_STORAGE_URL is not set" in nowhere.stderr
    bucket()
    before = titan("verify")
    assert before.returncode == 1
    assert f"({kept.key}) has lost its file" in before.stderr
    assert "1 files copied, 0 were there already" in titan("evidence", "copy").stdout
    assert "0 files copied, 1 were there already" in titan("evidence", "copy").stdout
    assert titan("verify").returncode == 0
    assert "0 files copied, 1 were there already" in titan("evidence", "copy", "--back").stdout


@pytest.mark.parametrize("command", ["verify", "evidence copy"])
def test_a_wrong_secret_is_said(
    command: str, titan: Titan, site: Any, bucket: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket()
    forget_clients()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    done = titan(*command.split())
    forget_clients()
    assert done.returncode == 1
    assert "check AWS_SECRET_ACCESS_KEY" in done.stderr
