"""Checkpoints, and the proofs that lead to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from titan.core.errors import NotFound
from titan.ledger.models import Checkpoint, Leaf, LeafType
from titan.ledger.queries.tree import paths
from titan.ledger.rules.canonical import read
from titan.ledger.rules.notes import VerifierKey, proof_text, read_vkey


@dataclass(frozen=True)
class CheckpointView:
    """A signed statement of the ledger. note: the signed note, as it was published. key_id: of the key that signed."""

    origin: str
    size: int
    root: bytes
    note: str
    key_id: str
    signed_at: datetime

    @property
    def anchor(self) -> str:
        """The first 80 bits of the root as printed: 20 hexadecimal digits in groups of five."""
        digits = self.root.hex()[:20]
        return " ".join(digits[at : at + 5] for at in range(0, 20, 5))


def newest_checkpoint() -> CheckpointView | None:
    """Return the newest checkpoint, or None before the first; one statement."""
    row = Checkpoint.objects.order_by("-size", "-id").first()
    if row is None:
        return None
    return CheckpointView(row.origin, row.size, bytes(row.root), row.note, row.key_id, row.signed_at)


def vkeys() -> list[VerifierKey]:
    """Return the keys that the ledger announced, oldest first; one statement."""
    found = Leaf.objects.filter(type=LeafType.KEY).order_by("index").values_list("data", flat=True)
    return [read_vkey(read(bytes(data))["key"]) for data in found]


def proofs(indexes: Iterable[int], *, size: int) -> dict[int, list[bytes]]:
    """Return the audit path of each leaf in the tree of `size` leaves (three statements for any number of leaves).

    Raises ValueError for a leaf beyond it.
    """
    return paths(indexes, size)


def tlog_proof(index: int) -> str:
    """Return the `.tlog-proof` of a leaf at the newest checkpoint (docs/ledger-format.md §4); raises NotFound."""
    newest = newest_checkpoint()
    if newest is None or not 0 <= index < newest.size:
        raise NotFound("signed ledger entry", index)
    return proof_text(index, proofs([index], size=newest.size)[index], newest.note)
