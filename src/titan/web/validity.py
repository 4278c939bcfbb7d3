"""Until when records are valid, and by whose decision: for pages that list them."""

from __future__ import annotations

from collections.abc import Iterable

from titan.records.extensions.queries import RecordExtension, deciding, loaded_extensions
from titan.records.models import TrainingRecord


def decisions(records: Iterable[TrainingRecord]) -> dict[int, RecordExtension]:
    """Return, by record, the extension by which it is valid past its expiry; extensions loaded (`with_extensions`)."""
    found = ((row.pk, deciding(row, loaded_extensions(row))) for row in records)
    return {pk: decision for pk, decision in found if decision is not None}
