"""Merging what cannot be merged."""

from __future__ import annotations

from typing import Any

from tests.training.acting import refuses
from titan.core.errors import Conflict
from titan.personnel.commands.merge import merge_workers
from titan.personnel.models import Worker


def refused(code: str, gone: Worker, stays: Worker, **given: Any) -> Conflict:
    """Merge what cannot be merged: nothing is written."""
    before = list(Worker.objects.order_by("pk").values())
    refusal = refuses(code, merge_workers, gone.pk, stays.pk, "Same passport", **given)
    assert list(Worker.objects.order_by("pk").values()) == before
    assert isinstance(refusal, Conflict)
    return refusal
