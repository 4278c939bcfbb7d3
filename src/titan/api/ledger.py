"""The tamper-evident ledger: entries, proofs, the newest checkpoint, verification, alarms (docs/ledger-format.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from titan.api.caller import caller
from titan.api.fields import Body, Id, Lax, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.core.errors import NotFound
from titan.core.page import Page
from titan.ledger import alarms
from titan.ledger.models import AlarmKind, LeafType
from titan.ledger.queries import checkpoints, entries
from titan.ledger.verifying import runs
from titan.ledger.verifying.runs import State
from titan.records.extensions.queries import extension_leaves

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
    """One leaf. `leaf`: the exact text whose bytes (UTF-8) are hashed; `leaf_hash` in hexadecimal.

    `is_readable` is false and `at` null where somebody damaged it.
    """

    index: int
    type: str
    at: datetime | None
    is_readable: bool
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
    also = extension_leaves(filters.record_id) if filters.record_id is not None else None
    found = entries.list_entries(by=caller(request).actor, also=also, **filters.model_dump())
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


class VerifyBody(Body):
    """`full`: everything; else what is new since the last verification, and a slice of the rest."""

    full: bool = True


class FoundShape(Shape):
    """Something wrong. `kind`: of the alarm that it raised (LEDGER, GUARD, EVIDENCE); null: it is only reported."""

    code: str
    where: str
    what: str
    kind: str | None
    is_warning: bool


class VerificationShape(Shape):
    """One run over what the ledger promises.

    `done` of `total` leaves, files and checks are looked at; `found` things are wrong, `problems` are the first of them
    (warnings too). `size`: how many leaves the ledger had. INTERRUPTED: its process is gone, or none took it up.
    """

    id: int
    is_full: bool
    state: State
    asked_by_id: int | None
    started_at: datetime
    finished_at: datetime | None
    size: int
    done: int
    total: int
    found: int
    failure: str
    problems: list[FoundShape]


class AlarmFilters(PageFilters):
    """Newest first; `open` alone, or those that rest."""

    open: bool | None = None


class AlarmShape(Shape):
    """What is not as it was written. One of LEDGER or GUARD stops every finalization while it is open."""

    id: int
    kind: AlarmKind
    code: str
    entity: str
    entity_id: int | None
    detail: str
    found_at: datetime
    seen_at: datetime
    resolved_at: datetime | None


@router.post("/ledger/verify", response={202: VerificationShape})
@refuses_first(entries.need_ledger_reader)
def verify_ledger(request: HttpRequest, payload: VerifyBody | None = None) -> Any:
    """Ask for a verification, which runs in the background: look at `/ledger/verifications/{id}`.

    One at a time: 409 VERIFICATION_RUNNING with the `verification_id` of the one that runs.
    """
    me = caller(request)

    def work() -> dict[str, Any]:
        made = runs.ask_verification(full=(payload or VerifyBody()).full, by=me.actor, at=me.at)
        return VerificationShape.model_validate(runs.one_verification(made, by=me.actor, at=me.at)).model_dump()

    return once(request, 202, work)


@router.get("/ledger/verifications", response=Listed[VerificationShape])
@refuses_first(entries.need_ledger_reader)
def list_verifications(request: HttpRequest, filters: Query[PageFilters]) -> Any:
    """Verifications, newest first."""
    me = caller(request)
    return runs.list_verifications(by=me.actor, at=me.at, **filters.model_dump())


@router.get("/ledger/verifications/{verification_id}", response=VerificationShape)
@refuses_first(lambda by, verification_id: entries.need_ledger_reader(by))
def one_verification(request: HttpRequest, verification_id: Id) -> Any:
    """One verification: how far it is, and what it found."""
    me = caller(request)
    return runs.one_verification(verification_id, by=me.actor, at=me.at)


@router.get("/ledger/alarms", response=Listed[AlarmShape])
@refuses_first(entries.need_ledger_reader)
def list_alarms(request: HttpRequest, filters: Query[AlarmFilters]) -> Any:
    """Alarms, newest first."""
    return alarms.list_alarms(by=caller(request).actor, **filters.model_dump())


def _shape(one: entries.Entry) -> EntryShape:
    return EntryShape(
        index=one.index,
        type=one.type,
        at=one.at,
        is_readable=bool(one.said),
        leaf=one.data.decode(errors="replace"),
        leaf_hash=one.leaf_hash,
    )
