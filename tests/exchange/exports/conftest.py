"""The site of which every list has something."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.exchange.exports.world import make_world


@pytest.fixture
def world(site: Any) -> SimpleNamespace:
    return make_world()
