"""Charts as coordinates: templates draw them as SVG that inherits the page's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from titan.compliance.queries.outlook import TrendDay

WIDTH, TOP, BOTTOM = 300, 10, 74


@dataclass(frozen=True)
class TrendChart:
    """Two lines over time. red, yellow: paths; *_y: where the last values stand; change_red: since the first day."""

    red: str
    yellow: str
    red_y: float
    yellow_y: float
    last: TrendDay
    first_day: date
    change_red: int

    @property
    def has_history(self) -> bool:
        return self.first_day != self.last.day


def trend_chart(past: Sequence[TrendDay], counts: dict[str, int], today: date) -> TrendChart:
    """Return the trend of `past` days up to `today`, whose counts by status are `counts`."""
    last = TrendDay(today, counts["NON_COMPLIANT"], counts["IN_GRACE"] + counts["EXPIRING"])
    days = [*past, last]
    highest = max(1, *(max(day.red, day.yellow) for day in days))
    span = max(1, (today - days[0].day).days)

    def x(day: date) -> float:
        return round((day - days[0].day).days / span * WIDTH, 1)

    def y(value: int) -> float:
        return round(BOTTOM - value / highest * (BOTTOM - TOP), 1)

    def line(values: list[tuple[date, int]]) -> str:
        return "M" + "L".join(f"{x(day)} {y(value)}" for day, value in values)

    return TrendChart(
        red=line([(day.day, day.red) for day in days]),
        yellow=line([(day.day, day.yellow) for day in days]),
        red_y=y(last.red),
        yellow_y=y(last.yellow),
        last=last,
        first_day=days[0].day,
        change_red=last.red - days[0].red,
    )
