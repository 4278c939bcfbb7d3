"""Edits of signed checkpoints: those in the database, and the one beside the evidence."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from tests.ledger.verifying.edits.edit import Edit, sql
from tests.ledger.verifying.edits.files import one_bit_off, rewrite
from titan.ledger.beside import NAME
from titan.ledger.rules import notes

CHECKPOINT = ("origin", "size", "root", "key_id", "note", "unsigned", "forged")


def checkpoint(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a stored checkpoint."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT id, origin, size, root, key_id, note FROM ledger_checkpoint ORDER BY id")
        pk, origin, size, _root, _key_id, note = random.choice(rows)
        column, new = way, None
        if way == "note":
            place = random.randrange(len(note) - 2)
            column, new = "note", note[:place] + ("A" if note[place] != "A" else "B") + note[place + 1 :]
        elif way == "unsigned":
            column, new = "note", note.partition("\n\n")[0] + "\n\n"
        elif way == "forged":
            return _forged(pk, origin, size)
        else:
            new = {
                "origin": "titan-0123456789ab/1",
                "size": size + 1_000,
                "root": random.randbytes(32),
                "key_id": "0a0b0c0d",
            }[way]
        sql(f"UPDATE ledger_checkpoint SET {column} = %s WHERE id = %s", new, pk)
        return Edit(f"checkpoint {pk}: {way}", {("checkpoint", pk)})

    return make


def _forged(pk: int, origin: str, size: int) -> Edit:
    """A checkpoint of another tree, well signed by a key that the ledger never announced."""
    key = Ed25519PrivateKey.from_private_bytes(os.urandom(32))
    root = os.urandom(32)
    note = notes.sign(notes.Checkpoint(origin, size, root), key)
    key_id = base64.b64decode(note.rsplit(" ", 1)[1])[:4].hex()
    sql("UPDATE ledger_checkpoint SET note = %s, root = %s, key_id = %s WHERE id = %s", note, root, key_id, pk)
    return Edit(f"checkpoint {pk}: forged", {("checkpoint", pk)})


def beside(way: str) -> Callable[[Random], Edit]:
    """Return the edit of the checkpoint kept beside the evidence."""

    def make(random: Random) -> Edit:
        path = Path(settings.TITAN_EVIDENCE_DIR) / NAME
        kept = path.read_bytes()
        content: bytes | None
        if way == "gone":
            content = None
        elif way == "older":
            content = random.choice(sql("SELECT note FROM ledger_checkpoint ORDER BY id")[:-1])[0].encode()
        else:
            content = one_bit_off(kept, random.randrange(len(kept) - 2))
        return Edit(f"beside: {way}", {("ledger", 1)}, undo=rewrite(path, content))

    return make


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(checkpoint(way) for way in CHECKPOINT),
    *(beside(way) for way in ("byte", "gone", "older")),
)
