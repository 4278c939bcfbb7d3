"""Who workers are, as the ledger commits to them (docs/ledger-format.md §5)."""

from __future__ import annotations

from collections.abc import Iterable

from titan.core.bulk import id_set
from titan.ledger.rules.subjects import Identity, name_of
from titan.personnel.models import Worker


def identities_of(worker_ids: Iterable[int]) -> dict[int, Identity]:
    """Return who these workers are now, by id; one statement."""
    rows = Worker.objects.filter(pk__in=id_set(worker_ids)).values_list(
        "id", "company__name", "employee_id", "first_name", "last_name"
    )
    return {pk: Identity(company, badge, name_of(first, last)) for pk, company, badge, first, last in rows}
