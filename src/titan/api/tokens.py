"""Personal API tokens: made, shown once, listed without their secret, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Status
from pydantic import Field

from titan.accounts import commands, queries
from titan.accounts.rules import TOKEN_DAYS, TOKEN_MAX_DAYS
from titan.api.caller import caller
from titan.api.fields import Body, Id, Line, Shape
from titan.api.idempotency import once
from titan.api.pagination import Listed, PageFilters

router = Router(tags=["tokens"])


class NewToken(Body):
    name: Line
    days: Annotated[int, Field(ge=1, le=TOKEN_MAX_DAYS)] = TOKEN_DAYS


class TokenShape(Shape):
    id: int
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class IssuedTokenShape(TokenShape):
    """`token` is shown in the first answer only: null when the answer is repeated."""

    token: str | None


@router.get("/tokens", response=Listed[TokenShape])
def list_tokens(request: HttpRequest, filters: Query[PageFilters]) -> Any:
    """Your own tokens, newest first, revoked and expired ones included."""
    return queries.list_tokens(by=caller(request).actor, limit=filters.limit, cursor=filters.cursor)


@router.post("/tokens", response={201: IssuedTokenShape})
def create_token(request: HttpRequest, payload: NewToken) -> Any:
    """Make a token that acts as you, for `days` days."""
    me = caller(request)

    def work() -> IssuedTokenShape:
        made = commands.create_token(me.user_id, payload.name, payload.days, by=me.actor, at=me.at)
        return IssuedTokenShape(**TokenShape.model_validate(made.row).model_dump(), token=made.token)

    return once(request, 201, work, secret_fields=("token",))


@router.delete("/tokens/{token_id}", response={204: None})
def revoke_token(request: HttpRequest, token_id: Id) -> Any:
    """Revoke a token; it stops working at once."""
    commands.revoke_token(token_id, by=caller(request).actor, at=caller(request).at)
    return Status(204, None)
