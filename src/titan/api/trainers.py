"""Trainers: what they may teach, and the hours they hold in a week."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from ninja import Status as Answer
from pydantic import Field, StringConstraints

from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Code, Filters, Flag, Id, Lax, Line, QueryFlag, SearchText, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.api.shapes import CourseShort
from titan.core.actor import Actor
from titan.core.permit import need_admin
from titan.resources.commands import trainers as commands
from titan.resources.models import TrainerType
from titan.resources.queries.trainers import TrainerFilters, trainer
from titan.resources.rules import MOST_QUALIFICATIONS, TrainerChanges, TrainerFields
from titan.training.queries.load import list_trainer_loads, trainer_load

router = Router(tags=["trainers"])

Surname = Annotated[str, StringConstraints(max_length=100)]
Address = Annotated[str, StringConstraints(max_length=254)]
CompanyName = Annotated[str, StringConstraints(max_length=200)]
Kind = Annotated[TrainerType, Lax]
Week = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-W[0-9]{2}$")]


class NewTrainer(Body):
    """A trainer; EXTERNAL ones need `company_name`, `user_id` needs a super admin."""

    code: Code
    first_name: Line
    last_name: Surname = ""
    type: Kind
    email: Address | None = None
    company_name: CompanyName | None = None
    is_active: Flag = True
    user_id: Id | None = None


class TrainerBody(Body):
    code: Code = UNSET
    first_name: Line = UNSET
    last_name: Surname = UNSET
    type: Kind = UNSET
    email: Address | None = None
    company_name: CompanyName | None = None
    is_active: Flag = UNSET
    user_id: Id | None = None


class QualificationsBody(Body):
    """All the courses a trainer may teach: what is not named ends."""

    course_ids: Annotated[list[Id], Field(max_length=MOST_QUALIFICATIONS)]


class TrainerShape(Shape):
    """`hours_booked`: of their held sessions, in the ISO `week`."""

    id: int
    code: str
    name: str
    first_name: str
    last_name: str
    type: TrainerType
    email: str
    company_name: str
    is_active: bool
    user_id: int | None
    qualifications: list[CourseShort]
    week: str
    hours_booked: float


class WeekFilters(Filters):
    """`week`, such as 2026-W48; this week when left out."""

    week: Week | None = None


class TrainerWanted(Filters):
    """`course_id`: only who is qualified. `week`, such as 2026-W48; this week when left out."""

    search: SearchText | None = None
    code: Code | None = None
    course_id: Id | None = None
    type: TrainerType | None = None
    is_active: QueryFlag | None = None
    week: Week | None = None


class TrainerListFilters(PageFilters, TrainerWanted):
    """A page of those trainers."""


def _texts(given: dict[str, Any]) -> dict[str, Any]:
    return {**given, **{name: given[name] or "" for name in ("email", "company_name") if name in given}}


def may_not_write(by: Actor, trainer_id: int) -> None:
    """Refuse who may not write, and a trainer that does not exist."""
    need_admin(by)
    trainer(trainer_id, by=by, language="en")


def shown(request: HttpRequest, trainer_id: int, week: str | None = None) -> Any:
    """Return one trainer as the caller sees them."""
    me = caller(request)
    return trainer_load(trainer_id, week=week, by=me.actor, at=me.at, language=me.language)


@router.get("/trainers", response=Listed[TrainerShape])
def list_trainers(request: HttpRequest, filters: Query[TrainerListFilters]) -> Any:
    """Trainers by code, each with the hours booked in a week; a trainer sees only themselves."""
    me = caller(request)
    wanted = TrainerFilters(**filters.model_dump(exclude={"limit", "cursor", "week"}))
    return list_trainer_loads(
        wanted,
        week=filters.week,
        by=me.actor,
        at=me.at,
        language=me.language,
        limit=filters.limit,
        cursor=filters.cursor,
    )


@router.post("/trainers", response={201: TrainerShape})
@refuses_first(need_admin)
def create_trainer(request: HttpRequest, payload: NewTrainer) -> Any:
    """Make a trainer, qualified for nothing yet."""
    me = caller(request)

    def work() -> Any:
        fields = TrainerFields(**_texts(payload.model_dump()))
        return shown(request, commands.create_trainer(fields, by=me.actor, at=me.at))

    return once(request, 201, work)


@router.get("/trainers/{trainer_id}", response=TrainerShape)
@refuses_first(lambda by, trainer_id: trainer(trainer_id, by=by, language="en"))
def one_trainer(request: HttpRequest, trainer_id: Id, filters: Query[WeekFilters]) -> Any:
    """One trainer with the hours booked in a week."""
    return shown(request, trainer_id, filters.week)


@router.patch("/trainers/{trainer_id}", response=TrainerShape)
@refuses_first(may_not_write)
def update_trainer(request: HttpRequest, trainer_id: Id, payload: TrainerBody) -> Any:
    """Change a trainer; sessions they hold stand as they are."""
    me = caller(request)
    changes = TrainerChanges(**_texts(payload.changes()))
    commands.update_trainer(trainer_id, changes, by=me.actor, at=me.at)
    return shown(request, trainer_id)


@router.delete("/trainers/{trainer_id}", response={204: None})
@refuses_first(may_not_write)
def delete_trainer(request: HttpRequest, trainer_id: Id) -> Any:
    """Delete a trainer that nothing ever referred to. 409 IN_USE otherwise."""
    me = caller(request)
    commands.delete_trainer(trainer_id, by=me.actor, at=me.at)
    return Answer(204, None)


@router.put("/trainers/{trainer_id}/qualifications", response=TrainerShape)
@refuses_first(may_not_write)
def put_qualifications(request: HttpRequest, trainer_id: Id, payload: QualificationsBody) -> Any:
    """Let a trainer teach exactly these courses; scheduled sessions stand, and may not be able to run."""
    me = caller(request)
    commands.replace_qualifications(trainer_id, payload.course_ids, by=me.actor, at=me.at)
    return shown(request, trainer_id)
