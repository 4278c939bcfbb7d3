"""One pass over the ledger, in batches: each costs a fixed number of statements, and memory holds one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, TypeAlias

from titan.ledger.models import Head, Leaf, Node
from titan.ledger.rules.canonical import read
from titan.ledger.rules.tree import WIDTH
from titan.ledger.sql import rows
from titan.ledger.verifying.checkpoints import Signatures, Told, newest_id
from titan.ledger.verifying.problem import Problem, alarm
from titan.ledger.verifying.tree import Claim, Mark, Tree

TILES_AT_ONCE = 8
SLICES = 28
"""In so many nights everything old is looked at again."""
NAMED_GAPS = 20

Read: TypeAlias = "tuple[int, int | None, bytes]"
"""A leaf: its index, what it is about, and its bytes."""
Said: TypeAlias = "tuple[int, int | None, bytes, dict[str, Any]]"
"""The same with what its bytes say."""

Compare = Callable[[str, list[Read]], Iterable[Problem]]
"""Compares leaves of one type with the rows that they are about."""


@dataclass(frozen=True)
class Scope:
    """What to look at: all, or the leaves from `since` on and the slice of the older ones whose turn it is."""

    since: int = 0
    turn: int | None = None

    @property
    def is_full(self) -> bool:
        return self.turn is None

    def holds_tile(self, tile: int) -> bool:
        """Tell whether the leaves of a tile are looked at."""
        return self.turn is None or (tile + 1) * WIDTH > self.since or tile % SLICES == self.turn

    def tiles(self, size: int) -> Iterator[int]:
        """Yield the tiles of `size` leaves to look at, in order: always the last one."""
        last = (size - 1) // WIDTH
        return (tile for tile in range(last + 1) if tile == last or self.holds_tile(tile))


@dataclass(frozen=True)
class HeadNow:
    """The head as it was committed when the pass began. newest: the number of the newest checkpoint then."""

    origin: str
    epoch: int
    claim: Claim
    newest: int


def head_now() -> HeadNow | None:
    """Return the head; None before the ledger began. Two statements."""
    # In this order: a checkpoint that is seen speaks of no more leaves than the head that is seen after it.
    newest = newest_id()
    found = rows(f"SELECT origin, epoch, size, root, frontier FROM {Head._meta.db_table} WHERE id = 1")
    if not found:
        return None
    origin, epoch, size, root, frontier = found[0]
    return HeadNow(origin, epoch, Claim(size, bytes(root), bytes(frontier)), newest)


def count_leaves(scope: Scope, head: HeadNow | None) -> int:
    """Return how many leaves a pass will look at."""
    size = head.claim.size if head else 0
    if scope.is_full:
        return size
    return sum(min(WIDTH, size - tile * WIDTH) for tile in scope.tiles(size))


class Pass:
    """One pass over the leaves of `head` within `scope`. known: what the ledger says of itself."""

    def __init__(self, head: HeadNow, scope: Scope, known: Told) -> None:
        self.head, self.scope = head, scope
        self.signatures = Signatures(known)
        self.tree = Tree(_upper_nodes())
        self._next = 0

    def run(self, compare: Compare, progress: Callable[[int], None]) -> Iterator[Problem]:
        """Yield what is wrong, batch by batch. progress: is told how many leaves are done."""
        yield from self._structure()
        done = 0
        batch: list[int] = []
        for tile in self.scope.tiles(self.head.claim.size):
            batch.append(tile)
            if len(batch) == TILES_AT_ONCE:
                done += yield from self._batch(batch, compare)
                progress(done)
                batch = []
        if batch:
            done += yield from self._batch(batch, compare)
            progress(done)
        yield from self.tree.finish(self.head.claim)

    def _structure(self) -> Iterator[Problem]:
        """Yield what stands where nothing may stand: beyond the head, before its beginning, in other epochs."""
        leaf, node, head = Leaf._meta.db_table, Node._meta.db_table, Head._meta.db_table
        for (index,) in rows(
            f"SELECT leaf_index FROM {leaf}, {head} h WHERE leaf_index >= h.size OR leaf_index < 0"
            f" ORDER BY leaf_index LIMIT {NAMED_GAPS}"
        ):
            yield alarm("LEAF_BEYOND", "leaf", index, "it stands where the ledger has no leaves")
        for level, position in rows(
            f"SELECT n.level, n.position FROM {node} n, {head} h WHERE n.level < 1 OR n.position < 0 OR n.level > 7"
            f" OR n.position >= (h.size >> (8 * n.level)) ORDER BY 1, 2 LIMIT {NAMED_GAPS}"
        ):
            yield alarm("NODE_BEYOND", "ledger_node", position, f"the ledger has no such node of level {level}")
        yield from self.signatures.beyond(self.head.newest)
        origins = self.signatures.known.origins
        newest = max(origins, key=lambda origin: origins[origin], default="")
        if (self.head.origin, self.head.epoch) != (newest, len(origins)):
            yield alarm(
                "HEAD_DIFFERS", "ledger", 1, "the origin of its head is not the one that the ledger opened last"
            )

    def _batch(self, tiles: Sequence[int], compare: Compare) -> Generator[Problem, None, int]:
        """Look at these tiles, and go over those before them; returns how many leaves that were."""
        spans = [(tile * WIDTH, min((tile + 1) * WIDTH, self.head.claim.size)) for tile in tiles]
        near = " OR ".join(f"leaf_index BETWEEN {start} AND {end - 1}" for start, end in _joined(spans))
        found = [
            row if type(row[3]) is bytes else (*row[:3], _raw(row[3]))
            for row in rows(
                f"SELECT leaf_index, type, entity_id, data FROM {Leaf._meta.db_table} WHERE {near} ORDER BY leaf_index"
            )
        ]
        marks, wrong = self.signatures.within(spans, self.head.newest)
        yield from wrong
        yield from self._grow(tiles, spans, found, marks)
        yield from _compared(found, compare)
        return len(found)

    def _grow(
        self, tiles: Sequence[int], spans: Sequence[tuple[int, int]], found: Sequence[Any], marks: Sequence[Mark]
    ) -> Iterator[Problem]:
        nodes = dict(
            rows(
                f"SELECT position, hash FROM {Node._meta.db_table} WHERE level = 1 AND position BETWEEN %s AND %s",
                [self._next, tiles[-1]],
            )
        )
        at = mark_at = 0
        for tile, (start, end) in zip(tiles, spans, strict=True):
            for skipped in range(self._next, tile):
                yield from self.tree.pass_over(_bytes(nodes.get(skipped)))
            self._next = tile + 1
            first = at
            while at < len(found) and found[at][0] < end:
                at += 1
            here = found[first:at]
            first_mark = mark_at
            while mark_at < len(marks) and marks[mark_at].size <= end:
                mark_at += 1
            if len(here) != end - start:
                yield from _gaps(start, end, [row[0] for row in here])
                if end - start == WIDTH:
                    yield from self.tree.pass_over(_bytes(nodes.get(tile)))
                continue
            hashes = [sha256(b"\x00" + row[3]).digest() for row in here]
            yield from self.tree.take(hashes, _bytes(nodes.get(tile)), marks[first_mark:mark_at])


def _compared(found: Sequence[Any], compare: Compare) -> Iterator[Problem]:
    by_type: dict[str, list[Read]] = defaultdict(list)
    for index, kind, entity_id, data in found:
        by_type[kind].append((index, entity_id, data))
    for kind, leaves in by_type.items():
        yield from compare(kind, leaves)


def say_of(kind: str, leaf: Read) -> dict[str, Any] | Problem:
    """Return what a leaf of the type `kind` says, or what is wrong with its bytes."""
    index, _about, data = leaf
    try:
        said = read(data)
    except ValueError:
        return alarm("LEAF_UNREADABLE", "leaf", index, "its bytes are not canonical JSON")
    if said.get("type") != kind:
        return alarm("LEAF_MISLABELLED", "leaf", index, "the type beside its bytes is not the one that they say")
    return said


def sound(kind: str, leaves: Sequence[Read], wrong: list[Problem]) -> list[Said]:
    """Return those leaves of the type `kind` that can be read, with what they say; add to `wrong` what cannot."""
    found: list[Said] = []
    for leaf in leaves:
        said = say_of(kind, leaf)
        if isinstance(said, Problem):
            wrong.append(said)
        else:
            found.append((*leaf, said))
    return found


def _upper_nodes() -> dict[tuple[int, int], bytes]:
    found = rows(f"SELECT level, position, hash FROM {Node._meta.db_table} WHERE level > 1")
    return {(level, position): bytes(value) for level, position, value in found}


def _gaps(start: int, end: int, there: Sequence[int]) -> Iterator[Problem]:
    missing = sorted(set(range(start, end)) - set(there))
    for index in missing[:NAMED_GAPS]:
        yield alarm("LEAF_MISSING", "leaf", index, "it is gone from the ledger")
    if len(missing) > NAMED_GAPS:
        words = f"{len(missing) - NAMED_GAPS} more are gone from the ledger up to {end - 1}"
        yield alarm("LEAF_MISSING", "leaf", missing[NAMED_GAPS], words)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans with those that touch made one."""
    made: list[tuple[int, int]] = []
    for start, end in spans:
        if made and made[-1][1] == start:
            made[-1] = made[-1][0], end
        else:
            made.append((start, end))
    return made


def _raw(value: Any) -> bytes:
    """Return the bytes of what somebody put in the place of bytes."""
    return value.encode() if isinstance(value, str) else bytes(value)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)
