"""The ledger begins: its first epoch, its first key, and what was recorded before it (ledger.md §1)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from titan.core.actor import Actor
from titan.core.command import command, current_unit, nothing_changed, say
from titan.core.lock import Subject, lock_alone
from titan.ledger.commands.append import WAITING, Tip, known_tip, write
from titan.ledger.commands.sealing import sealed
from titan.ledger.entering import NewLeaf
from titan.ledger.keys import signing_key, vkey_of
from titan.ledger.models import Head, LeafType
from titan.ledger.rules.tree import EMPTY_ROOT, Frontier

CHUNK = 5_000

Source = Callable[[], Iterator[NewLeaf]]
"""Yields the leaves about what some floor recorded before the ledger began, oldest first."""

_sources: list[tuple[Callable[[], int], Source]] = []


def adopt_with(count: Callable[[], int], source: Source) -> None:
    """Register what a floor has recorded already: how many leaves it makes, and the leaves."""
    if (count, source) not in _sources:
        _sources.append((count, source))


@command
def begin(*, by: Actor, at: datetime) -> None:
    """Let the ledger begin unless it has, and take in what was recorded before. Safe to call at every start."""
    if known_tip() is None:
        begin_here()
    if not current_unit().events:
        # It has, or somebody else began while we waited.
        nothing_changed()


def begin_here() -> Tip:
    """Begin within the running command; return the head, locked."""
    lock_alone(Subject.LEDGER)
    tip = known_tip()
    if tip is not None:
        from titan.ledger.commands.append import locked_tip

        return locked_tip()
    unit = current_unit()
    name = f"titan-{secrets.token_hex(6)}"
    tip = Tip(f"{name}/1", 1, Frontier())
    Head.objects.create(id=1, origin=tip.origin, epoch=1, size=0, root=EMPTY_ROOT, frontier=b"")
    # What the running command wrote stands already, and has its own leaves waiting.
    own = {(leaf.type, leaf.entity_id) for leaf in unit.kept.get(WAITING, ()) if "adopted" in leaf.body}
    earlier = sum(count() for count, _source in _sources) - len(own)
    write(
        tip,
        sealed([epoch_leaf(tip, unit.at, unit.by.user_id, adopted=earlier), key_leaf(tip, unit.at, unit.by.user_id)]),
    )
    chunk: list[NewLeaf] = []
    for _count, source in _sources:
        for leaf in source():
            if (leaf.type, leaf.entity_id) in own:
                continue
            chunk.append(leaf)
            if len(chunk) == CHUNK:
                write(tip, sealed(chunk))
                chunk = []
    if chunk:
        write(tip, sealed(chunk))
    say("ledger.begun", "ledger", 1, after={"origin": tip.origin, "adopted": earlier})
    return tip


def epoch_leaf(tip: Tip, at: datetime, by_id: int | None, *, adopted: int = 0, lost: str | None = None) -> NewLeaf:
    """Return the leaf that opens the epoch of `tip`. lost: the checkpoint that a restore lost."""
    body: dict[str, Any] = {"adopted": adopted, "epoch": tip.epoch, "lost": lost, "note": None, "origin": tip.origin}
    return NewLeaf(LeafType.EPOCH, body, at, by_id)


def key_leaf(tip: Tip, at: datetime, by_id: int | None, *, previous: str | None = None) -> NewLeaf:
    """Return the leaf that announces the present key. previous: the verifier key before it."""
    body = {"key": str(vkey_of(signing_key(make=previous is None), tip.origin)), "previous": previous}
    return NewLeaf(LeafType.KEY, body, at, by_id)
