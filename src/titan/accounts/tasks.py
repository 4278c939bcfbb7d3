"""What accounts need once a night."""

from __future__ import annotations

from datetime import datetime

from titan.accounts import throttle


def forget_failures(at: datetime) -> None:
    """Remove the counts of failed sign-ins and tokens that no pause depends on any more."""
    throttle.purge(at=at)
