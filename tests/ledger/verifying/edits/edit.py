"""An edit that was made, and how one is made and taken back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

from django.db import DatabaseError, connection, transaction

from titan.core import guards
from titan.training.verify import Problem

Named = set[tuple[str, int | None]]


@dataclass
class Edit:
    """One edit that was made. named: any of these must be named. leaves: or a span that holds one of these."""

    what: str
    named: Named = field(default_factory=set)
    leaves: tuple[int, ...] = ()
    undo: Callable[[], None] = lambda: None

    def is_named(self, problems: list[Problem]) -> bool:
        """Tell whether what was changed is found, raises an alarm, and is named."""
        alarms = [one for one in problems if one.kind is not None]
        return any((one.entity, one.entity_id) in self.named or self._holds(one) for one in alarms)

    def _holds(self, one: Problem) -> bool:
        if one.entity != "leaf" or one.entity_id is None:
            return False
        span = re.fullmatch(r"leaves (\d+) to (\d+)", one.where)
        first, last = (int(span[1]), int(span[2])) if span else (one.entity_id, one.entity_id)
        return any(first <= leaf <= last for leaf in self.leaves)


class ImpossibleError(Exception):
    """The database itself refuses this edit, or it changes nothing: another one is tried."""


@contextmanager
def without_guards() -> Iterator[None]:
    """Take the guards away, in a transaction that is thrown away afterwards."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        guards.remove()
        yield
        transaction.set_rollback(True)


@contextmanager
def edited(kind: Callable[[Random], Edit], random: Random) -> Iterator[Edit]:
    """Make one edit, and take it back."""
    with transaction.atomic():
        try:
            edit = kind(random)
        except DatabaseError as error:
            transaction.set_rollback(True)
            raise ImpossibleError from error
        except ImpossibleError:
            transaction.set_rollback(True)
            raise
        try:
            yield edit
        finally:
            edit.undo()
            transaction.set_rollback(True)


def sql(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    """Run a statement; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
        return list(cursor.fetchall()) if cursor.description else []
