"""Verifications as runs: who asked, how far one is, what it found. One that is asked for runs where nights run."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Q

from titan.core.actor import Actor
from titan.core.command import command, say
from titan.core.errors import Conflict, NotFound
from titan.core.language import _
from titan.core.lock import Subject, lock_alone
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.ledger.alarms import Alarms
from titan.ledger.models import Alarm, AlarmKind, Verification
from titan.ledger.queries.entries import need_ledger_reader
from titan.ledger.verifying.problem import Problem

ALIVE = timedelta(minutes=5)
"""For how long a run counts as alive after it was last heard of; one of a killed process is then interrupted."""
WAITS = timedelta(minutes=15)
"""For how long a run that nobody takes up waits."""
EVERY_SECONDS = 1.0
KEPT = 200
"""How many problems a run keeps in words."""
NOT_TOLD = {
    "UNREADABLE": lambda alarm: alarm.kind == AlarmKind.EVIDENCE,
    "BESIDE_UNAVAILABLE": lambda alarm: alarm.code.startswith(("BESIDE_", "LEDGER_", "CHECKPOINT_MISSING")),
    "LEDGER_KEY_UNUSABLE": lambda alarm: alarm.code == "LEDGER_KEY_UNKNOWN",
}
"""By the code of what could not be looked at: the alarms of which nothing is known then."""

Clock = Callable[[], datetime]


class State(StrEnum):
    """How a verification stands."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"


@dataclass(frozen=True)
class VerificationView:
    """One run. total: how many leaves, files and checks; found: what is wrong, `problems` the first of that in words.

    size: how many leaves the ledger had.
    """

    id: int
    is_full: bool
    state: State
    asked_by_id: int | None
    started_at: datetime
    finished_at: datetime | None
    size: int
    done: int
    total: int
    found: int
    failure: str
    problems: list[dict[str, Any]]

    @property
    def is_running(self) -> bool:
        """Whether there is more to come."""
        return self.state in {State.WAITING, State.RUNNING}

    @property
    def percent(self) -> int:
        """How much of it is done."""
        return 100 * self.done // self.total if self.total else 0


def _view(row: Verification, at: datetime) -> VerificationView:
    return VerificationView(
        row.pk,
        row.is_full,
        _state(row, at),
        row.asked_by_id,
        row.started_at,
        row.finished_at,
        row.size,
        row.done,
        row.total,
        row.found,
        row.failure,
        row.problems or [],
    )


def _state(row: Verification, at: datetime) -> State:
    if row.finished_at is not None:
        return State.FAILED if row.failure else State.FINISHED
    if row.alive_until is None:
        return State.WAITING if at < row.started_at + WAITS else State.INTERRUPTED
    return State.RUNNING if at < row.alive_until else State.INTERRUPTED


def _unfinished(at: datetime) -> Q:
    waiting = Q(alive_until=None, started_at__gt=at - WAITS)
    return Q(finished_at=None) & (waiting | Q(alive_until__gt=at))


