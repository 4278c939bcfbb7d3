"""Areas, their tree, and what they require."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Filters, Id, Name, QueryFlag, SearchText, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.requirements import AreaShort, RequirementList, RequirementsBody, RequirementShape, listed
from titan.compliance.requirements import queries as requirements
from titan.compliance.requirements.commands import replace_area_requirements
from titan.core.actor import Actor
from titan.core.permit import need_admin
from titan.personnel.commands import areas as commands
from titan.personnel.queries import areas as queries

router = Router(tags=["areas"])


class NewArea(Body):
    """An area; without `parent_id` it stands at the top."""

    code: Code
    name: Name
    parent_id: Id | None = None


class AreaBody(Body):
    """`parent_id` moves it, with everything below; null moves it to the top."""

    code: Code = UNSET
    name: Name = UNSET
    parent_id: Id | None = None


class AreaListShape(Shape):
    id: int
    code: str
    name: str
    parent_id: int | None
    parent: AreaShort | None


class AreaShape(AreaListShape):
    """An area with what it requires itself."""

    requirements: list[RequirementShape]


class AreaWanted(Filters):
    """`parent_id`: only the areas right below that one."""

    search: SearchText | None = None
    code: Code | None = None
    parent_id: Id | None = None


class AreaFilters(PageFilters, AreaWanted):
    """A page of those areas."""


class RequirementFilters(Filters):
    """`effective=true`: with what is inherited from all areas above."""

    effective: QueryFlag = False


def may_not_write(by: Actor, area_id: int) -> None:
    """Refuse who may not write, and an area that does not exist."""
    need_admin(by)
    queries.area(area_id)


@router.get("/areas", response=Listed[AreaListShape])
def list_areas(request: HttpRequest, filters: Query[AreaFilters]) -> Any:
    """Areas by code."""
    return queries.list_areas(**filters.model_dump())


@router.post("/areas", response={201: AreaShape})
@refuses_first(need_admin)
def create_area(request: HttpRequest, payload: NewArea) -> Any:
    """Make an area."""
    me = caller(request)

    def work() -> Any:
        made = commands.create_area(commands.AreaFields(**payload.model_dump()), by=me.actor, at=me.at)
        return requirements.area_with_requirements(made, language=me.language)

    return once(request, 201, work)


@router.get("/areas/{area_id}", response=AreaShape)
def one_area(request: HttpRequest, area_id: Id) -> Any:
    """One area with what it requires itself."""
    return requirements.area_with_requirements(area_id, language=caller(request).language)


@router.patch("/areas/{area_id}", response=AreaShape)
@refuses_first(may_not_write)
def update_area(request: HttpRequest, area_id: Id, payload: AreaBody) -> Any:
    """Change an area, or move it; everyone in it and below is judged anew at once."""
    me = caller(request)
    commands.update_area(area_id, commands.AreaChanges(**payload.changes()), by=me.actor, at=me.at)
    return requirements.area_with_requirements(area_id, language=me.language)


@router.delete("/areas/{area_id}", response={204: None})
@refuses_first(may_not_write)
def delete_area(request: HttpRequest, area_id: Id) -> Any:
    """Delete an area that nothing ever referred to. 409 IN_USE otherwise."""
    me = caller(request)
    commands.delete_area(area_id, by=me.actor, at=me.at)
    return Status(204, None)


@router.get("/areas/{area_id}/requirements", response=RequirementList)
@refuses_first(lambda by, area_id: queries.area(area_id))
def list_area_requirements(request: HttpRequest, area_id: Id, filters: Query[RequirementFilters]) -> Any:
    """What an area requires, by course; each says which area it comes from."""
    language = caller(request).language
    found = requirements.area_requirements(area_id, effective=filters.effective, language=language)
    return listed(found)


@router.put("/areas/{area_id}/requirements", response=RequirementList)
@refuses_first(may_not_write)
def put_area_requirements(request: HttpRequest, area_id: Id, payload: RequirementsBody) -> Any:
    """Let an area require exactly these courses; everyone in it and below is judged anew at once."""
    me = caller(request)
    replace_area_requirements(area_id, payload.given(), by=me.actor, at=me.at)
    return listed(requirements.area_requirements(area_id, effective=False, language=me.language))
