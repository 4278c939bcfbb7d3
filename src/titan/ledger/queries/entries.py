"""Entries of the ledger, and which leaf is about what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_role
from titan.ledger.models import Head, Leaf, LeafType
from titan.ledger.rules.canonical import readable
from titan.ledger.rules.tree import leaf_hash

ABOUT = {
    "record_id": (LeafType.RECORD, LeafType.REVOKED, LeafType.CORRECTED),
    "competency_id": (LeafType.COMPETENCY_OPENED, LeafType.COMPETENCY_DECIDED, LeafType.COMPETENCY_WITHDRAWN),
    "session_id": (LeafType.FINALIZED, LeafType.SUPERSEDED),
}
"""Which leaves are about a record, a competency record, a session."""


@dataclass(frozen=True)
class Entry:
    """One leaf. type: as it stands beside it. data: the exact bytes that are hashed."""

    index: int
    type: str
    data: bytes

    @cached_property
    def said(self) -> Mapping[str, Any]:
        """What it says; nothing when somebody damaged it."""
        return readable(self.data)

    @property
    def at(self) -> datetime | None:
        """When it was said, if it says so."""
        try:
            return datetime.fromisoformat(self.said["at"])
        except (KeyError, TypeError, ValueError):
            return None

    @property
    def leaf_hash(self) -> str:
        """The hash of the leaf in hexadecimal."""
        return leaf_hash(self.data).hex()


def need_ledger_reader(by: Actor) -> None:
    """Raise Forbidden unless `by` is an admin or an auditor."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)


def list_entries(
    *,
    by: Actor,
    type: LeafType | None = None,
    record_id: int | None = None,
    competency_id: int | None = None,
    session_id: int | None = None,
    also: Mapping[LeafType, Iterable[int]] | None = None,
    from_index: int | None = None,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> Page[Entry]:
    """Return entries, newest first unless `from_index` is given: then from there on. Raises Forbidden, Invalid.

    also: what else is about the record that is asked for, by type of leaf and number.
    """
    need_ledger_reader(by)
    found = Leaf.objects.all()
    if type is not None:
        found = found.filter(type=type)
    for name, wanted in (("record_id", record_id), ("competency_id", competency_id), ("session_id", session_id)):
        if wanted is not None:
            about = Q(entity_id=wanted, type__in=ABOUT[name])
            for kind, numbers in (also or {}).items():
                about |= Q(type=kind, entity_id__in=id_set(numbers))
            found = found.filter(about)
    forward = from_index is not None
    if from_index is not None:
        found = found.filter(index__gte=from_index)
    if cursor is not None:
        (last,) = decode_cursor(cursor, int)
        found = found.filter(index__gt=last) if forward else found.filter(index__lt=last)
    rows = found.order_by("index" if forward else "-index").values_list("index", "type", "data")[: limit + 1]
    items = [Entry(index, kind, bytes(data)) for index, kind, data in rows]
    more = encode_cursor(items[limit - 1].index) if len(items) > limit else None
    return Page(items[:limit], more, None)


def entry(index: int, *, by: Actor) -> Entry:
    """Return one entry. Raises Forbidden, NotFound."""
    need_ledger_reader(by)
    row = Leaf.objects.filter(index=index).values_list("type", "data").first()
    if row is None:
        raise NotFound("ledger entry", index)
    return Entry(index, row[0], bytes(row[1]))


def leaf_of(type: LeafType, entity_ids: Iterable[int]) -> dict[int, int]:
    """Return the index of the first leaf of `type` about each of these, by id; one statement."""
    rows = Leaf.objects.filter(type=type, entity_id__in=id_set(entity_ids)).order_by("-index")
    return {entity_id: index for entity_id, index in rows.values_list("entity_id", "index") if entity_id is not None}


@dataclass(frozen=True)
class HeadView:
    """How far the ledger goes: its origin, epoch, number of leaves and root."""

    origin: str
    epoch: int
    size: int
    root: bytes


def head() -> HeadView | None:
    """Return the head as it is committed; None before the ledger began. One statement."""
    row = Head.objects.filter(pk=1).values_list("origin", "epoch", "size", "root").first()
    return HeadView(row[0], row[1], row[2], bytes(row[3])) if row else None
