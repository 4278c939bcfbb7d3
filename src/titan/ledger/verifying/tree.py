"""The tree, built again from the bytes of its leaves and compared with what is stored and what was signed.

Leaves come tile by tile (WIDTH leaves, one stored node each). Where a tile and its node differ, one of them was
changed: the tree is carried on both ways, and the roots that were signed later say which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from titan.ledger.rules.tree import EMPTY_ROOT, HEIGHT, WIDTH, Frontier, node_hash
from titan.ledger.verifying.problem import Problem, alarm

MOST_MISFITS = 1_000

Places = Mapping[tuple[int, int], bytes]
"""Stored nodes above the first level, by level and position."""


@dataclass(frozen=True)
class Mark:
    """A root that was signed, by a valid signature: at how many leaves, which, and the number of the checkpoint."""

    size: int
    root: bytes
    checkpoint: int


@dataclass(frozen=True)
class Claim:
    """What the head says: how many leaves there are, their root, and the frontier (rules.tree)."""

    size: int
    root: bytes
    frontier: bytes


@dataclass
class _Doubt:
    """A tile that differs from its node, and the marks within it with whether they fit its leaves."""

    tile: int
    seen: list[tuple[Mark, bool]]


@dataclass
class Tree:
    """The tree as far as it was built. upper: the nodes above the first level, as they are stored."""

    upper: Places
    _ways: list[Frontier] = field(default_factory=lambda: [Frontier()])
    _doubts: list[_Doubt] = field(default_factory=list)
    # How many signed roots fit the leaves as they lie, and the nodes as they are stored, since they differ.
    _votes: list[int] = field(default_factory=lambda: [0, 0])
    # The signed roots that fit nothing, and the size of the largest one that fits.
    _misfits: list[Mark] = field(default_factory=list)
    _fitting: int = 0
    _last: tuple[list[list[bytes]], list[tuple[Mark, bool]]] | None = None
    _is_broken: bool = False

    def pass_over(self, stored: bytes | None) -> Iterator[Problem]:
        """Go on by the stored node of the next tile, whose leaves are not looked at, or not all there."""
        tile = self._ways[0].size
        if stored is None:
            yield alarm("NODE_MISSING", "ledger_node", tile, f"the node above leaf {tile * WIDTH} is gone")
            self._is_broken = True
            stored = bytes(32)
        yield from self._grow([stored] * len(self._ways))

    def take(self, hashes: Sequence[bytes], stored: bytes | None, marks: Sequence[Mark]) -> Iterator[Problem]:
        """Take in the next tile. hashes: of its leaves. stored: its node. marks: the roots signed within it, in order.

        The last tile may hold fewer leaves; it is judged by `finish`.
        """
        tile, levels = self._ways[0].size, _levels(hashes)
        seen = [(mark, self._fits(levels, mark, tile)) for mark in marks]
        if len(hashes) < WIDTH:
            self._last = levels, seen
            return
        found = levels[HEIGHT][0]
        if stored is not None and stored != found:
            if len(self._ways) == 1:
                self._ways.append(Frontier(self._ways[0].size, list(self._ways[0].hashes)))
            self._doubts.append(_Doubt(tile, seen))
            yield from self._grow([found, stored])
            return
        if stored is None:
            yield alarm("NODE_MISSING", "ledger_node", tile, f"the node above leaf {tile * WIDTH} is gone")
        self._weigh(seen)
        yield from self._grow([found] * len(self._ways))

    def finish(self, claim: Claim) -> Iterator[Problem]:
        """Judge what was in doubt by the head and the roots that were signed."""
        if self._is_broken or claim.size != self._size():
            yield alarm("TREE_BROKEN", "ledger", 1, f"its {claim.size} leaves are not all there: no root follows")
            return
        levels, seen = self._last or ([[]], [])
        part = _complete(levels, claim.size % WIDTH)
        roots = [_root([*way.hashes, *part]) for way in self._ways]
        fits = claim.root in roots
        if fits:
            self._votes[roots.index(claim.root)] += 1
        yield from self._settled()
        if fits:
            self._weigh(seen)
        else:
            yield from self._head_or_leaves(claim, seen)
        yield from self._contradicted()
        if fits and claim.frontier not in [b"".join([*way.hashes, *part]) for way in self._ways]:
            yield alarm("HEAD_DIFFERS", "ledger", 1, "the frontier of its head is not that of its leaves")

    def _size(self) -> int:
        return self._ways[0].size * WIDTH + (len(self._last[0][0]) if self._last else 0)

    def _grow(self, nodes: Sequence[bytes]) -> Iterator[Problem]:
        made = [way.append(node) for way, node in zip(self._ways, nodes, strict=True)]
        for same in zip(*made, strict=True):
            level, position = same[0].level + 1, same[0].position
            stored = self.upper.get((level, position))
            if stored is None:
                yield alarm("NODE_MISSING", "ledger_node", position, f"the node of level {level} is gone")
            elif stored not in [node.hash for node in same]:
                yield alarm("NODE_DIFFERS", "ledger_node", position, f"the node of level {level} is not that below it")

    def _fits(self, levels: list[list[bytes]], mark: Mark, tile: int) -> bool:
        part = _complete(levels, mark.size - tile * WIDTH)
        for number, way in enumerate(self._ways):
            if _root([*way.hashes, *part]) == mark.root:
                # As long as there is one way, it says nothing about which of two is right.
                self._votes[number] += len(self._ways) > 1
                return True
        return False

    def _settled(self) -> Iterator[Problem]:
        """Say of each tile in doubt whether its node or its leaves were changed."""
        by_leaves, by_nodes = self._votes if self._doubts else (0, 0)
        for doubt in self._doubts:
            if by_leaves:
                words = f"it is not that of the leaves from {doubt.tile * WIDTH}, which are as they were signed"
                yield alarm("NODE_DIFFERS", "ledger_node", doubt.tile, words)
                self._weigh(doubt.seen)
                continue
            if not by_nodes:
                words = f"it is not that of the leaves from {doubt.tile * WIDTH}, and nothing says which is right"
                yield alarm("NODE_DIFFERS", "ledger_node", doubt.tile, words)
            yield from _leaves_changed(doubt.seen, doubt.tile * WIDTH, (doubt.tile + 1) * WIDTH)

    def _head_or_leaves(self, claim: Claim, seen: list[tuple[Mark, bool]]) -> Iterator[Problem]:
        first = claim.size - claim.size % WIDTH
        known = max((mark.size for mark, fits in seen if fits), default=first)
        if known == claim.size and (claim.size > first or self._votes[0] or self._votes[1]):
            yield alarm("HEAD_DIFFERS", "ledger", 1, "the root of its head is not that of its leaves, which was signed")
            return
        if not any(mark.size > known for mark, _fits in seen):
            words = "the root of its head is not that of its leaves"
            yield alarm(
                "HEAD_DIFFERS", "ledger", 1, words + (f", or one from {known} on" if known < claim.size else "")
            )
        if known < claim.size:
            yield from _leaves_changed(seen, first, claim.size)

    def _weigh(self, seen: Sequence[tuple[Mark, bool]]) -> None:
        """Keep which roots fit: what is signed weighs more than the head and the nodes, which anybody can write."""
        for mark, fits in seen:
            if fits:
                self._fitting = max(self._fitting, mark.size)
            elif len(self._misfits) < MOST_MISFITS:
                self._misfits.append(mark)

    def _contradicted(self) -> Iterator[Problem]:
        """Say what the roots that fit nothing mean: a wrong one among right ones, or leaves that were written anew."""
        for mark in self._misfits:
            if mark.size <= self._fitting:
                yield _wrongly_signed(mark)
        later = sorted((mark for mark in self._misfits if mark.size > self._fitting), key=lambda mark: mark.size)
        if later:
            yield _changed(self._fitting, later[0].size)
        if len(later) == 1:
            yield _wrongly_signed(later[0])


def _wrongly_signed(mark: Mark) -> Problem:
    words = f"the root that it signs is not that of the first {mark.size} leaves"
    return alarm("CHECKPOINT_DIFFERS", "checkpoint", mark.checkpoint, words)


def _changed(first: int, end: int) -> Problem:
    if end - first == 1:
        return alarm("LEAVES_CHANGED", "leaf", first, "it is not as it was when it was signed")
    words = f"one of the leaves {first} to {end - 1} is not as it was when it was signed"
    return alarm("LEAVES_CHANGED", "leaf", first, words, where=f"leaves {first} to {end - 1}")


def _leaves_changed(seen: Sequence[tuple[Mark, bool]], first: int, end: int) -> Iterator[Problem]:
    """Say which leaves no longer lead to the roots that were signed: as few as the marks allow."""
    known = max((mark.size for mark, fits in seen if fits), default=first)
    for mark, fits in seen:
        if mark.size <= known and not fits:
            yield _wrongly_signed(mark)
    until = min((mark.size for mark, fits in seen if mark.size > known and not fits), default=end)
    if until > known:
        yield _changed(known, until)


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Return the hashes of all complete subtrees of a tile, by height."""
    levels = [list(hashes)]
    for _height in range(HEIGHT):
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        levels.append([sha256(b"\x01" + left + right).digest() for left, right in pairs])
    return levels


def _complete(levels: list[list[bytes]], count: int) -> list[bytes]:
    """Return the roots of the complete subtrees that make up the first `count` leaves of a tile, largest first."""
    found, start = [], 0
    for height in range(HEIGHT, -1, -1):
        if count >> height & 1:
            found.append(levels[height][start >> height])
            start += 1 << height
    return found


def _root(frontier: Sequence[bytes]) -> bytes:
    if not frontier:
        return EMPTY_ROOT
    root = frontier[-1]
    for above in reversed(frontier[:-1]):
        root = node_hash(above, root)
    return root
