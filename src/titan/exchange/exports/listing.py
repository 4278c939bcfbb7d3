"""What a list is as a file: columns, each with its heading, value, format and width; rows that come page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, auto
from typing import Any, Generic, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from titan.compliance.rules import Colour
from titan.core.actor import Actor
from titan.core.page import Page
from titan.core.settings import Site

ROWS_AT_ONCE = 1_000
R = TypeVar("R")


class Shape(Enum):
    """How a column's values are kept: as text, whole number, day, or moment of the site."""

    TEXT = auto()
    NUMBER = auto()
    DAY = auto()
    MOMENT = auto()


@dataclass(frozen=True)
class Marked:
    """A status: said in words, and filled with its colour where a file has colours (None: no fill)."""

    text: str
    colour: Colour | None = None


Value: TypeAlias = "str | int | float | date | datetime | Marked | None"


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. name: of the field, as the API calls it. width: in characters. value: of a row; None is blank."""

    name: str
    heading: str
    value: Callable[[R], Value]
    shape: Shape = Shape.TEXT
    width: int = 14


@dataclass(frozen=True)
class Listing(Generic[R]):
    """A list as it will be written.

    name: of the list and its file. title: of the sheet, in the reader's language. page: the rows after a cursor, at
    most ROWS_AT_ONCE, in a fixed number of statements. zone: in which moments are told. frozen: columns in view always.
    """

    name: str
    title: str
    columns: Sequence[Column[R]]
    page: Callable[[str | None], Page[R]]
    zone: ZoneInfo
    frozen: int = 1

    def rows(self) -> Iterator[list[Value]]:
        """Yield the values of each row, in the order of the columns."""
        cursor: str | None = None
        while True:
            found = self.page(cursor)
            for row in found.items:
                yield [column.value(row) for column in self.columns]
            cursor = found.next_cursor
            if cursor is None:
                return


@dataclass(frozen=True)
class Asked:
    """Who asks for a list, when, on which site, and in which language they want titles."""

    by: Actor
    at: datetime
    site: Site
    language: str

    @property
    def today(self) -> date:
        return self.site.today(self.at)


def whole(rows: Sequence[R]) -> Callable[[str | None], Page[R]]:
    """Return the pages of a list that is short enough to be read at once."""
    return lambda _cursor: Page(list(rows), None, len(rows))


def pages(find: Callable[..., Page[Any]], *args: Any, **given: Any) -> Callable[[str | None], Page[Any]]:
    """Return the pages of the query `find`, as many rows at a time as a file is written in."""
    return lambda cursor: find(*args, **given, limit=ROWS_AT_ONCE, cursor=cursor)
