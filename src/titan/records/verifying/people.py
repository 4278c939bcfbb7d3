"""Whom leaves commit to: who workers are and were, and their keys, a bounded number of them at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

from titan.core.bulk import ids_param, ids_sql
from titan.ledger.models import Leaf, LeafType, PersonKey
from titan.ledger.rules.subjects import SUBJECT, Identity, Secret, name_of
from titan.ledger.sql import rows
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.writing import moment
from titan.personnel.models import Company, Worker

KEPT = 50_000

_WHO = f"""SELECT w.id, w.first_name, w.last_name, w.employee_id, c.name, w.former_identities, k.key,
    (SELECT MAX(l.leaf_index) FROM {Leaf._meta.db_table} l WHERE l.type = '{LeafType.ERASED}' AND l.entity_id = w.id)
    FROM {Worker._meta.db_table} w JOIN {Company._meta.db_table} c ON c.id = w.company_id
    LEFT JOIN {PersonKey._meta.db_table} k ON k.worker_id = w.id WHERE w.id IN ({ids_sql()})"""


class Known:
    """One worker: the identities that their leaves may commit to, the newest first, and their key.

    erased: the index of the leaf that says they were erased; leaves up to it can no longer be opened.
    """

    __slots__ = ("_secret", "erased", "identities")

    def __init__(self, row: tuple[Any, ...]) -> None:
        _id, first, last, badge, company, former, key, self.erased = row
        self.identities: list[bytes] = []
        self._secret = None if key is None else Secret(bytes(key))
        if self._secret is not None:
            every = [Identity(company, badge, name_of(first, last)), *_former(former)]
            self.identities = [one.bytes_for(self._secret) for one in every]

    @property
    def has_key(self) -> bool:
        """Whether their person key is there."""
        return self._secret is not None

    def salt(self, nonce: str, subject: str) -> bytes | None:
        """Return the salt of the leaf with this nonce if `subject` (both hexadecimal) commits to who they are or were.

        None when it does not, or nobody can tell.
        """
        if self._secret is None:
            return None
        try:
            salt = self._secret.salt(bytes.fromhex(nonce))
        except ValueError:
            return None
        start = SUBJECT + salt
        for identity in self.identities:
            if sha256(start + identity).hexdigest() == subject:
                return salt
        return None

    def is_sealed(self, index: int) -> bool:
        """Tell whether nobody can open leaf `index` any more, because they were erased after it."""
        return self.erased is not None and index <= self.erased


def _former(stored: Any) -> list[Identity]:
    try:
        told = json.loads(stored) if isinstance(stored, str) else stored
        found = [Identity(one["company"], one["employee_id"], one["name"]) for one in told or []]
    except (ValueError, KeyError, TypeError):
        # Whoever damaged them is found by the leaves that then fit nobody.
        return []
    return found[::-1]


class People:
    """Workers as they are now, read in one statement for many, and kept for a while."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}

    def of(self, worker_ids: Collection[int]) -> dict[int, Known]:
        """Return those of the workers who exist, by id."""
        missing = [pk for pk in worker_ids if pk not in self._known]
        if missing:
            if len(self._known) + len(missing) > KEPT:
                self._known.clear()
                missing = list(worker_ids)
            for row in rows(_WHO, [ids_param(missing)]):
                self._known[row[0]] = Known(row)
        return self._known

    def forget(self) -> None:
        """Read everybody anew: somebody may have been renamed meanwhile."""
        self._known.clear()


def people_problems(began_at: str) -> Iterator[Problem]:
    """Yield erased people whose key is still there, or of whose erasure the ledger does not know; two statements.

    began_at: when the ledger began; of whoever was erased before, it need not know.
    """
    worker, leaf, key = Worker._meta.db_table, Leaf._meta.db_table, PersonKey._meta.db_table
    said = f"SELECT 1 FROM {leaf} l WHERE l.type = '{LeafType.ERASED}' AND l.entity_id = w.id"
    for pk, erased_at in rows(
        f"SELECT w.id, w.anonymised_at FROM {worker} w WHERE w.anonymised_at IS NOT NULL AND NOT EXISTS ({said})"
        " ORDER BY w.id"
    ):
        if moment(erased_at) >= began_at:
            yield alarm("ERASURE_UNSAID", "worker", pk, "it was erased, and no leaf says so")
    for (pk,) in rows(
        f"SELECT w.id FROM {worker} w JOIN {key} k ON k.worker_id = w.id"
        f" WHERE k.made_at <= w.anonymised_at AND EXISTS ({said}) ORDER BY w.id"
    ):
        yield alarm("PERSON_KEY_KEPT", "worker", pk, "it was erased, and its person key is still there")
