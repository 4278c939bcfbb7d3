"""Whom leaves commit to: who workers are and were, and their keys, a bounded number of them at a time."""

from __future__ import annotations

import json
from collections import defaultdict
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

# Of each worker and of everybody merged into them, over any steps: who they are, their key, and since which leaves the
# one was erased and the other merged. A circle, which only somebody without the guards can make, comes to an end.
_WHO = f"""WITH RECURSIVE whole(top, id) AS (
        SELECT given.id, given.id FROM ({ids_sql()}) AS given
        UNION
        SELECT whole.top, w.id FROM whole JOIN {Worker._meta.db_table} w ON w.merged_into_id = whole.id
    )
    SELECT whole.top, w.id, w.first_name, w.last_name, w.employee_id, c.name, w.former_identities, k.key,
        CASE WHEN w.id = whole.top THEN
            (SELECT MAX(l.leaf_index) FROM {Leaf._meta.db_table} l
             WHERE l.type = '{LeafType.ERASED}' AND l.entity_id = w.id)
        ELSE
            (SELECT MIN(l.leaf_index) FROM {Leaf._meta.db_table} l
             WHERE l.type = '{LeafType.MERGED}' AND l.entity_id = w.id)
        END
    FROM whole JOIN {Worker._meta.db_table} w ON w.id = whole.id JOIN {Company._meta.db_table} c ON c.id = w.company_id
    LEFT JOIN {PersonKey._meta.db_table} k ON k.worker_id = w.id"""


class _Named:
    """One row of a person: the identities that leaves may commit to under its key, the newest first.

    until: the leaf that says that the row was merged; those after it are no longer of this row (None: it stays).
    """

    __slots__ = ("identities", "secret", "until")

    def __init__(self, row: tuple[Any, ...], until: int | None) -> None:
        _top, _id, first, last, badge, company, former, key, _at = row
        self.secret, self.until = Secret(bytes(key)), until
        known = [Identity(company, badge, name_of(first, last)), *_former(former)]
        self.identities = [one.bytes_for(self.secret) for one in known]

    def salt(self, nonce: bytes, subject: str) -> bytes | None:
        salt = self.secret.salt(nonce)
        start = SUBJECT + salt
        for identity in self.identities:
            if sha256(start + identity).hexdigest() == subject:
                return salt
        return None


class Known:
    """One worker: the identities that their leaves may commit to, theirs first, then those of rows merged into theirs.

    erased: the index of the leaf that says they were erased; leaves up to it can no longer be opened.
    """

    __slots__ = ("_rows", "erased", "has_key")

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        own = next(row for row in rows if row[0] == row[1])
        self.erased = own[-1]
        self.has_key = own[-2] is not None
        # Of a row of whose merge no leaf says anything, nothing is taken for theirs.
        merged = [row for row in rows if row is not own and row[-2] is not None and row[-1] is not None]
        self._rows = [_Named(own, None)] if self.has_key else []
        self._rows += [_Named(row, row[-1]) for row in merged]

    @property
    def person(self) -> str:
        """Their pseudonym; nothing without a key."""
        return self._rows[0].secret.person if self.has_key else ""

    def salt(self, index: int, nonce: str, subject: str, *, own: bool = False) -> bytes | None:
        """Return the salt of leaf `index` with this nonce if `subject` commits to who they are or were; else None.

        nonce, subject: in hexadecimal. A leaf commits to a row that was merged only from before the merge. own: only
        their own key will do, as for a leaf about the row itself: none of a row that was merged into it.
        """
        try:
            raw = bytes.fromhex(nonce)
        except ValueError:
            return None
        for row in self._rows:
            if row.until is None or (not own and index < row.until):
                salt = row.salt(raw, subject)
                if salt is not None:
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
            found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
            for row in rows(_WHO, [ids_param(missing)]):
                found[row[0]].append(row)
            self._known.update((pk, Known(of_one)) for pk, of_one in found.items())
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
