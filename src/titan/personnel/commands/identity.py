"""Who workers were: kept in their own row, so that what the ledger committed to earlier can still be opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from titan.core.actor import Actor
from titan.core.bulk import id_set, update_rows
from titan.ledger.commands import enter
from titan.ledger.entering import NewLeaf
from titan.ledger.models import LeafType
from titan.personnel.models import Worker
from titan.personnel.queries.identities import identities_of

IDENTIFYING = frozenset({"first_name", "last_name", "employee_id", "company_id"})
"""The columns of a worker that their identity in the ledger is made of, besides the company's name."""


@contextmanager
def keeping_identity(worker_ids: Iterable[int]) -> Iterator[list[int]]:
    """Let the block change who these workers are, and keep who they were; yields those who changed, once it is over.

    A fixed number of statements. The caller has locked the workers.
    """
    changed: list[int] = []
    before = identities_of(worker_ids)
    yield changed
    now = identities_of(before)
    changed += [pk for pk in sorted(before) if now[pk] != before[pk]]
    if not changed:
        return
    kept = dict(Worker.objects.filter(pk__in=id_set(changed)).values_list("id", "former_identities"))
    rows = []
    for pk in changed:
        one = {"company": before[pk].company, "employee_id": before[pk].employee_id, "name": before[pk].name}
        former = kept[pk] or []
        rows.append({"id": pk, "former_identities": former if one in former else [*former, one]})
    update_rows(Worker, rows)


@contextmanager
def restating(worker_ids: Iterable[int], *, by: Actor, at: datetime) -> Iterator[None]:
    """Let the block change who these workers are: keep who they were, and tell the ledger of those it knows."""
    with keeping_identity(worker_ids) as changed:
        yield
    # The ledger drops those of whom it holds nothing yet: it alone can tell, once nobody else writes to it.
    enter([NewLeaf(LeafType.RESTATED, {}, at, by.user_id, pk, pk) for pk in changed])


@contextmanager
def restating_companies(company_ids: Iterable[int], *, by: Actor, at: datetime) -> Iterator[None]:
    """Let the block rename these companies, and with them who all of their workers are; see `restating`."""
    workers = Worker.objects.filter(company_id__in=id_set(company_ids)).order_by("pk")
    with restating(list(workers.select_for_update(no_key=True).values_list("pk", flat=True)), by=by, at=at):
        yield
