"""A store of its own for every test of evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from titan.evidence.storage import LocalStore


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> LocalStore:
    """The empty store that Titan uses during this test."""
    settings.TITAN_EVIDENCE_DIR = tmp_path / "evidence"
    return LocalStore(tmp_path / "evidence")
