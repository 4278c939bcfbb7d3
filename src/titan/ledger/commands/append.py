"""Appending: leaves get their places in the tree under the lock of its head, the last lock of all (ledger.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from titan.core.command import Unit, current_unit
from titan.ledger.commands.sealing import sealed
from titan.ledger.entering import NewLeaf
from titan.ledger.models import Head, Leaf, Node
from titan.ledger.rules.tree import Frontier, leaf_hash, unpacked
from titan.ledger.sql import insert, rows

WAITING = "ledger"
"""Under which name the unit of work keeps the leaves that wait."""


@dataclass(frozen=True)
class Tip:
    """The head of the ledger as it stands: its origin and epoch, and the tree to append to."""

    origin: str
    epoch: int
    frontier: Frontier


def enter(leaves: Iterable[NewLeaf]) -> None:
    """Let `leaves` enter the ledger with the rest of the running command, in this order, when it ends."""
    current_unit().kept.setdefault(WAITING, []).extend(leaves)


def append_now(closing: Callable[[range], NewLeaf] | None = None) -> range:
    """Append what was entered so far and return the indexes it got; for a receipt that names them.

    closing: given the indexes of these leaves, returns one more that ends the batch. Holds the head until the command
    ends: call it last. At most six statements, whatever the number of leaves.
    """
    kept = current_unit().kept
    if not kept.get(WAITING) and closing is None:
        return range(0)
    # Locked before people are asked who they are: whoever is renamed meanwhile is restated after these leaves.
    tip = locked_tip()
    ready = sealed(kept.pop(WAITING, []))
    if closing is not None:
        first = tip.frontier.size
        ready += sealed([closing(range(first, first + len(ready)))])
    return write(tip, ready) if ready else range(0)


def append_rest(unit: Unit) -> None:
    """Append what waits at the end of a unit of work."""
    if unit.kept.get(WAITING):
        append_now()


def locked_tip() -> Tip:
    """Return the head, locked until the transaction ends; begin the ledger when there is none."""
    from titan.ledger.commands.begin import begin_here

    return _tip(lock=True) or begin_here()


def known_tip() -> Tip | None:
    """Return the head as it is, without a lock; None before the ledger began."""
    return _tip(lock=False)


def write(tip: Tip, ready: Sequence[tuple[NewLeaf, bytes]]) -> range:
    """Write sealed leaves after `tip`, with the nodes that become complete and the new head; return their indexes."""
    frontier = tip.frontier
    first = frontier.size
    nodes = frontier.extend(leaf_hash(data) for _leaf, data in ready)
    insert(
        Leaf,
        ("index", "type", "entity_id", "data"),
        [(first + at, str(leaf.type), leaf.entity_id, data) for at, (leaf, data) in enumerate(ready)],
        lines="data",
    )
    insert(Node, ("level", "position", "hash"), [(node.level, node.position, node.hash) for node in nodes], always=True)
    Head.objects.filter(pk=1).update(
        origin=tip.origin,
        epoch=tip.epoch,
        size=frontier.size,
        root=frontier.root(),
        frontier=frontier.packed(),
    )
    _sign_afterwards()
    return range(first, frontier.size)


def _sign_afterwards() -> None:
    """Sign the head once it is committed: of a head that is rolled back nothing may be left (ledger.md §1)."""
    from titan.ledger.commands.sign import sign_soon

    # Once per transaction, however often it appends.
    if not any(one[1] is sign_soon for one in connection.run_on_commit):
        transaction.on_commit(sign_soon, robust=True)


def _tip(*, lock: bool) -> Tip | None:
    tail = " FOR UPDATE" if lock and connection.vendor == "postgresql" else ""
    found = rows(f"SELECT origin, epoch, size, frontier FROM {Head._meta.db_table} WHERE id = 1{tail}")
    if not found:
        return None
    origin, epoch, size, frontier = found[0]
    return Tip(origin, epoch, unpacked(size, bytes(frontier)))
