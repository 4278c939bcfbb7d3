"""Audit packs: everything about a worker, a session, a company or a span of days, with its proof, in one ZIP file."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Query, Router
from pydantic import Field

from titan.api.caller import caller
from titan.api.fields import Day, Id
from titan.api.order import refuses_first
from titan.api.papers import PaperOptions
from titan.core.actor import Actor
from titan.packs.commands import make_pack, need_packer
from titan.packs.scope import About, Scope, need_scope

router = Router(tags=["ledger"])

ZIP: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The pack (docs/ledger-format.md §7), sent while it is made.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class SpanFilters(PaperOptions):
    """Only classes held from `from` to `to`, both days included; all without them. `languages`: of the cover."""

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None


class WholeSpanFilters(PaperOptions):
    """Classes held from `from` to `to`, both days included. `languages`: of the cover."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]


def _of_worker(by: Actor, worker_id: int) -> None:
    _check(by, Scope(About.WORKER, worker_id))


def _of_session(by: Actor, session_id: int) -> None:
    _check(by, Scope(About.SESSION, session_id))


def _of_company(by: Actor, company_id: int) -> None:
    _check(by, Scope(About.COMPANY, company_id))


def _check(by: Actor, scope: Scope) -> None:
    need_packer(by)
    need_scope(scope)


@router.get("/workers/{worker_id}/pack", openapi_extra=ZIP)
@refuses_first(_of_worker)
def worker_pack(request: HttpRequest, worker_id: Id, filters: Query[SpanFilters]) -> Any:
    """The audit pack of one worker, for admins and auditors."""
    return _pack(request, Scope(About.WORKER, worker_id, filters.first, filters.last), filters)


@router.get("/sessions/{session_id}/pack", openapi_extra=ZIP)
@refuses_first(_of_session)
def session_pack(request: HttpRequest, session_id: Id, options: Query[PaperOptions]) -> Any:
    """The audit pack of one session, for admins and auditors."""
    return _pack(request, Scope(About.SESSION, session_id), options)


@router.get("/companies/{company_id}/pack", openapi_extra=ZIP)
@refuses_first(_of_company)
def company_pack(request: HttpRequest, company_id: Id, filters: Query[SpanFilters]) -> Any:
    """The audit pack of everybody who works for a company now, for admins and auditors."""
    return _pack(request, Scope(About.COMPANY, company_id, filters.first, filters.last), filters)


@router.get("/pack", openapi_extra=ZIP)
@refuses_first(need_packer)
def period_pack(request: HttpRequest, filters: Query[WholeSpanFilters]) -> Any:
    """The audit pack of all classes of a span of days, for admins and auditors."""
    return _pack(request, Scope(About.PERIOD, 0, filters.first, filters.last), filters)


def _pack(request: HttpRequest, scope: Scope, options: PaperOptions) -> StreamingHttpResponse:
    me, languages = caller(request), options.chosen(request)
    pack = make_pack(scope, by=me.actor, at=me.at, languages=languages)
    response = StreamingHttpResponse(pack.chunks, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{pack.name}"'
    return response
