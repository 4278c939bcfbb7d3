"""Roles and what they require."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Filters, Id, SearchText, Shape, Titles
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.requirements import RequirementList, RequirementsBody, RequirementShape, listed
from titan.compliance.requirements import queries as requirements
from titan.compliance.requirements.commands import replace_role_requirements
from titan.core.actor import Actor
from titan.core.permit import need_admin
from titan.personnel.commands import roles as commands
from titan.personnel.queries import roles as queries

router = Router(tags=["roles"])


class NewRole(Body):
    """A role; `title` by language, English (`en`) always."""

    code: Code
    title: Titles


class RoleBody(Body):
    code: Code = UNSET
    title: Titles = UNSET


class RoleListShape(Shape):
    """`title` in your language, `titles` in all."""

    id: int
    code: str
    title: str
    titles: dict[str, str]


class RoleShape(RoleListShape):
    """A role with what it requires."""

    requirements: list[RequirementShape]


class RoleWanted(Filters):
    search: SearchText | None = None
    code: Code | None = None


class RoleFilters(PageFilters, RoleWanted):
    """A page of those roles."""


def may_not_write(by: Actor, role_id: int) -> None:
    """Refuse who may not write, and a role that does not exist."""
    need_admin(by)
    queries.role(role_id, language="en")


@router.get("/roles", response=Listed[RoleListShape])
def list_roles(request: HttpRequest, filters: Query[RoleFilters]) -> Any:
    """Roles by code."""
    return queries.list_roles(**filters.model_dump(), language=caller(request).language)


@router.post("/roles", response={201: RoleShape})
@refuses_first(need_admin)
def create_role(request: HttpRequest, payload: NewRole) -> Any:
    """Make a role."""
    me = caller(request)

    def work() -> Any:
        made = commands.create_role(payload.code, payload.title, by=me.actor, at=me.at)
        return requirements.role_with_requirements(made, language=me.language)

    return once(request, 201, work)


@router.get("/roles/{role_id}", response=RoleShape)
def one_role(request: HttpRequest, role_id: Id) -> Any:
    """One role with what it requires."""
    return requirements.role_with_requirements(role_id, language=caller(request).language)


@router.patch("/roles/{role_id}", response=RoleShape)
@refuses_first(may_not_write)
def update_role(request: HttpRequest, role_id: Id, payload: RoleBody) -> Any:
    """Change a role's code or title."""
    me = caller(request)
    commands.update_role(role_id, commands.RoleChanges(**payload.changes()), by=me.actor, at=me.at)
    return requirements.role_with_requirements(role_id, language=me.language)


@router.delete("/roles/{role_id}", response={204: None})
@refuses_first(may_not_write)
def delete_role(request: HttpRequest, role_id: Id) -> Any:
    """Delete a role that nobody ever had and that never required anything. 409 IN_USE otherwise."""
    me = caller(request)
    commands.delete_role(role_id, by=me.actor, at=me.at)
    return Status(204, None)


@router.get("/roles/{role_id}/requirements", response=RequirementList)
def list_role_requirements(request: HttpRequest, role_id: Id) -> Any:
    """What a role requires, by course."""
    return listed(requirements.role_requirements(role_id, language=caller(request).language))


@router.put("/roles/{role_id}/requirements", response=RequirementList)
@refuses_first(may_not_write)
def put_role_requirements(request: HttpRequest, role_id: Id, payload: RequirementsBody) -> Any:
    """Let a role require exactly these courses; everyone who holds it is judged anew at once."""
    me = caller(request)
    replace_role_requirements(role_id, payload.given(), by=me.actor, at=me.at)
    return listed(requirements.role_requirements(role_id, language=me.language))
