"""How far the stored verdicts are behind the calendar."""

from __future__ import annotations

from datetime import datetime

from titan.compliance.models import SweptDay
from titan.core import settings


def sweep_lag(*, at: datetime) -> int:
    """Return how many days of the site the verdicts are behind; 0 when they are swept, or no site is set up."""
    site = settings.current()
    swept = SweptDay.objects.values_list("day", flat=True).first()
    if not site.is_set_up or swept is None:
        return 0
    return max((site.today(at) - swept).days, 0)
