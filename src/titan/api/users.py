"""Logins: who may sign in, and as what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from titan.accounts import commands, queries
from titan.api.caller import caller
from titan.api.fields import UNSET, Body, Email, Flag, Id, Language, Lax, Name, Shape
from titan.api.idempotency import once
from titan.api.order import refuses_first
from titan.api.pagination import Listed, PageFilters
from titan.core.actor import Role
from titan.core.permit import need_role

router = Router(tags=["users"])

Password = Annotated[str, Field(min_length=1, max_length=1000)]


class NewUser(Body):
    """Without a password the login cannot sign in until one is set."""

    email: Email
    name: Name
    role: Annotated[Role, Lax]
    language: Language = "en"
    password: Password | None = None


class UserChanges(Body):
    email: Email = UNSET
    name: Name = UNSET
    role: Annotated[Role, Lax] = UNSET
    language: Language = UNSET
    is_active: Flag = UNSET
    password: Password = UNSET


class UserShape(Shape):
    id: int
    email: str
    name: str
    role: Role
    language: str
    is_active: bool
    created_at: datetime


class MeShape(Shape):
    """Who you are here; `trainer_id` and `worker_id` say whom your login is linked to."""

    id: int
    email: str
    name: str
    role: Role
    language: str
    trainer_id: int | None
    worker_id: int | None


@router.get("/me", response=MeShape)
def who_am_i(request: HttpRequest) -> Any:
    """Whose session or token this is."""
    me = caller(request)
    return MeShape(
        id=me.user_id,
        email=me.email,
        name=me.name,
        role=me.actor.role,
        language=me.language,
        trainer_id=me.actor.trainer_id,
        worker_id=me.actor.worker_id,
    )


@router.get("/users", response=Listed[UserShape])
@refuses_first(lambda by: need_role(by, Role.SUPER_ADMIN))
def list_users(request: HttpRequest, filters: Query[PageFilters]) -> Any:
    """All logins, for super admins."""
    return queries.list_users(by=caller(request).actor, limit=filters.limit, cursor=filters.cursor)


@router.get("/users/{user_id}", response=UserShape)
def one_user(request: HttpRequest, user_id: Id) -> Any:
    """One login: your own, or any for a super admin."""
    return queries.one_user(user_id, by=caller(request).actor)


@router.post("/users", response={201: UserShape})
@refuses_first(lambda by: need_role(by, Role.SUPER_ADMIN))
def create_user(request: HttpRequest, payload: NewUser) -> Any:
    """Make a login, as a super admin."""
    me = caller(request)

    def work() -> Any:
        values = payload.model_dump()
        made = commands.create_user(**values, by=me.actor, at=me.at)
        return queries.one_user(made, by=me.actor)

    return once(request, 201, work)


@router.patch("/users/{user_id}", response=UserShape)
@refuses_first(
    lambda by, user_id: need_role(by, Role.SUPER_ADMIN),
    lambda by, user_id: queries.one_user(user_id, by=by),
)
def update_user(request: HttpRequest, user_id: Id, payload: UserChanges) -> Any:
    """Change a login, as a super admin. `is_active: false` closes it and revokes its tokens."""
    me = caller(request)
    changes = payload.changes()
    password = changes.pop("password", None)
    commands.change_login(user_id, changes, password, by=me.actor, at=me.at)
    return queries.one_user(user_id, by=me.actor)
