"""The Merkle tree of RFC 6962: hashes, growth by a frontier, audit paths (docs/ledger-format.md §2, §4).

A frontier is the list of the roots of the complete subtrees that make up a tree of n leaves, largest first: one for
each bit that is set in n. It is all that is needed to append.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
HEIGHT = 8
"""How many levels lie between two that are stored: 2^8 leaves make one stored node."""
WIDTH = 1 << HEIGHT


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node above two others."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Stored:
    """A node that is kept: the root of a complete subtree of `WIDTH ** level` leaves, the `position`th of its size."""

    level: int
    position: int
    hash: bytes


@dataclass
class Frontier:
    """A tree that grows: its size and the roots of its complete subtrees, largest first."""

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[Stored]:
        """Take in one leaf hash; return the nodes that became complete and are to be stored, lowest first."""
        stored: list[Stored] = []
        node, height, size = leaf, 0, self.size
        while size & 1:
            node = node_hash(self.hashes.pop(), node)
            height += 1
            size >>= 1
            if height % HEIGHT == 0:
                stored.append(Stored(height // HEIGHT, size, node))
        self.hashes.append(node)
        self.size += 1
        return stored

    def extend(self, leaves: Iterable[bytes]) -> list[Stored]:
        """Take in leaf hashes, in order; return what `append` returns of each, joined."""
        return [node for leaf in leaves for node in self.append(leaf)]

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for above in reversed(self.hashes[:-1]):
            root = node_hash(above, root)
        return root

    def packed(self) -> bytes:
        """Return the hashes joined, to be kept with the size."""
        return b"".join(self.hashes)


def unpacked(size: int, packed: bytes) -> Frontier:
    """Return the frontier that `packed` holds; raise ValueError when it cannot be that of `size` leaves."""
    hashes = [bytes(packed[start : start + 32]) for start in range(0, len(packed), 32)]
    if len(hashes) != size.bit_count() or len(packed) % 32:
        raise ValueError(f"This is not the frontier of {size} leaves.")
    return Frontier(size, hashes)


Subtree = Callable[[int, int], bytes]
"""Given height h and position p, the root of the complete subtree of leaves p·2^h … (p+1)·2^h - 1."""


def root_of(start: int, end: int, subtree: Subtree) -> bytes:
    """Return the root over the leaves from `start` up to before `end`; `start` is a multiple of their tree's width."""
    root: bytes | None = None
    for height, position in reversed(list(complete(start, end))):
        node = subtree(height, position)
        root = node if root is None else node_hash(node, root)
    return EMPTY_ROOT if root is None else root


def complete(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield height and position of the complete subtrees that cover the leaves, largest first, from left to right."""
    while start < end:
        height = (end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        yield height, start >> height
        start += 1 << height


def audit_path(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the hashes from the leaf's sibling up to the root's child (RFC 6962 §2.1.1).

    Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}.")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            path.append(root_of(middle, end, subtree))
            end = middle
        else:
            path.append(root_of(start, middle, subtree))
            start = middle
    return path[::-1]


def root_from_path(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root to which `path` leads from the leaf hash (RFC 9162 §2.1.3.2); ValueError when it cannot fit."""
    if not 0 <= index < size:
        raise ValueError(f"There is no leaf {index} in a tree of {size}.")
    node, last, rest = leaf, size - 1, list(path)
    while last:
        if index & 1 or index == last:
            node = node_hash(_next(rest), node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, _next(rest))
        index, last = index >> 1, last >> 1
    if rest:
        raise ValueError("The path is too long.")
    return node


def _next(rest: list[bytes]) -> bytes:
    if not rest:
        raise ValueError("The path is too short.")
    return rest.pop(0)
