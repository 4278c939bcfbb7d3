"""What enters the ledger: leaves that a command wants written when everything else of it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from titan.ledger.models import LeafType
from titan.ledger.rules.subjects import Identity


class NewLeaf(NamedTuple):
    """A leaf to append (a tuple: a batch makes hundreds of them).

    body: the keys of its type (docs/ledger-format.md §6) but for at, by, type, v, nonce, subject and note.
    at, by_id: when and by which login. entity_id: what it is about, to be found by. worker_id: whom it is about, which
    adds nonce and subject. texts: what people wrote freely, which adds note. into_id: the worker who they turned out to
    be, whose pseudonym joins the texts.
    """

    type: LeafType
    body: Mapping[str, Any]
    at: datetime
    by_id: int | None
    entity_id: int | None = None
    worker_id: int | None = None
    texts: Mapping[str, str] | None = None
    into_id: int | None = None


class Subject(NamedTuple):
    """Whom a leaf commits to: who they are now, and their person key; None when they have none yet."""

    identity: Identity
    key: bytes | None


Lookup = Callable[[Sequence[int]], Mapping[int, Subject]]
_lookups: list[Lookup] = []


def identify_with(lookup: Lookup) -> None:
    """Register who knows who workers are (people stand above): given ids, one statement, subjects by id."""
    _lookups[:] = [lookup]


def subjects_of(worker_ids: Sequence[int]) -> Mapping[int, Subject]:
    """Return who these workers are now, with their keys, by id; one statement."""
    return _lookups[0](worker_ids)
