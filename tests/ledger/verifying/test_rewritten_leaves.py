"""A leaf that is rewritten by somebody who writes the tree anew as well is found by what it says; nothing ever crashes.

One leaf of each kind is rewritten at a time, so that a few verifications look at all of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import pytest
from django.db import connection, transaction

from tests.ledger.verifying.edits import sql, without_guards
from tests.ledger.verifying.test_attacks import all_leaves, keep_only
from tests.ledger.verifying.world import looked, whole_history
from titan.ledger.models import LeafType
from titan.ledger.rules.canonical import canonical
from titan.records.verifying import KINDS
from titan.training.verify import Problem, ledger

pytestmark = pytest.mark.django_db

OTHERS: tuple[Any, ...] = ("x" * 27, True, [], {}, "1")
ALONE = ("session", None)
BY_SIGNATURE = {"LEDGER_FORKED", "LEDGER_BEHIND", "CHECKPOINT_MISSING"}
"""Whoever signs is silent here: what is found is found by the leaf itself."""


@pytest.fixture(autouse=True)
def _insider(site: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ledger, "A_MOMENT", 0)
    whole_history(3, settings, many=1)
    with without_guards():
        sql("DELETE FROM ledger_checkpoint")
        yield


def one_of_each() -> list[list[int]]:
    """Return the indexes of one leaf of each kind, in groups: those of one are about different things."""
    first = {leaf[0]: (index, leaf[1]) for index, leaf in reversed(list(enumerate(all_leaves())))}
    assert first.keys() == {*LeafType.values}
    groups: list[dict[tuple[str, int | None], int]] = []
    for kind, (index, about) in first.items():
        thing = (_entity(kind), about)
        # Those about the ledger itself stand alone: without them the others mean something else.
        group = next((one for one in groups if about is not None and thing not in one and ALONE not in one), {})
        groups += [] if group else [group]
        group[thing] = index
    return [list(group.values()) for group in groups]


def _entity(kind: str) -> str:
    return KINDS[kind].entity if kind in KINDS else "session"


def missed(rewrites: dict[int, bytes]) -> list[bytes]:
    """Return the leaves that are not named once they stand in the place of those there were."""
    with transaction.atomic():
        leaves = all_leaves()
        for index, data in rewrites.items():
            leaves[index] = *leaves[index][:2], data
        keep_only(leaves)
        named = _named(looked())
        transaction.set_rollback(True)
    return [
        data
        for index, data in rewrites.items()
        if not {("leaf", index), (_entity(leaves[index][0]), leaves[index][1])} & named
    ]


def _named(problems: list[Problem]) -> set[tuple[str, int | None]]:
    alarms = (one for one in problems if one.kind is not None and one.code not in BY_SIGNATURE)
    return {(one.entity, one.entity_id) for one in alarms}


def other_forms(data: bytes) -> Iterator[bytes]:
    """Yield what a leaf might be instead: keys less and more, other kinds of values, what is no JSON."""
    told: dict[str, Any] = json.loads(data)
    for name in told:
        yield canonical({key: value for key, value in told.items() if key != name})
        for other in OTHERS:
            yield canonical({**told, name: other})
    yield canonical({**told, "more": 1})
    yield canonical({"type": told["type"]})
    yield canonical({**told, "v": 2})
    yield from (
        b"",
        b"{}",
        b"[]",
        b"[" * 5_000,
        b"\xff" + data[1:],
        data + b" ",
        data[:-1],
        data.replace(b":", b": ", 1),
    )
    yield from (data.replace(b'"by":', b'"by":0', 1), data.replace(b'"v":1', b'"v":1.0', 1))
    for name in ("at", "nonce", "note", "subject"):
        if f'"{name}":"'.encode() in data:
            # Of the length that must stand there, and no JSON.
            place = data.index(f'"{name}":"'.encode()) + len(name) + 5
            yield data[:place] + b'"' + data[place + 1 :]


def all_missed(every: Callable[[int], bool]) -> list[bytes]:
    """Return what is not named of those other forms of each leaf whose number `every` takes."""
    leaves, found = all_leaves(), []
    for group in one_of_each():
        forms = [[(index, form) for form in other_forms(leaves[index][2])] for index in group]
        for number, together in enumerate(zip_longest(*forms)):
            if every(number):
                found += missed(dict(filter(None, together)))
    return found


def test_a_rewritten_leaf_is_named() -> None:
    assert all_missed(lambda number: number % 7 == 3) == []


@pytest.mark.long
def test_every_rewritten_leaf_is_named() -> None:
    assert all_missed(lambda number: True) == []


def test_a_column_that_holds_no_moment_is_named() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL keeps moments as such.")
    ((pk,),) = sql("SELECT MIN(id) FROM records_trainingrecord")
    for other in ('a"b', "\\", "x\x00y", '2026","by":1', 7, "ə"):
        with transaction.atomic():
            sql("UPDATE records_trainingrecord SET created_at = %s WHERE id = %s", other, pk)
            found = _named([one for one in looked() if one.code == "ROW_DIFFERS"])
            transaction.set_rollback(True)
        assert ("training_record", pk) in found, other


def test_a_login_that_is_gone_from_a_row_is_named() -> None:
    ((pk,),) = sql("SELECT MIN(id) FROM records_trainingrecord WHERE created_by_id IS NOT NULL")
    sql("UPDATE records_trainingrecord SET created_by_id = NULL WHERE id = %s", pk)
    (found,) = [one for one in looked() if one.entity == "training_record"]
    assert (found.code, found.entity_id) == ("ROW_DIFFERS", pk)
    assert found.what.startswith("its by is not what leaf")
