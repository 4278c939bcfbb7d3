"""Checkpoints, and the proofs that lead to them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from titan.core.errors import Conflict, NotFound
from titan.core.language import _
from titan.ledger.models import Checkpoint, Leaf, LeafType
from titan.ledger.queries.tree import paths
from titan.ledger.rules.canonical import readable
from titan.ledger.rules.notes import VerifierKey, proof_text, read_vkey
from titan.ledger.rules.tree import leaf_hash, root_from_path


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
    """Return the keys that the ledger announced, oldest first, less those that somebody damaged; one statement."""
    found = Leaf.objects.filter(type=LeafType.KEY).order_by("index").values_list("data", flat=True)
    keys = []
    for data in found:
        with suppress(ValueError):
            keys.append(read_vkey(str(readable(bytes(data)).get("key"))))
    return keys


def announced_last() -> VerifierKey:
    """Return the key that the ledger announced last; one statement. Raises Conflict LEDGER_DAMAGED."""
    index, data = Leaf.objects.filter(type=LeafType.KEY).order_by("index").values_list("index", "data").last() or (
        0,
        b"",
    )
    try:
        return read_vkey(str(readable(bytes(data)).get("key")))
    except ValueError:
        raise damaged(index) from None


def damaged(index: int) -> Conflict:
    """Return the refusal of what rests on a leaf that is not as it was written."""
    return Conflict(
        "LEDGER_DAMAGED",
        _("Entry #%(index)s of the ledger is not as it was written. Verify everything and look at the alarms.")
        % {"index": index},
    )


def proofs(indexes: Iterable[int], *, size: int) -> dict[int, list[bytes]]:
    """Return the audit path of each leaf in the tree of `size` leaves (three statements for any number of leaves).

    Raises ValueError for a leaf beyond it.
    """
    return paths(indexes, size)


def tlog_proof(index: int) -> str:
    """Return the `.tlog-proof` of a leaf at the newest checkpoint (docs/ledger-format.md §4).

    Raises NotFound; Conflict LEDGER_DAMAGED when the leaf, or one beside it, does not lead to what was signed.
    """
    newest = newest_checkpoint()
    leaf = Leaf.objects.filter(index=index).values_list("data", flat=True).first()
    if newest is None or leaf is None or index >= newest.size:
        raise NotFound("signed ledger entry", index)
    try:
        path = proofs([index], size=newest.size)[index]
        root = root_from_path(leaf_hash(bytes(leaf)), index, newest.size, path)
    except ValueError:
        raise damaged(index) from None
    if root != newest.root:
        raise damaged(index)
    return proof_text(index, path, newest.note)
