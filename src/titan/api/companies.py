"""Companies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Filters, Id, Name, SearchText
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CompanyShort
from titan.core.actor import Actor
from titan.core.permit import need_admin, need_reader
from titan.personnel.commands import companies as commands
from titan.personnel.queries import companies as queries

router = Router(tags=["companies"])


class NewCompany(Body):
    code: Code
    name: Name


class CompanyBody(Body):
    code: Code = UNSET
    name: Name = UNSET


class CompanyWanted(Filters):
    search: SearchText | None = None
    code: Code | None = None


class CompanyFilters(PageFilters, CompanyWanted):
    """A page of those companies."""


def may_not_write(by: Actor, company_id: int) -> None:
    """Refuse who may not write, and a company that does not exist."""
    need_admin(by)
    queries.company(company_id, by=by)


@router.get("/companies", response=Listed[CompanyShort])
@refuses_first(need_reader)
def list_companies(request: HttpRequest, filters: Query[CompanyFilters]) -> Any:
    """Companies by code."""
    return queries.list_companies(**filters.model_dump(), by=caller(request).actor)


@router.post("/companies", response={201: CompanyShort})
@refuses_first(need_admin)
def create_company(request: HttpRequest, payload: NewCompany) -> Any:
    """Make a company."""
    me = caller(request)

    def work() -> Any:
        made = commands.create_company(payload.code, payload.name, by=me.actor, at=me.at)
        return queries.company(made, by=me.actor)

    return once(request, 201, work)


@router.get("/companies/{company_id}", response=CompanyShort)
def one_company(request: HttpRequest, company_id: Id) -> Any:
    """One company."""
    return queries.company(company_id, by=caller(request).actor)


@router.patch("/companies/{company_id}", response=CompanyShort)
@refuses_first(may_not_write)
def update_company(request: HttpRequest, company_id: Id, payload: CompanyBody) -> Any:
    """Change a company's code or name."""
    me = caller(request)
    commands.update_company(company_id, commands.CompanyChanges(**payload.changes()), by=me.actor, at=me.at)
    return queries.company(company_id, by=me.actor)


@router.delete("/companies/{company_id}", response={204: None})
@refuses_first(may_not_write)
def delete_company(request: HttpRequest, company_id: Id) -> Any:
    """Delete a company without workers. 409 IN_USE otherwise."""
    me = caller(request)
    commands.delete_company(company_id, by=me.actor, at=me.at)
    return Status(204, None)
