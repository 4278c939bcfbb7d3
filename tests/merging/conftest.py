"""Merges happen on a site."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _site(site: Any) -> None:
    """Every test has the site."""
