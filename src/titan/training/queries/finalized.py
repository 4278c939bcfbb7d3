"""How much was finalized."""

from __future__ import annotations

from titan.training.models import Finalization


def finalizations_so_far() -> int:
    """Return how many sessions were ever finalized on this database."""
    return Finalization.objects.count()
