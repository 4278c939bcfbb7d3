"""What an extension of validity would do to everyone whose records it is made for, and what revoking it would."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from titan.compliance.models import Severity
from titan.compliance.queries.without import Stands, standing_behind, standing_if
from titan.compliance.rules import COLOURS, Colour
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.given import Wrong
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_reader
from titan.personnel.models import Worker
from titan.personnel.queries.workers import WorkerShort, short_worker
from titan.records.extensions.queries import check_choice, lines_of, lines_without, one_extension
from titan.records.extensions.rules import Extending, Line, digest_of
from titan.records.models import TrainingRecord

NAMED = 12


@dataclass(frozen=True)
class ShownLine:
    """One record of an extension. before, after: the status of the worker in the course; None where it is not asked.

    valid_until: its last day now. becomes: its last day afterwards.
    """

    record_id: int
    worker: WorkerShort
    completed_on: date
    expires_on: date | None
    valid_until: date
    becomes: date
    before: str | None
    after: str | None


@dataclass(frozen=True)
class ExtensionEffect:
    """What becomes of records and workers.

    records: of the list; changing: those whose last day changes. workers: whose they are; asked: of how many of them
    the course is asked. Of those, turn_… get that colour in the course, and the others stay as they are.
    named_green, named_red: the first of those who turn Green, and Red, by name. digest: names this very list, for the
    command.
    """

    records: int
    changing: int
    workers: int
    asked: int
    turn_green: int
    turn_yellow: int
    turn_blue: int
    turn_red: int
    stay: int
    named_green: tuple[WorkerShort, ...]
    named_red: tuple[WorkerShort, ...]
    digest: str
    page: Page[ShownLine]


def extension_effect(
    extending: Extending, *, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> ExtensionEffect:
    """Return what an extension would do, with its records a page at a time; a fixed number of statements.

    Writes nothing and locks nothing. Raises Forbidden for trainers, Invalid with every wrong field.
    """
    need_reader(by)
    wrong = Wrong()
    check_choice(extending, wrong, today=settings.current().today(at))
    wrong.refuse()
    return _effect(lines_of(extending), at, limit, cursor)


def revocation_effect(
    extension_id: int, *, by: Actor, at: datetime, limit: int = DEFAULT_LIMIT, cursor: str | None = None
) -> ExtensionEffect:
    """Return what revoking an extension would do; see `extension_effect`. Raises Forbidden, NotFound."""
    one_extension(extension_id, by=by)
    return _effect(lines_without(extension_id), at, limit, cursor)


@dataclass(frozen=True)
class _Turns:
    """How the workers of whom the course is asked stand in it before and after, by worker."""

    before: dict[int, int]
    after: dict[int, int]

    def turn(self, colour: Colour) -> set[int]:
        """Return who gets this colour, having another one before."""
        turned = {pk for pk, now in self.after.items() if COLOURS[Severity(now)] is colour}
        return {pk for pk in turned if COLOURS[Severity(self.before[pk])] is not colour}

    def words(self, worker_id: int) -> tuple[str | None, str | None]:
        if worker_id not in self.after:
            return None, None
        return Severity(self.before[worker_id]).name, Severity(self.after[worker_id]).name


def _effect(lines: list[Line], at: datetime, limit: int, cursor: str | None) -> ExtensionEffect:
    turns = _turns(lines, at)
    workers = {line.worker_id for line in lines}
    turn = {colour: turns.turn(colour) for colour in Colour}
    return ExtensionEffect(
        records=len(lines),
        changing=sum(line.changes for line in lines),
        workers=len(workers),
        asked=len(turns.after),
        turn_green=len(turn[Colour.GREEN]),
        turn_yellow=len(turn[Colour.YELLOW]),
        turn_blue=len(turn[Colour.BLUE]),
        turn_red=len(turn[Colour.RED]),
        stay=len(turns.after) - sum(map(len, turn.values())),
        named_green=_named(turn[Colour.GREEN]),
        named_red=_named(turn[Colour.RED]),
        digest=digest_of(lines),
        page=_page(lines, turns, limit, cursor),
    )


def _turns(lines: Sequence[Line], at: datetime) -> _Turns:
    site = settings.current()
    becomes = {line.record_id: line.becomes for line in lines}
    before = standing_behind(becomes, ())
    after = standing_if(becomes, today=site.today(at), warning_days=site.warning_days)
    return _Turns(_by_worker(before), _by_worker(after))


def _by_worker(rows: Collection[Stands]) -> dict[int, int]:
    """Return the severity of each worker's item; an extension is about one course."""
    return {row.worker_id: row.item for row in rows}


def _named(worker_ids: Collection[int]) -> tuple[WorkerShort, ...]:
    rows = Worker.objects.filter(pk__in=id_set(worker_ids)).select_related("company")
    return tuple(short_worker(row) for row in rows.order_by("name_key", "id")[:NAMED])


def _page(lines: Sequence[Line], turns: _Turns, limit: int, cursor: str | None) -> Page[ShownLine]:
    after = decode_cursor(cursor, int)[0] if cursor else 0
    rest = [line for line in lines if line.record_id > after]
    some = rest[:limit]
    found = TrainingRecord.objects.filter(pk__in=id_set(line.record_id for line in some))
    records = {row.pk: row for row in found.select_related("worker__company")}
    shown = [_shown(line, records[line.record_id], turns) for line in some]
    return Page(shown, encode_cursor(some[-1].record_id) if len(rest) > limit else None, len(lines))


def _shown(line: Line, record: TrainingRecord, turns: _Turns) -> ShownLine:
    before, after = turns.words(line.worker_id)
    return ShownLine(
        record_id=line.record_id,
        worker=short_worker(record.worker),
        completed_on=record.completed_on,
        expires_on=record.expires_on,
        valid_until=line.valid_until,
        becomes=line.becomes,
        before=before,
        after=after,
    )
