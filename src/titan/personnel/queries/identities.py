"""Who workers are, as the ledger commits to them (docs/ledger-format.md §5)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from titan.core.bulk import ids_param, ids_sql
from titan.ledger.rules.subjects import Identity, name_of


def identities_of(worker_ids: Iterable[int]) -> dict[int, Identity]:
    """Return who these workers are now, by id; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT w.id, c.name, w.employee_id, w.first_name, w.last_name
            FROM personnel_worker w JOIN personnel_company c ON c.id = w.company_id WHERE w.id IN ({ids_sql()})""",
            [ids_param(worker_ids)],
        )
        rows = cursor.fetchall()
    return {pk: Identity(company, badge, name_of(first, last)) for pk, company, badge, first, last in rows}
