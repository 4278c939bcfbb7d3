"""What a mass action does to each worker, or why it does nothing (domain.md §3, §4).

Pure; `today` is the site's day.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from titan.core.given import Wrong
from titan.core.language import _
from titan.personnel.models import WorkerStatus
from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields, changed_fields, changed_worker

MOST_AT_ONCE = 5_000
MOST_AREAS = 20


class Action(StrEnum):
    """What can be done to many workers at once."""

    ASSIGN_AREAS = "ASSIGN_AREAS"
    TAKE_AREAS = "TAKE_AREAS"
    CHANGE_ROLE = "CHANGE_ROLE"
    DEACTIVATE = "DEACTIVATE"
    REACTIVATE = "REACTIVATE"


OF_AREAS = frozenset({Action.ASSIGN_AREAS, Action.TAKE_AREAS})


@dataclass(frozen=True)
class MassAction:
    """An action with what it needs.

    area_ids: for areas. role_id: the new role. on: the day from which areas or role count, or the last day on site of
    those who leave; None: today.
    """

    action: Action
    area_ids: tuple[int, ...] = ()
    role_id: int | None = None
    on: date | None = None


class Outcome(StrEnum):
    """What becomes of one worker: changes; has it already; cannot be changed like this."""

    CHANGES = "CHANGES"
    STAYS = "STAYS"
    CANNOT = "CANNOT"


@dataclass(frozen=True)
class Why:
    """Why nothing happens to a worker: a code, and in words."""

    code: str
    words: str


@dataclass(frozen=True)
class Standing:
    """A worker as they are: what they have, and whether they were erased or merged into somebody.

    name_key, also_key: as their row has them.
    """

    worker_id: int
    name_key: str
    fields: WorkerFields
    also_key: str
    is_erased: bool
    is_merged: bool


@dataclass(frozen=True)
class Line:
    """What becomes of one worker. after: what they have then. why: set unless they change."""

    standing: Standing
    outcome: Outcome
    after: WorkerFields
    why: Why | None = None

    @property
    def worker_id(self) -> int:
        return self.standing.worker_id

    @property
    def before(self) -> WorkerFields:
        return self.standing.fields

    @property
    def names(self) -> list[str]:
        """The fields that change."""
        return changed_fields(self.before, self.after)


def line_of(standing: Standing, action: MassAction, *, today: date) -> Line:
    """Return what becomes of a worker, by the rules by which one alone is changed."""
    refused = _refused(standing)
    wanted = refused or _wanted(standing.fields, action, action.on or today, today)
    if isinstance(wanted, Why):
        outcome = Outcome.CANNOT if refused or wanted.code in _CANNOT else Outcome.STAYS
        return Line(standing, outcome, standing.fields, wanted)
    wrong = Wrong()
    after = changed_worker(standing.fields, wanted, wrong, today=today)
    if wrong.errors:
        first = wrong.errors[0]
        return Line(standing, Outcome.CANNOT, standing.fields, Why(first.code, first.message))
    return Line(standing, Outcome.CHANGES, after)


_CANNOT = frozenset({"BLACKLISTED"})


def _refused(standing: Standing) -> Why | None:
    if standing.is_merged:
        return Why("WORKER_MERGED", _("Is somebody else’s row by now: change that one."))
    if standing.is_erased:
        return Why("WORKER_ANONYMISED", _("Was anonymised, and does not change any more."))
    return None


def _wanted(fields: WorkerFields, action: MassAction, on: date, today: date) -> WorkerChanges | Why:
    """Return what to change of a worker who has `fields`, or why there is nothing to change."""
    if action.action in OF_AREAS:
        return _areas(fields, action, on)
    if action.action is Action.CHANGE_ROLE:
        if fields.role_id == action.role_id:
            return Why("HAS_THE_ROLE", _("Has this role already; the day it counts from stays."))
        return WorkerChanges(role_id=action.role_id, role_assigned_on=on)
    if fields.status == WorkerStatus.BLACKLISTED:
        return Why("BLACKLISTED", _("Is blacklisted: that is changed on the worker’s own page."))
    if action.action is Action.DEACTIVATE:
        return _leaving(fields, on, today)
    return _returning(fields, today)


def _areas(fields: WorkerFields, action: MassAction, on: date) -> WorkerChanges | Why:
    held = {area.area_id for area in fields.areas}
    if action.action is Action.TAKE_AREAS:
        left = tuple(area for area in fields.areas if area.area_id not in action.area_ids)
        if len(left) == len(fields.areas):
            return Why("NOT_THERE", _("Has none of these areas."))
        return WorkerChanges(areas=left)
    new = tuple(AreaGiven(pk, on) for pk in action.area_ids if pk not in held)
    if not new:
        return Why("ALREADY_THERE", _("Has these areas already; the day they count from stays."))
    return WorkerChanges(areas=(*fields.areas, *new))


def _leaving(fields: WorkerFields, on: date, today: date) -> WorkerChanges | Why:
    """Return that a worker leaves: on their own last day where that is known and past, else on the day given."""
    if fields.status == WorkerStatus.INACTIVE:
        return Why("INACTIVE_ALREADY", _("Is inactive already."))
    own = fields.end_date if fields.end_date is not None and fields.end_date <= today else None
    return WorkerChanges(status=WorkerStatus.INACTIVE, end_date=own or on)


def _returning(fields: WorkerFields, today: date) -> WorkerChanges | Why:
    """Return that a worker comes back: a last day that is past goes, for it is none any more."""
    if fields.status == WorkerStatus.ACTIVE:
        return Why("ACTIVE_ALREADY", _("Is active already."))
    if fields.end_date is not None and fields.end_date <= today:
        return WorkerChanges(status=WorkerStatus.ACTIVE, end_date=None)
    return WorkerChanges(status=WorkerStatus.ACTIVE)


def check_action(action: MassAction, wrong: Wrong, *, today: date, year_ahead: date) -> None:
    """Report what is wrong with an action in itself; whether its areas and role exist is not asked here.

    year_ahead: the last day from which anything may count.
    """
    if action.action in OF_AREAS and not 1 <= len(set(action.area_ids)) <= MOST_AREAS:
        wrong.add("area_ids", "OUT_OF_RANGE", _("Choose 1 to %(limit)s areas.") % {"limit": MOST_AREAS})
    if action.action is Action.CHANGE_ROLE and action.role_id is None:
        wrong.add("role_id", "REQUIRED", _("Choose the role."))
    if action.on is None or action.action in {Action.TAKE_AREAS, Action.REACTIVATE}:
        return
    if action.action is not Action.DEACTIVATE:
        wrong.day("on", action.on, year_ahead)
    elif action.on > today:
        wrong.add("on", "OUT_OF_RANGE", _("Give the last day they were on site: today or before."))
    else:
        wrong.day("on", action.on, today)


DIGEST, EACH = 64, 4
"""How many characters of a token name the whole, and each worker."""


def token_of(lines: Sequence[Line]) -> str:
    """Return what names this very preview: the whole of it, and a little of each worker, in the order of their ids.

    From the token of a preview and the lines as they are now, `changed_since` tells who changed.
    """
    each = [_named(line) for line in _by_id(lines)]
    return sha256("".join(each).encode()).hexdigest() + "".join(one[:EACH] for one in each)


def changed_since(lines: Sequence[Line], token: str) -> list[Line]:
    """Return whose line is not the one that `token` names, in the order of their names; all when nobody can tell."""
    now = token_of(lines)
    if now == token:
        return []
    if len(now) != len(token):
        return sorted(lines, key=_by_name)
    pairs = zip(_by_id(lines), _pieces(now), _pieces(token), strict=True)
    changed = [line for line, here, there in pairs if here != there]
    return sorted(changed or lines, key=_by_name)


def _pieces(token: str) -> list[str]:
    return [token[at : at + EACH] for at in range(DIGEST, len(token), EACH)]


def _named(line: Line) -> str:
    changed = {name: (getattr(line.before, name), getattr(line.after, name)) for name in line.names}
    said = [line.worker_id, line.outcome, line.why.code if line.why else "", changed]
    plain = json.dumps(said, default=lambda value: asdict(value) if isinstance(value, AreaGiven) else str(value))
    return sha256(plain.encode()).hexdigest()


def _by_id(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.worker_id)


def _by_name(line: Line) -> tuple[str, int]:
    return line.standing.name_key, line.worker_id
