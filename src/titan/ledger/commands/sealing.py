"""From a leaf that somebody wants to the bytes that are hashed (docs/ledger-format.md §5)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from titan.core.bulk import ids_param, ids_sql
from titan.core.command import current_unit
from titan.ledger.entering import NewLeaf, identities
from titan.ledger.models import LeafType, PersonKey
from titan.ledger.rules import subjects
from titan.ledger.rules.canonical import canonical
from titan.ledger.sql import insert, rows

VERSION = 1
NONCE_BYTES = 16


def sealed(leaves: Sequence[NewLeaf]) -> list[tuple[NewLeaf, bytes]]:
    """Return the leaves with their bytes; at most three statements, whatever their number.

    A restatement of somebody of whom the ledger holds nothing is left out.
    """
    keys = _person_keys(leaves)
    kept = [leaf for leaf in leaves if leaf.worker_id is None or leaf.worker_id in keys]
    about = sorted({leaf.worker_id for leaf in kept if leaf.worker_id is not None})
    known = identities(about) if about else {}
    who = {worker: known[worker].bytes_for(keys[worker]) for worker in about}
    nonces = os.urandom(NONCE_BYTES * len(kept))
    return [
        (leaf, _bytes(leaf, nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES], keys, who))
        for at, leaf in enumerate(kept)
    ]


def _bytes(leaf: NewLeaf, nonce: bytes, keys: dict[int, bytes], who: dict[int, bytes]) -> bytes:
    body: dict[str, Any] = {
        **leaf.body,
        "at": moment(leaf.at),
        "by": leaf.by_id,
        "type": str(leaf.type),
        "v": VERSION,
    }
    if leaf.worker_id is not None:
        salt = subjects.salt(keys[leaf.worker_id], nonce)
        body["nonce"] = nonce.hex()
        body["subject"] = subjects.subject(salt, who[leaf.worker_id])
        if leaf.texts is not None:
            body["note"] = subjects.note(salt, _texts(leaf.texts, leaf.into_id, keys))
    return canonical(body)


def _texts(texts: Mapping[str, str], into_id: int | None, keys: dict[int, bytes]) -> Mapping[str, str]:
    if into_id is None:
        return texts
    return {**texts, subjects.INTO: subjects.person(keys[into_id])}


@lru_cache(maxsize=64)
def moment(at: datetime) -> str:
    """Return a moment as leaves write it: UTC, six digits."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _person_keys(leaves: Sequence[NewLeaf]) -> dict[int, bytes]:
    """Return the keys of whom the leaves are about; make those that are missing, but not for a restatement alone."""
    about = {leaf.worker_id for leaf in leaves if leaf.worker_id is not None}
    if not about:
        return {}
    needed = {leaf.worker_id for leaf in leaves if leaf.worker_id is not None and leaf.type != LeafType.RESTATED}
    needed |= {leaf.into_id for leaf in leaves if leaf.into_id is not None}
    keys = person_keys(about | needed)
    missing = sorted(needed - keys.keys())
    if missing:
        # Nobody else makes keys meanwhile: whoever does holds the head.
        made, at = {pk: os.urandom(32) for pk in missing}, current_unit().at
        insert(PersonKey, ("worker_id", "key", "made_at"), [(pk, key, at) for pk, key in made.items()])
        keys |= made
    return keys


def person_keys(worker_ids: Sequence[int] | set[int]) -> dict[int, bytes]:
    """Return the person keys of these workers, by id; one statement."""
    table = PersonKey._meta.db_table
    found = rows(f"SELECT worker_id, key FROM {table} WHERE worker_id IN ({ids_sql()})", [ids_param(worker_ids)])
    return {worker: bytes(key) for worker, key in found}
