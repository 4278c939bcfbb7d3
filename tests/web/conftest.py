"""What every test of pages stands on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine


@pytest.fixture
def now(site: Any, at: datetime) -> Iterator[datetime]:
    """The tests' moment on the site, at which the clock stands still."""
    with time_machine.travel(at, tick=False):
        yield at
