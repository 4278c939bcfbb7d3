"""The unit of work: one transaction, one audit batch, one refresh of verdicts, then commit.

A function marked `@command` takes `by` (who) and `at` (when) by keyword. Commands may call commands; the inner
ones join the outer unit. Whatever happens, either everything is written or nothing.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, Literal, NamedTuple, ParamSpec, TypeVar

from django.db import DatabaseError, OperationalError, connection, transaction

from titan.core.actor import Actor
from titan.core.guards import refusal_of

P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
EVERYONE: Literal["everyone"] = "everyone"


class Said(NamedTuple):
    """One audit event to write: what happened to which thing. Values hold ids, never names of people."""

    action: str
    entity: str
    entity_id: int
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str = ""


@dataclass
class Touched:
    """Whose verdicts may have changed: these workers, those of these roles, those of these areas and below.

    everyone: all of them. courses: only their items for these courses (None: all of their items).
    """

    everyone: bool = False
    workers: set[int] = field(default_factory=set)
    roles: set[int] = field(default_factory=set)
    areas: set[int] = field(default_factory=set)
    courses: set[int] | None = field(default_factory=set)

    def __bool__(self) -> bool:
        return self.everyone or bool(self.workers or self.roles or self.areas)

    @property
    def rules_changed(self) -> bool:
        """Whether what is asked of many changed, rather than the facts of single workers."""
        return self.everyone or bool(self.roles or self.areas)


@dataclass
class Unit:
    """What one command (with all it calls) has said and touched so far."""

    by: Actor
    at: datetime
    events: list[Said] = field(default_factory=list)
    touched: Touched = field(default_factory=Touched)
    nothing_changed: bool = False
    # Whether events were written before the end already.
    told: bool = False
    # What a floor keeps until the end, under a name of its own.
    kept: dict[str, Any] = field(default_factory=dict)


_current: ContextVar[Unit | None] = ContextVar("titan_unit", default=None)
_steps: list[Callable[[Unit], None]] = []
_last_steps: list[Callable[[Unit], None]] = []


class SilentCommandError(AssertionError):
    """A command finished without a word to the audit log: a programming error."""


def before_commit(step: Callable[[Unit], None], *, last: bool = False) -> None:
    """Register what runs at the end of every unit of work, in order of registration (floors register once).

    last: after all others, because it holds what everybody waits for.
    """
    steps = _last_steps if last else _steps
    if step not in steps:
        steps.append(step)


def current_unit() -> Unit:
    """Return the running unit of work; raise LookupError outside of a command."""
    unit = _current.get()
    if unit is None:
        raise LookupError("Only a command may write: mark the function with @command.")
    return unit


def say(
    action: str,
    entity: str,
    entity_id: int,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Tell the audit log that `action` happened to `entity` number `entity_id`; ids and values, no names."""
    current_unit().events.append(Said(action, entity, entity_id, before, after, reason))


def say_all(events: Iterable[Said]) -> None:
    """Tell the audit log many events at once."""
    current_unit().events.extend(events)


def touch(
    workers: Iterable[int] | Literal["everyone"] = (),
    courses: Iterable[int] | None = None,
    *,
    roles: Iterable[int] = (),
    areas: Iterable[int] = (),
) -> None:
    """Mark verdicts for refresh at the end of the unit of work.

    workers: ids, or EVERYONE. roles, areas: all workers who hold them then (areas: or any area below). Name these when
    a rule changed: who they are is looked up under the engine's lock, so that no one slips through.
    courses: only these courses' items changed (None: any of theirs).
    """
    touched = current_unit().touched
    if workers == EVERYONE:
        touched.everyone = True
    else:
        touched.workers.update(int(worker) for worker in workers)
    touched.roles.update(roles)
    touched.areas.update(areas)
    if courses is None or touched.courses is None:
        touched.courses = None
    else:
        touched.courses.update(courses)


def nothing_changed() -> None:
    """Say that the command found everything as asked for already, so that no audit event is due."""
    current_unit().nothing_changed = True


def command(work: Callable[P, R]) -> Callable[P, R]:
    """Make `work` a unit of work.

    Needs the keywords `by` (Actor) and `at` (aware datetime, site time is derived from it). Joins the running unit,
    or opens a transaction and, when it was the outermost one, repeats it on deadlock or serialization failure.
    Raises Refusal, SilentCommandError when nothing was said, or what `work` raises; nothing is written then.
    """

    @functools.wraps(work)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _current.get() is not None:
            return work(*args, **kwargs)
        return persistently(lambda: _one_unit(work, *args, **kwargs))

    return run


def persistently(work: Callable[Concatenate[P], R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work`, and again after a deadlock, serialization failure or busy database; turn guards into refusals.

    Inside a transaction that is already open there is no second try: the outermost caller has it.
    """
    retryable = not connection.in_atomic_block
    for attempt in range(1, TRIES + 1):
        try:
            return work(*args, **kwargs)
        except DatabaseError as error:
            refusal = refusal_of(error)
            if refusal is not None:
                raise refusal from error
            if not (retryable and attempt < TRIES and _passes(error)):
                raise
            time.sleep(0.05 * attempt)
    raise AssertionError("unreachable")


def _one_unit(work: Callable[..., R], *args: Any, **kwargs: Any) -> R:
    at: datetime = kwargs["at"]
    if at.tzinfo is None:
        raise ValueError("A command needs an aware time: at=datetime with a zone.")
    unit = Unit(by=kwargs["by"], at=at)
    with transaction.atomic():
        token = _current.set(unit)
        try:
            result = work(*args, **kwargs)
            if not (unit.events or unit.told or unit.nothing_changed):
                raise SilentCommandError(f"{work.__name__} changed something and said nothing to the audit log.")
            for step in (*_steps, *_last_steps):
                step(unit)
        finally:
            _current.reset(token)
    return result


def _passes(error: DatabaseError) -> bool:
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state in {"40001", "40P01"} or "database is locked" in str(error)
