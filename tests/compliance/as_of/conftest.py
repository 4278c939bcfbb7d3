"""A site that begins to live on the first day."""

from __future__ import annotations

import pytest

from tests.compliance.as_of.asking import FIRST
from tests.compliance.lives import Life


@pytest.fixture
def life() -> Life:
    return Life(FIRST)