def list_verifications(
    *, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> Page[VerificationView]:
    """Return runs, newest first. at: now, for those that were interrupted. Raises Forbidden, Invalid."""
    need_ledger_reader(by)
    found = Verification.objects.all()
    total = found.count()
    if cursor is not None:
        (last,) = decode_cursor(cursor, int)
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-pk")[: limit + 1])
    more = encode_cursor(rows[limit - 1].pk) if len(rows) > limit else None
    return Page([_view(row, at) for row in rows[:limit]], more, total)


def one_verification(verification_id: int, *, by: Actor, at: datetime) -> VerificationView:
    """Return one run as it stands now. Raises Forbidden, NotFound."""
    need_ledger_reader(by)
    row = Verification.objects.filter(pk=verification_id).first()
    if row is None:
        raise NotFound("verification", verification_id)
    return _view(row, at)


@command
def ask_verification(*, by: Actor, at: datetime, full: bool = True) -> int:
    """Ask for a verification, which runs in the background; returns its number. Admins and auditors.

    Raises Forbidden, Conflict VERIFICATION_RUNNING with the number of the one that runs.
    """
    need_ledger_reader(by)
    lock_alone(Subject.LEDGER)
    running = Verification.objects.filter(_unfinished(at)).order_by("pk").values_list("pk", flat=True).first()
    if running is not None:
        raise Conflict(
            "VERIFICATION_RUNNING",
            _("A verification runs already. Look at that one."),
            extra={"verification_id": running},
        )
    made = Verification.objects.create(is_full=full, asked_by_id=by.user_id, started_at=at)
    say("verification.asked", "verification", made.pk, after={"full": full})
    return made.pk


def take_asked(at: datetime) -> Verification | None:
    """Take up a run that was asked for; None when there is none, or somebody else was first."""
    waiting = Verification.objects.filter(finished_at=None, alive_until=None, started_at__gt=at - WAITS)
    row = waiting.order_by("pk").first()
    if row is None or not waiting.filter(pk=row.pk).update(alive_until=at + ALIVE):
        return None
    row.refresh_from_db()
    return row


def begin_run(*, full: bool, at: datetime) -> Verification:
    """Begin a run that nobody waits for elsewhere: of a night, or of the command line."""
    return Verification.objects.create(is_full=full, started_at=at, alive_until=at + ALIVE)


@dataclass(frozen=True)
class LastTime:
    """What was verified before. size: leaves. at: when that began; None: nothing was. turn: how many parts were."""

    size: int
    at: datetime | None
    turn: int


def last_time() -> LastTime:
    """Return what was verified before by runs that came to their end; two statements."""
    ended = Verification.objects.filter(finished_at__isnull=False, failure="")
    newest = ended.order_by("-started_at", "-pk").first()
    turn = ended.filter(is_full=False).count()
    return LastTime(newest.size, newest.started_at, turn) if newest else LastTime(0, None, turn)


@dataclass
class Run:
    """A run that is going on: it keeps its row up to date, raises alarms, and lets those rest that were mended."""

    row: Verification
    clock: Clock
    found: int = 0
    warnings: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    _unsure: set[str] = field(default_factory=set)
    _written: float = 0.0

    def __post_init__(self) -> None:
        self.alarms = Alarms(self.row.started_at)

    def knows_size(self, size: int) -> None:
        """Keep how many leaves the ledger has."""
        self.row.size = size

    def heard(self, problem: Problem) -> None:
        """Keep a problem, and raise its alarm if it is one."""
        self.found += not problem.is_warning
        self.warnings += problem.is_warning
        if problem.code in NOT_TOLD:
            self._unsure.add(problem.code)
        if len(self.problems) < KEPT:
            self.problems.append(
                {
                    "code": problem.code,
                    "where": problem.where,
                    "what": problem.what,
                    "is_warning": problem.is_warning,
                    "kind": problem.kind.value if problem.kind else None,
                }
            )
        if problem.kind is not None:
            self.alarms.heard(
                problem.kind, problem.code, problem.entity, problem.entity_id, f"{problem.where}: {problem.what}"
            )

    def progress(self, done: int, total: int, _label: str) -> None:
        """Keep how far it is, about once a second."""
        self.row.done, self.row.total = done, total
        if time.monotonic() - self._written >= EVERY_SECONDS:
            self._write(alive_until=self.clock() + ALIVE)

    def finish(self) -> None:
        """Keep that it came to its end; a full one lets those alarms rest that it did not find again."""
        at = self.clock()
        self.alarms.close(mended=self.row.is_full, unsure=self._is_unsure, at=at)
        self._write(finished_at=at)

    def fail(self, why: str) -> None:
        """Keep that it broke off. why: in a word, without anybody's data."""
        self._write(finished_at=self.clock(), failure=why)

    def _is_unsure(self, alarm: Alarm) -> bool:
        return any(NOT_TOLD[code](alarm) for code in self._unsure)

    def _write(self, **more: Any) -> None:
        self._written = time.monotonic()
        Verification.objects.filter(pk=self.row.pk).update(
            size=self.row.size,
            done=self.row.done,
            total=self.row.total,
            found=self.found,
            problems=self.problems,
            **more,
        )
