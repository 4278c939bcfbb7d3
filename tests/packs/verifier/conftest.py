"""What every test of the verifier may ask for: a good pack, and where to write it."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packs.building import (
    Pack,
    good_pack,
)


@pytest.fixture
def pack() -> Pack:
    return good_pack()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "pack.zip"


@pytest.fixture(autouse=True)
def _no_warning_of_names_twice() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        yield
