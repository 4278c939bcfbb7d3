"""Measuring in turn: the product, then raw SQL, then the product …, so that a busy machine slows both alike."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

Act = Callable[[int], object]
ROUNDS = 9


@dataclass(frozen=True)
class Measured:
    """One line of the table. Times are medians in milliseconds; raw None: compared with nothing.

    limit: what the ratio must not exceed (or reach, when at_least); None: shown only.
    """

    what: str
    workers: int
    product_ms: float
    raw_ms: float | None = None
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the product takes what raw takes; the other way round when it must be faster."""
        if self.raw_ms is None or not self.raw_ms or not self.product_ms:
            return None
        return self.raw_ms / self.product_ms if self.at_least else self.product_ms / self.raw_ms

    @property
    def holds(self) -> bool | None:
        """Whether the limit is kept; None when there is none."""
        if self.limit is None or self.ratio is None:
            return None
        return self.ratio >= self.limit if self.at_least else self.ratio <= self.limit

    def plain(self) -> dict[str, Any]:
        """Return the values for the process that prints."""
        return asdict(self)


def in_turn(
    product: Act, raw: Act, *, rounds: int = ROUNDS, before: Callable[[], None] = lambda: None
) -> tuple[float, float]:
    """Return the medians in ms of `product` and `raw`, run in turn `rounds` times; each is told the round.

    A first round that does not count warms both up. Rounds are 0 (the warm-up) to `rounds`. before: what each turn
    needs, not measured.
    """
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(rounds + 1):
        pair = ((product, ours), (raw, theirs))
        for act, times in pair if number % 2 else reversed(pair):
            before()
            times.append(once(act, number))
    return statistics.median(ours[1:]), statistics.median(theirs[1:])


def alone(act: Act, *, rounds: int = ROUNDS) -> float:
    """Return the median in ms of `act`, after one run that does not count."""
    return statistics.median([once(act, number) for number in range(rounds + 1)][1:])


def once(act: Act, number: int) -> float:
    """Return how long `act(number)` takes, in ms; collecting garbage is not part of it."""
    gc.collect()
    gc.disable()
    try:
        began = time.perf_counter()
        act(number)
        return (time.perf_counter() - began) * 1000
    finally:
        gc.enable()


def exponent(small: tuple[int, float], large: tuple[int, float]) -> float:
    """Return k of time ~ size^k between two (size, time)."""
    return math.log(large[1] / small[1]) / math.log(large[0] / small[0])
