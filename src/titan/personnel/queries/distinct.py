"""Of whom somebody said that they are not the same person."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from titan.accounts.queries import user_names
from titan.core import settings
from titan.core.bulk import id_set
from titan.core.language import _, paper_day
from titan.personnel.models import DistinctPair


@dataclass(frozen=True)
class SaidDistinct:
    """When somebody said of two workers that they are two people. by: their name; empty for the command line."""

    at: datetime
    by: str

    @property
    def words(self) -> str:
        """What to tell whoever is about to merge the two."""
        named = {"day": paper_day(settings.current().today(self.at)), "name": self.by}
        if not self.by:
            return _("On %(day)s it was said that these are two people.") % named
        return _("On %(day)s %(name)s said that these are two people.") % named


def said_distinct(one_id: int, other_id: int) -> SaidDistinct | None:
    """Return who said that these two are not the same person; None when nobody did. Two statements at most."""
    low, high = sorted((one_id, other_id))
    row = DistinctPair.objects.filter(one_id=low, other_id=high).first()
    if row is None:
        return None
    names = user_names([row.said_by_id]) if row.said_by_id is not None else {}
    return SaidDistinct(row.said_at, names.get(row.said_by_id or 0, ""))


def distinct_pairs(worker_ids: Collection[int] | None = None) -> set[tuple[int, int]]:
    """Return the pairs (lower number first) of whom it was said, of all workers or of these; one statement."""
    pairs = DistinctPair.objects.all()
    if worker_ids is not None:
        pairs = pairs.filter(one_id__in=id_set(worker_ids)) | pairs.filter(other_id__in=id_set(worker_ids))
    return set(pairs.values_list("one_id", "other_id"))
