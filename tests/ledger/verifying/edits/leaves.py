"""Edits of the tree: leaves, nodes, the head."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from tests.ledger.verifying.edits.edit import Edit, ImpossibleError, Named, sql
from tests.ledger.verifying.edits.values import other_value
from titan.ledger.rules.canonical import canonical

LEAF = ("data", "type", "entity_id", "about", "gone", "twice", "moved", "spaced")
SILENT = {
    **dict.fromkeys(("subject.restated", "subject.merged", "subject.erased"), "worker"),
    **dict.fromkeys(("validity.extended", "validity.withdrawn"), "extended_record"),
}
HEAD = ("size", "root", "frontier", "origin", "epoch")


def leaf(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a leaf: its bytes, what stands beside them, its place."""

    def make(random: Random) -> Edit:
        rows = sql("SELECT leaf_index, type, entity_id, data FROM ledger_leaf ORDER BY leaf_index")
        # Most leaves are of records: each type has its turn.
        kind = random.choice(sorted({row[1] for row in rows}))
        index, kind, entity_id, data = random.choice([row for row in rows if row[1] == kind])
        edit = Edit(f"leaf {index} ({kind}): {way}", {("leaf", index)}, leaves=(index,))
        if way == "data":
            told = json.loads(bytes(data))
            name = random.choice(sorted(told))
            told[name] = other_value(random, told[name])
            edit.what += f" {name}"
            _write_leaf(index, canonical(told))
        elif way == "spaced":
            _write_leaf(index, bytes(data).replace(b",", b", ", 1))
        elif way == "type":
            new = random.choice(sorted({row[1] for row in rows} - {kind}))
            sql("UPDATE ledger_leaf SET type = %s WHERE leaf_index = %s", new, index)
        elif way in {"entity_id", "about"}:
            _hang(random, edit, way, rows[index])
        elif way == "gone":
            sql("DELETE FROM ledger_leaf WHERE leaf_index = %s", index)
        elif way == "moved":
            other = random.choice([row for row in rows if row[0] != index])
            edit.leaves = (index, other[0])
            _write_leaf(index, bytes(other[3]), other[1], other[2])
            _write_leaf(other[0], bytes(data), kind, entity_id)
        else:
            edit.named, edit.leaves = {("leaf", len(rows) + 7)}, ()
            sql(
                "INSERT INTO ledger_leaf (leaf_index, type, entity_id, data) VALUES (%s, %s, %s, %s)",
                len(rows) + 7,
                kind,
                entity_id,
                data,
            )
        return edit

    return make


def _hang(random: Random, edit: Edit, way: str, row: tuple[Any, ...]) -> None:
    """Let a leaf stand beside something else: what is not there, or what another leaf of its type is about."""
    index, kind, entity_id, _data = row
    new = (entity_id or 0) + 100_000
    if way == "about":
        others = sql(
            "SELECT DISTINCT entity_id FROM ledger_leaf WHERE type = %s AND entity_id <> %s ORDER BY 1", kind, entity_id
        )
        if not others:
            raise ImpossibleError
        ((new,),) = [random.choice(others)]
    if kind in SILENT:
        # Of these no leaf says what it is about: what lies beside them, now or before, does, and is named.
        edit.named |= {(SILENT[kind], entity_id), (SILENT[kind], new)}
    sql("UPDATE ledger_leaf SET entity_id = %s WHERE leaf_index = %s", new, index)


def _write_leaf(index: int, data: bytes, kind: str | None = None, entity_id: int | None = None) -> None:
    sql("UPDATE ledger_leaf SET data = %s WHERE leaf_index = %s", data, index)
    if kind is not None:
        sql("UPDATE ledger_leaf SET type = %s, entity_id = %s WHERE leaf_index = %s", kind, entity_id, index)


def node(way: str) -> Callable[[Random], Edit]:
    """Return the edit of a stored node."""

    def make(random: Random) -> Edit:
        found = sql("SELECT id, position FROM ledger_node ORDER BY id")
        if not found:
            raise ImpossibleError
        pk, position = random.choice(found)
        if way == "gone":
            sql("DELETE FROM ledger_node WHERE id = %s", pk)
        elif way in {"level", "position"}:
            ((old,),) = sql(f"SELECT {way} FROM ledger_node WHERE id = %s", pk)
            sql(f"UPDATE ledger_node SET {way} = %s WHERE id = %s", old + len(found) + 3, pk)
        elif way == "invented":
            position = len(found) + 3
            sql("INSERT INTO ledger_node (level, position, hash) VALUES (1, %s, %s)", position, random.randbytes(32))
        else:
            sql("UPDATE ledger_node SET hash = %s WHERE id = %s", random.randbytes(32), pk)
        return Edit(f"node {position}: {way}", {("ledger_node", position)})

    return make


def head(column: str) -> Callable[[Random], Edit]:
    """Return the edit of the head."""

    def make(random: Random) -> Edit:
        ((size, epoch, frontier),) = sql("SELECT size, epoch, frontier FROM ledger_head")
        new = {
            "size": size + random.choice([-3, -1, 1, 4]),
            "root": random.randbytes(32),
            "frontier": bytes(frontier)[:-1] + b"x",
            "origin": "titan-0123456789ab/1",
            "epoch": epoch + 1,
        }[column]
        sql(f"UPDATE ledger_head SET {column} = %s", new)
        named: Named = {("ledger", 1), *(("leaf", size - back) for back in range(4))}
        return Edit(f"head: {column}", named)

    return make


EDITS: tuple[Callable[[Random], Edit], ...] = (
    *(leaf(way) for way in LEAF),
    *(node(way) for way in ("hash", "level", "position", "gone", "invented")),
    *(head(column) for column in HEAD),
)
