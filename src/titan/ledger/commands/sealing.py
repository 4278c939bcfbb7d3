"""From a leaf that somebody wants to the bytes that are hashed (docs/ledger-format.md §5)."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from titan.core.command import current_unit
from titan.ledger.entering import NewLeaf, subjects_of
from titan.ledger.models import LeafType, PersonKey
from titan.ledger.rules import subjects
from titan.ledger.rules.canonical import canonical
from titan.ledger.rules.subjects import Secret
from titan.ledger.sql import insert

VERSION = 1
NONCE_BYTES, KEY_BYTES = 16, 32


def sealed(leaves: Sequence[NewLeaf]) -> list[tuple[NewLeaf, bytes]]:
    """Return the leaves with their bytes; at most two statements, whatever their number.

    A restatement of somebody of whom the ledger holds nothing is left out.
    """
    who = _committed(leaves)
    kept = [leaf for leaf in leaves if leaf.worker_id is None or leaf.worker_id in who]
    nonces = os.urandom(NONCE_BYTES * len(kept))
    return [
        (leaf, _bytes(leaf, nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES], who)) for at, leaf in enumerate(kept)
    ]


def _bytes(leaf: NewLeaf, nonce: bytes, who: Mapping[int, tuple[Secret, bytes]]) -> bytes:
    """Return what is hashed. who: secret and identity of whom leaves are about, or name."""
    body: dict[str, Any] = {
        **leaf.body,
        "at": moment(leaf.at),
        "by": leaf.by_id,
        "type": leaf.type,
        "v": VERSION,
    }
    if leaf.worker_id is not None:
        secret, identity = who[leaf.worker_id]
        salt = secret.salt(nonce)
        body["nonce"] = nonce.hex()
        body["subject"] = subjects.subject(salt, identity)
        if leaf.texts is not None:
            body["note"] = subjects.note(salt, _texts(leaf, who))
    return canonical(body)


def _texts(leaf: NewLeaf, who: Mapping[int, tuple[Secret, bytes]]) -> Mapping[str, str]:
    texts = leaf.texts or {}
    if leaf.into_id is None:
        return texts
    secret, _identity = who[leaf.into_id]
    return {**texts, subjects.INTO: secret.person}


@lru_cache(maxsize=64)
def moment(at: datetime) -> str:
    """Return a moment as leaves write it: UTC, six digits."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _committed(leaves: Sequence[NewLeaf]) -> dict[int, tuple[Secret, bytes]]:
    """Return secret and identity of whom the leaves are about; keys are made, but not for a restatement alone."""
    named = {leaf.into_id for leaf in leaves if leaf.into_id is not None}
    about = sorted(named | {leaf.worker_id for leaf in leaves if leaf.worker_id is not None})
    if not about:
        return {}
    known = subjects_of(about)
    keys = {worker: one.key for worker, one in known.items() if one.key is not None}
    if len(keys) < len(about):
        needed = named | {leaf.worker_id for leaf in leaves if leaf.type is not LeafType.RESTATED}
        needed -= keys.keys()
        keys |= _made_keys([worker for worker in about if worker in needed])
    secrets = {worker: Secret(key) for worker, key in keys.items()}
    return {worker: (secret, known[worker].identity.bytes_for(secret)) for worker, secret in secrets.items()}


def _made_keys(workers: Sequence[int]) -> dict[int, bytes]:
    """Make their person keys. Nobody else makes keys meanwhile: whoever does holds the head."""
    made = os.urandom(KEY_BYTES * len(workers))
    keys = {worker: made[at * KEY_BYTES : (at + 1) * KEY_BYTES] for at, worker in enumerate(workers)}
    insert(PersonKey, ("worker_id", "key"), list(keys.items()), shared={"made_at": current_unit().at})
    return keys
