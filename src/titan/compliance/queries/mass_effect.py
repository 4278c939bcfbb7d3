"""What a mass action would do to many workers and to how they stand, shown before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from titan.compliance.models import Severity, WorkerVerdict
from titan.compliance.queries.rule_effect import NAMED, CourseEffect, rule_effect
from titan.compliance.rules import COLOURS, Colour
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_admin
from titan.personnel.mass_actions.commands import act_on_workers
from titan.personnel.mass_actions.queries import lines_of
from titan.personnel.mass_actions.rules import Line, MassAction, Outcome, token_of
from titan.personnel.queries.workers import WorkerShort, short_workers

UNSAID = "-"
"""Stands for the reason while the action is only tried: it names nobody."""


@dataclass(frozen=True)
class ShownLine:
    """What becomes of one worker. status_before, status_after: how they stand overall (None: not judged)."""

    worker: WorkerShort
    line: Line
    status_before: str | None
    status_after: str | None


@dataclass(frozen=True)
class MassEffect:
    """What becomes of workers and of how they stand.

    changing, staying, unable: how many change, have it already, cannot be changed like this. turn_…: who gets that
    colour overall, of those who change; judged_no_more: who is not judged afterwards. named_red: the first of those
    who turn Red, by name. courses: what is asked differently, of most workers first. shown: names this very preview,
    for the command.
    """

    changing: int
    staying: int
    unable: int
    turn_red: int
    turn_blue: int
    turn_yellow: int
    turn_green: int
    judged_no_more: int
    named_red: tuple[WorkerShort, ...]
    courses: tuple[CourseEffect, ...]
    shown: str
    page: Page[ShownLine]


def mass_effect(
    action: MassAction,
    worker_ids: Collection[int],
    *,
    by: Actor,
    at: datetime,
    limit: int = DEFAULT_LIMIT,
    cursor: str | None = None,
) -> MassEffect:
    """Return what a mass action would do, its workers a page at a time; a fixed number of statements.

    Runs the command itself and takes it back, so that what is shown cannot differ from what is done. Raises what the
    command raises, but for the missing reason, and for there being nothing to do.
    """
    need_admin(by)
    lines = lines_of(action, worker_ids, today=settings.current().today(at))
    changing = [line.worker_id for line in lines if line.outcome is Outcome.CHANGES]
    before, after, courses = _tried(action, worker_ids, changing, by=by, at=at)
    turned = {pk for pk in changing if before.get(pk) != after.get(pk)}
    colours = Counter(COLOURS[Severity(after[pk])] for pk in turned if _turns(before.get(pk), after.get(pk)))
    red = {pk for pk in turned if after.get(pk) == Severity.NON_COMPLIANT}
    counts = Counter(line.outcome for line in lines)
    return MassEffect(
        changing=len(changing),
        staying=counts[Outcome.STAYS],
        unable=counts[Outcome.CANNOT],
        turn_red=colours[Colour.RED],
        turn_blue=colours[Colour.BLUE],
        turn_yellow=colours[Colour.YELLOW],
        turn_green=colours[Colour.GREEN],
        judged_no_more=sum(pk in before and pk not in after for pk in turned),
        named_red=_named([line.worker_id for line in lines if line.worker_id in red]),
        courses=courses,
        shown=token_of(lines),
        page=_page(lines, before, after, limit, cursor),
    )


def _turns(was: int | None, now: int | None) -> bool:
    """Say whether somebody who is judged has another colour than before, or had none."""
    return now is not None and (was is None or COLOURS[Severity(was)] is not COLOURS[Severity(now)])


def _tried(
    action: MassAction, worker_ids: Collection[int], changing: Collection[int], *, by: Actor, at: datetime
) -> tuple[dict[int, int], dict[int, int], tuple[CourseEffect, ...]]:
    """Return how all these workers stand before and after, by worker, and what is asked differently."""
    if not changing:
        stand = _verdicts(worker_ids)
        return stand, stand, ()
    seen: list[dict[int, int]] = []

    def change() -> None:
        seen[:] = [_verdicts(worker_ids)]
        act_on_workers(action, worker_ids, UNSAID, by=by, at=at)
        seen.append(_verdicts(worker_ids))

    courses = rule_effect(change, workers=changing).courses
    before, after = seen
    return before, after, courses


def _named(worker_ids: list[int]) -> tuple[WorkerShort, ...]:
    """Return the first of these workers, in this order."""
    found = short_workers(worker_ids[:NAMED])
    return tuple(found[pk] for pk in worker_ids[:NAMED])


def _verdicts(worker_ids: Collection[int]) -> dict[int, int]:
    rows = WorkerVerdict.objects.filter(worker_id__in=id_set(worker_ids))
    return dict(rows.values_list("worker_id", "severity"))


def _page(
    lines: list[Line], before: dict[int, int], after: dict[int, int], limit: int, cursor: str | None
) -> Page[ShownLine]:
    first = decode_cursor(cursor, int)[0] if cursor else 0
    some = lines[first : first + limit]
    workers = short_workers(line.worker_id for line in some)
    shown = [ShownLine(workers[line.worker_id], line, _status(before, line), _status(after, line)) for line in some]
    more = encode_cursor(first + limit) if len(lines) > first + limit else None
    return Page(shown, more, len(lines))


def _status(verdicts: dict[int, int], line: Line) -> str | None:
    severity = verdicts.get(line.worker_id)
    return None if severity is None else Severity(severity).name
