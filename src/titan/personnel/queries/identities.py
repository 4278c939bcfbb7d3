"""Who workers are, as the ledger commits to them (docs/ledger-format.md §5)."""

from __future__ import annotations

from collections.abc import Iterable

from titan.core.bulk import ids_param, ids_sql
from titan.ledger.entering import Subject
from titan.ledger.rules.subjects import Identity, name_of
from titan.ledger.sql import rows


def identities_of(worker_ids: Iterable[int]) -> dict[int, Identity]:
    """Return who these workers are now, by id; one statement."""
    return {worker: subject.identity for worker, subject in subjects_of(worker_ids).items()}


def subjects_of(worker_ids: Iterable[int]) -> dict[int, Subject]:
    """Return who these workers are now, with their person keys, by id; one statement."""
    found = rows(
        f"""SELECT w.id, c.name, w.employee_id, w.first_name, w.last_name, k.key
        FROM personnel_worker w JOIN personnel_company c ON c.id = w.company_id
        LEFT JOIN ledger_personkey k ON k.worker_id = w.id WHERE w.id IN ({ids_sql()})""",
        [ids_param(worker_ids)],
    )
    return {
        pk: Subject(Identity(company, badge, name_of(first, last)), None if key is None else bytes(key))
        for pk, company, badge, first, last, key in found
    }
