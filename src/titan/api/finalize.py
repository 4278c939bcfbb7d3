"""The Finalize Gate: what it would write, and writing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router

from titan.api.caller import caller
from titan.api.fields import Id, Shape
from titan.api.idempotency import prepared_once
from titan.api.order import refuses_first
from titan.api.session_checks import by_admin, by_reader, seen
from titan.training import commands
from titan.training.queries.gate import preview_finalize

router = Router(tags=["sessions"])


class OutcomeShape(Shape):
    """The receipt. `training_records` counts all records made, failed ones included.

    `turned_green`: whose item for this course became compliant or expiring; `fully_green`: those of them who are now
    green overall. A preview has no `finalized_at`.
    """

    session_id: int
    finalized_at: datetime | None
    training_records: int
    failed: int
    competency_pending: int
    no_show: int
    turned_green: int
    fully_green: int
    evidence_sha256: str
    ledger_entry: int | None


@router.get(
    "/sessions/{session_id}/finalize",
    response=OutcomeShape,
    openapi_extra={"responses": {409: {"description": "Not ready (every reason), tampered, or finalized already."}}},
)
@refuses_first(seen, by_reader)
def preview(request: HttpRequest, session_id: Id) -> Any:
    """What finalizing would make now; or the refusal it would get, with every reason. Writes nothing."""
    me = caller(request)
    sheet = commands.watch_evidence(session_id, by=me.actor, at=me.at)
    return preview_finalize(session_id, by=me.actor, at=me.at, sheet=sheet)


@router.post("/sessions/{session_id}/finalize", response={200: OutcomeShape})
@refuses_first(seen, by_admin)
def finalize_session(request: HttpRequest, session_id: Id) -> Any:
    """Make the records, all at once or none. 409 NOT_READY, TAMPERED, or ALREADY_FINALIZED with the first outcome."""
    me = caller(request)
    return prepared_once(
        request,
        200,
        lambda: commands.watch_evidence(session_id, by=me.actor, at=me.at),
        lambda sheet: commands.finalize_session(session_id, by=me.actor, at=me.at, sheet=sheet),
    )
