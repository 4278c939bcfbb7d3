"""Reading many rows without a statement that stays open between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")
AT_ONCE = 2000


def in_pieces(rows: QuerySet[Any, Row], number: Callable[[Row], int]) -> Iterator[Row]:
    """Yield `rows` in the order of their primary keys, AT_ONCE of them a statement.

    number: the primary key of a row. Whoever reads like this may write between two rows. On SQLite, an open statement
    would bind its connection to what the database was when it began: every write after somebody else's would fail.
    """
    after = 0
    while True:
        piece = list(rows.filter(pk__gt=after).order_by("pk")[:AT_ONCE])
        yield from piece
        if len(piece) < AT_ONCE:
            return
        after = number(piece[-1])
