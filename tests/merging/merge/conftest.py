"""What these tests begin with."""

from __future__ import annotations

import pytest

from tests.merging.people import Site


@pytest.fixture
def place() -> Site:
    return Site()
