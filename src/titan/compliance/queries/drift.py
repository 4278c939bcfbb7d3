"""Whether the stored verdicts are what the facts say: a rebuild that is thrown away again."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from titan.compliance.commands import refresh
from titan.compliance.engine import Written
from titan.core import settings
from titan.core.command import EVERYONE


def drift(*, at: datetime) -> Written:
    """Return how many items, verdicts and counts a full rebuild would write; zeros mean that nothing drifted.

    Runs the engine inside a transaction that is rolled back, so nothing is written.
    """
    with transaction.atomic():
        written = refresh(EVERYONE, today=settings.current().today(at))
        transaction.set_rollback(True)
    return written
