"""The tree of RFC 6962: our roots and paths are those of code that nobody here wrote."""

from __future__ import annotations

import base64
import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from titan.ledger.rules.tree import (
    EMPTY_ROOT,
    WIDTH,
    Frontier,
    audit_path,
    leaf_hash,
    node_hash,
    root_from_path,
    root_of,
    unpacked,
)

ORACLES = Path(__file__).parents[1] / "oracles"


def grown(leaves: list[bytes]) -> Frontier:
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf_hash(leaf))
    return frontier


def subtree_of(leaves: list[bytes]):  # type: ignore[no-untyped-def]
    def subtree(height: int, position: int) -> bytes:
        hashes = [leaf_hash(leaf) for leaf in leaves[position << height : (position + 1) << height]]
        assert len(hashes) == 1 << height
        while len(hashes) > 1:
            hashes = [node_hash(hashes[at], hashes[at + 1]) for at in range(0, len(hashes), 2)]
        return hashes[0]

    return subtree


def theirs(leaves: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in leaves:
        tree.append_entry(leaf)
    return tree


def test_the_empty_tree() -> None:
    assert Frontier().root() == EMPTY_ROOT == sha256(b"").digest()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=70), st.data())
def test_roots_and_paths_agree_with_pymerkle(leaves: list[bytes], data: st.DataObject) -> None:
    tree, root = theirs(leaves), grown(leaves).root()
    assert tree.get_state() == root == root_of(0, len(leaves), subtree_of(leaves))
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = audit_path(index, len(leaves), subtree_of(leaves))
    proof = tree.prove_inclusion(index + 1)
    assert [bytes.fromhex(one) for one in proof.serialize()["path"]][1:] == path
    assert root_from_path(leaf_hash(leaves[index]), index, len(leaves), path) == root


def test_every_size_up_to_three_hundred_agrees_with_pymerkle() -> None:
    frontier, tree = Frontier(), InmemoryTree(algorithm="sha256")
    for number in range(300):
        leaf = f"leaf {number}".encode()
        frontier.append(leaf_hash(leaf))
        tree.append_entry(leaf)
        assert frontier.root() == tree.get_state()
        assert unpacked(frontier.size, frontier.packed()).root() == frontier.root()


def test_roots_and_paths_agree_with_an_implementation_of_rfc_9162() -> None:
    asked, ours = [], []
    for size in (1, 2, 3, 4, 5, 7, 8, 13, 31, 32, 33, 64, 100):
        leaves = [f"{size}/{number} ə".encode() for number in range(size)]
        root = grown(leaves).root()
        for index in sorted({0, size // 3, size // 2, size - 1}):
            path = audit_path(index, size, subtree_of(leaves))
            asked.append(
                {
                    "leaves": [base64.b64encode(leaf).decode() for leaf in leaves],
                    "index": index,
                    "size": size,
                    "path": [base64.b64encode(one).decode() for one in path],
                    "root": base64.b64encode(root).decode(),
                }
            )
            ours.append(root)
    done = subprocess.run(
        ["node", "tree.mjs"],
        cwd=ORACLES,
        input="\n".join(map(json.dumps, asked)),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [base64.b64decode(answer["root"]) for answer in answers] == ours
    assert all(answer["taken"] for answer in answers)


@given(st.integers(1, 700), st.data())
def test_no_other_leaf_index_size_or_path_leads_to_the_root(size: int, data: st.DataObject) -> None:
    leaves = [number.to_bytes(4, "big") for number in range(size)]
    root, index = grown(leaves).root(), data.draw(st.integers(0, size - 1))
    path = audit_path(index, size, subtree_of(leaves))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index)) if size > 1 else None
    if other is not None:
        assert _root(leaf_hash(leaves[other]), index, size, path) != root
        assert _root(leaf_hash(leaves[index]), other, size, path) != root
    assert _root(leaf_hash(leaves[index]), index, size, [*path, bytes(32)]) != root
    if path:
        cut = data.draw(st.integers(0, len(path) - 1))
        assert _root(leaf_hash(leaves[index]), index, size, path[:cut] + path[cut + 1 :]) != root
        flipped = bytes([path[cut][0] ^ 1]) + path[cut][1:]
        assert _root(leaf_hash(leaves[index]), index, size, [*path[:cut], flipped, *path[cut + 1 :]]) != root


def _root(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    try:
        return root_from_path(leaf, index, size, path)
    except ValueError:
        return None


@pytest.mark.parametrize(("index", "size"), [(0, 0), (1, 1), (-1, 3), (5, 5)])
def test_there_is_no_path_beyond_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        audit_path(index, size, subtree_of([]))
    with pytest.raises(ValueError, match="no leaf"):
        root_from_path(bytes(32), index, size, [])


def test_stored_nodes_are_the_complete_subtrees_of_two_hundred_and_fifty_six() -> None:
    frontier, stored = Frontier(), []
    leaves = [number.to_bytes(4, "big") for number in range(WIDTH * 3 + 5)]
    for leaf in leaves:
        stored += frontier.append(leaf_hash(leaf))
    assert [(node.level, node.position) for node in stored] == [(1, 0), (1, 1), (1, 2)]
    assert [node.hash for node in stored] == [subtree_of(leaves)(8, position) for position in range(3)]
