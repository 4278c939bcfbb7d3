"""Waiting for what must come, however busy the machine."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 60
PAUSE = 0.05


def until(happened: Callable[[], bool], *, pause: Callable[[float], object] = time.sleep) -> None:
    """Wait until `happened` says so; a minute at most.

    pause: waits for some seconds; a browser's own, where something in it must go on meanwhile.
    """
    end = time.monotonic() + SECONDS
    while not happened():
        assert time.monotonic() < end, "it did not come"
        pause(PAUSE)
