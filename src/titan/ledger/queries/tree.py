"""Roots and audit paths from what is stored: a few short ranges of leaves and nodes (docs/ledger-format.md §4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from titan.ledger.models import Leaf, Node
from titan.ledger.rules.tree import HEIGHT, WIDTH, audit_path, leaf_hash, node_hash, root_of
from titan.ledger.sql import rows

MANY = 4
"""Beside this many blocks that are wanted at once, a statement names them all rather than each."""


class Tiles:
    """Hashes of the tree of the first `size` leaves, read block by block and kept while it lives."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._blocks: dict[tuple[int, int], list[bytes]] = {}

    def prepare(self, indexes: Iterable[int]) -> None:
        """Read the blocks in which these leaves lie, in one statement a level."""
        level, wanted, width = 0, {index >> HEIGHT for index in indexes}, self.size
        while width > 1 and wanted:
            wanted.add((width - 1) >> HEIGHT)
            self._read(level, sorted(position for position in wanted if (level, position) not in self._blocks))
            level, wanted, width = level + 1, {position >> HEIGHT for position in wanted}, width >> HEIGHT

    def forget(self) -> None:
        """Drop what was read, so that whoever asks for many paths does not keep the whole tree."""
        self._blocks.clear()

    def subtree(self, height: int, position: int) -> bytes:
        """Return the root of a complete subtree (rules.tree.Subtree)."""
        level, above = divmod(height, HEIGHT)
        start, count = position << above, 1 << above
        block, offset = start >> HEIGHT, start & (WIDTH - 1)
        if (level, block) not in self._blocks:
            self._read(level, [block])
        hashes = self._blocks[level, block][offset : offset + count]
        if len(hashes) != count:
            raise ValueError(f"The ledger lacks hashes of level {level} at {start}.")
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    def path(self, index: int) -> list[bytes]:
        """Return the audit path of leaf `index`; ValueError when the tree has none."""
        return audit_path(index, self.size, self.subtree)

    def root(self) -> bytes:
        """Return the root."""
        return root_of(0, self.size, self.subtree)

    def _read(self, level: int, blocks: list[int]) -> None:
        if not blocks:
            return
        table, column, value = (
            (Leaf._meta.db_table, "leaf_index", "data") if level == 0 else (Node._meta.db_table, "position", "hash")
        )
        near = " OR ".join(f"({column} BETWEEN {block * WIDTH} AND {(block + 1) * WIDTH - 1})" for block in blocks)
        only = "" if level == 0 else f"level = {level} AND "
        most = self.size >> (HEIGHT * level)
        for block in blocks:
            self._blocks[level, block] = []
        for place, data in rows(
            f"SELECT {column}, {value} FROM {table} WHERE {only}{column} < {most} AND ({near}) ORDER BY {column}"
        ):
            self._blocks[level, place >> HEIGHT].append(leaf_hash(bytes(data)) if level == 0 else bytes(data))


def root_at(size: int) -> bytes:
    """Return the root of the first `size` leaves as they are stored; ValueError when they are not all there."""
    return Tiles(size).root()


def paths(indexes: Iterable[int], size: int) -> dict[int, list[bytes]]:
    """Return the audit path of each leaf in the tree of `size` leaves; ValueError for one beyond it."""
    wanted = sorted(set(indexes))
    tiles = Tiles(size)
    tiles.prepare(wanted)
    return {index: tiles.path(index) for index in wanted}


one_path = partial(lambda index, size: paths([index], size)[index])
