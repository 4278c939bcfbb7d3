"""Workers in short, as everything above embeds them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from titan.core.bulk import id_set
from titan.personnel.models import Worker
from titan.personnel.queries.companies import CompanyShort


@dataclass(frozen=True)
class WorkerShort:
    """A worker as others embed them (api.md)."""

    id: int
    employee_id: str
    first_name: str
    last_name: str
    company: CompanyShort


def short_workers(worker_ids: Iterable[int]) -> dict[int, WorkerShort]:
    """Return workers in short, by id (one statement)."""
    names = ("employee_id", "first_name", "last_name", "company_id", "company__code", "company__name")
    # Without models: an import asks for as many as the site has.
    rows = Worker.objects.filter(pk__in=id_set(worker_ids)).values_list("pk", *names)
    return {
        pk: WorkerShort(pk, badge, first, last, CompanyShort(*company)) for pk, badge, first, last, *company in rows
    }


def short_worker(row: Worker) -> WorkerShort:
    """Return a loaded worker (with its company) in short."""
    company = CompanyShort(row.company.pk, row.company.code, row.company.name)
    return WorkerShort(row.pk, row.employee_id, row.first_name, row.last_name, company)
