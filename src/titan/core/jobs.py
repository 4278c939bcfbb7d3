"""What runs once a night without a user. Floors register their jobs; whoever serves runs them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

Job = Callable[[datetime], None]

_nightly: dict[str, Job] = {}


def nightly(name: str, job: Job) -> None:
    """Register `job` to run after every midnight of the site; it is told the moment and may run twice."""
    _nightly[name] = job


def nightly_jobs() -> dict[str, Job]:
    """Return all registered jobs by name, in order of registration: lower floors first."""
    return dict(_nightly)
