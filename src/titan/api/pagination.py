"""Lists: `?limit=` and `?cursor=` in, `items`, `next_cursor` and `total` out."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from pydantic import Field, StringConstraints

from titan.api.fields import Filters, Shape
from titan.core.page import DEFAULT_LIMIT, MAX_LIMIT

T = TypeVar("T")


class PageFilters(Filters):
    """The base of a list's filters."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = None


class Listed(Shape, Generic[T]):
    """One page: `next_cursor` is null on the last one, `total` null where counting would cost too much."""

    items: list[T]
    next_cursor: str | None
    total: int | None
