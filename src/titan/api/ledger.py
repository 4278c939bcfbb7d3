"""The tamper-evident ledger: its entries, their proofs, and the newest checkpoint (docs/ledger-format.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from titan.api.caller import caller
from titan.api.fields import Id, Lax, Shape
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.core.errors import NotFound
from titan.core.page import Page
from titan.ledger.models import LeafType
from titan.ledger.queries import checkpoints, entries

router = Router(tags=["ledger"])


Index = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""The place of an entry in the ledger, counted from 0."""


class EntryFilters(PageFilters):
    """Newest first; with `from_index` in the order of the ledger from that index on."""

    type: Annotated[LeafType, Lax] | None = None
    record_id: Id | None = None
    competency_id: Id | None = None
    session_id: Id | None = None
    from_index: Index | None = None


class EntryShape(Shape):
    """One leaf. `leaf`: the exact text whose bytes (UTF-8) are hashed; `leaf_hash` in hexadecimal."""

    index: int
    type: LeafType
    at: datetime
    leaf: str
    leaf_hash: str


class CheckpointShape(Shape):
    """A signed statement of the ledger. `note`: the C2SP signed note; `root` in hexadecimal; `vkey`: who signed."""

    origin: str
    size: int
    root: str
    note: str
    key_id: str
    vkey: str | None
    signed_at: datetime


@router.get("/ledger/entries", response=Listed[EntryShape])
@refuses_first(entries.need_ledger_reader)
def list_ledger_entries(request: HttpRequest, filters: Query[EntryFilters]) -> Any:
    """What was written into the ledger, for admins and auditors."""
    found = entries.list_entries(by=caller(request).actor, **filters.model_dump())
    return Page([_shape(one) for one in found.items], found.next_cursor, found.total)


@router.get("/ledger/entries/{index}", response=EntryShape)
@refuses_first(lambda by, index: entries.need_ledger_reader(by))
def one_ledger_entry(request: HttpRequest, index: Index) -> Any:
    """One entry."""
    return _shape(entries.entry(index, by=caller(request).actor))


@router.get("/ledger/entries/{index}/proof", openapi_extra={"responses": {200: {"content": {"text/plain": {}}}}})
@refuses_first(lambda by, index: entries.need_ledger_reader(by))
def ledger_proof(request: HttpRequest, index: Index) -> HttpResponse:
    """The proof of one entry at the newest checkpoint, as a C2SP `.tlog-proof`."""
    entries.entry(index, by=caller(request).actor)
    response = HttpResponse(checkpoints.tlog_proof(index), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{index}.tlog-proof"'
    return response


@router.get("/ledger/checkpoint", response=CheckpointShape)
@refuses_first(entries.need_ledger_reader)
def ledger_checkpoint(request: HttpRequest) -> Any:
    """The newest checkpoint; with `Accept: text/plain` the signed note itself."""
    entries.need_ledger_reader(caller(request).actor)
    newest = checkpoints.newest_checkpoint()
    if newest is None:
        raise NotFound("checkpoint", "newest")
    if request.headers.get("Accept", "").startswith("text/plain"):
        return HttpResponse(newest.note, content_type="text/plain; charset=utf-8")
    signer = next((str(key) for key in checkpoints.vkeys() if key.key_id.hex() == newest.key_id), None)
    return CheckpointShape(
        origin=newest.origin,
        size=newest.size,
        root=newest.root.hex(),
        note=newest.note,
        key_id=newest.key_id,
        vkey=signer,
        signed_at=newest.signed_at,
    )


def _shape(one: entries.Entry) -> EntryShape:
    return EntryShape(
        index=one.index,
        type=one.type,
        at=datetime.fromisoformat(one.at),
        leaf=one.data.decode(),
        leaf_hash=one.leaf_hash,
    )
