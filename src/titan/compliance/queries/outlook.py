"""What is coming: the trend of the site, and expiring proofs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from titan.compliance.models import Counted, DayCounts, Tally
from titan.compliance.tallies import number_of_day


@dataclass(frozen=True)
class TrendDay:
    """How many workers were red and yellow at the end of a day."""

    day: date
    red: int
    yellow: int


def trend(*, until: date, days: int = 84) -> list[TrendDay]:
    """Return the kept days before `until`, oldest first (one statement)."""
    rows = DayCounts.objects.filter(day__gte=until - timedelta(days=days), day__lt=until).order_by("day")
    return [TrendDay(row.day, row.non_compliant, row.in_grace + row.expiring) for row in rows]


@dataclass(frozen=True)
class Expiring:
    """Proofs of required courses that run out within so many days."""

    days: int
    items: int


def expiring(today: date, horizons: tuple[int, ...] = (30, 60, 90)) -> list[Expiring]:
    """Return how many items of active workers run out within each horizon, in days (one statement, of kept counts)."""
    ends = {days: number_of_day(today + timedelta(days=days)) for days in horizons}
    found = Tally.objects.filter(counted=Counted.LAST_DAY, of_id__lte=max(ends.values()))
    row = found.aggregate(
        **{f"within_{days}": Coalesce(Sum("n", filter=Q(of_id__lte=end)), 0) for days, end in ends.items()}
    )
    return [Expiring(days, row[f"within_{days}"]) for days in horizons]
