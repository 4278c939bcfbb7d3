"""What a pack is about: one worker, one session, a company, or a span of days; and which leaves belong to that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Q, QuerySet

from titan.core.bulk import id_set
from titan.core.errors import FieldError, Invalid, NotFound, invalid
from titan.core.language import _
from titan.ledger.models import Leaf, LeafType
from titan.personnel.models import Company, Worker
from titan.personnel.queries.merged import merged_into, now_of
from titan.records.models import CompetencyRecord, ExtendedRecord, TrainingRecord
from titan.training.models import TrainingSession


class About(StrEnum):
    WORKER = "worker"
    SESSION = "session"
    COMPANY = "company"
    PERIOD = "period"


@dataclass(frozen=True)
class Scope:
    """What a pack is about. number: of the worker, session or company. first, last: only classes of these days."""

    about: About
    number: int = 0
    first: date | None = None
    last: date | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """Return it as `pack.json` says it."""
        return {
            "first": self.first.isoformat() if self.first else None,
            "kind": self.about.value,
            "last": self.last.isoformat() if self.last else None,
            "number": self.number or None,
        }


def scope_named(worker: str, session: str, company: str, first: date | None, last: date | None) -> Scope:
    """Return the scope of a badge, of a session's code, of a company's code, or of the days alone.

    Raises Invalid when more than one is given, or none, and NotFound when there is no such one.
    """
    given = [
        (About.WORKER, worker, Worker.objects.filter(employee_id=worker)),
        (About.SESSION, session, TrainingSession.objects.filter(code=session)),
        (About.COMPANY, company, Company.objects.filter(code=company)),
    ]
    chosen = [(about, name, rows) for about, name, rows in given if name]
    if len(chosen) > 1 or not (chosen or first or last):
        raise invalid("worker", "CHOOSE_ONE", _("Give a worker, a session, a company, or two days."))
    if not chosen:
        return Scope(About.PERIOD, 0, first, last)
    about, name, rows = chosen[0]
    number = rows.values_list("pk", flat=True).first()
    if number is None:
        raise NotFound(about.value, name)
    return Scope(about, number, first, last)


def whole_person(scope: Scope) -> Scope:
    """Return `scope`; of a worker who was merged, whoever they are now; one statement."""
    return replace(scope, number=now_of(scope.number)) if scope.about is About.WORKER else scope


def need_scope(scope: Scope) -> None:
    """Raise NotFound when what the pack is about does not exist, Invalid when its days make no sense."""
    problems = []
    if scope.about is About.PERIOD and (scope.first is None or scope.last is None):
        problems.append(FieldError("from", "REQUIRED", _("Give the first and the last day.")))
    if scope.first and scope.last and scope.last < scope.first:
        problems.append(FieldError("to", "TO_BEFORE_FROM", _("The last day is before the first.")))
    if problems:
        raise Invalid(problems)
    there = {
        About.WORKER: Worker.objects.filter(pk=scope.number),
        About.SESSION: TrainingSession.objects.filter(pk=scope.number),
        About.COMPANY: Company.objects.filter(pk=scope.number),
    }.get(scope.about)
    if there is not None and not there.exists():
        raise NotFound(scope.about.value, scope.number)


def records_of(scope: Scope) -> QuerySet[TrainingRecord]:
    """Return the training records that a pack shows."""
    found = TrainingRecord.objects.filter(_days(scope, "completed_on"))
    if scope.about is About.WORKER:
        return found.filter(worker_id__in=_rows_of(scope.number))
    if scope.about is About.COMPANY:
        return found.filter(worker__company_id=scope.number)
    if scope.about is About.SESSION:
        return found.filter(Q(session_id=scope.number) | Q(corrects__session_id=scope.number))
    return found


def competencies_of(scope: Scope) -> QuerySet[CompetencyRecord]:
    """Return the competency records that a pack shows."""
    found = CompetencyRecord.objects.filter(_days(scope, "completed_on"))
    if scope.about is About.WORKER:
        return found.filter(worker_id__in=_rows_of(scope.number))
    if scope.about is About.COMPANY:
        return found.filter(worker__company_id=scope.number)
    if scope.about is About.SESSION:
        return found.filter(session_id=scope.number)
    return found


def _rows_of(worker_id: int) -> list[int]:
    """Return a worker's number and those of everybody merged into them: one person; one statement."""
    return [worker_id, *merged_into([worker_id]).get(worker_id, [])]


RECORDS = (LeafType.RECORD, LeafType.REVOKED, LeafType.CORRECTED)
COMPETENCIES = (LeafType.COMPETENCY_OPENED, LeafType.COMPETENCY_DECIDED, LeafType.COMPETENCY_WITHDRAWN)
EXTENSIONS = (LeafType.EXTENDED, LeafType.EXTENSION_WITHDRAWN)
PEOPLE = (LeafType.RESTATED, LeafType.MERGED, LeafType.ERASED)
SESSIONS = (LeafType.FINALIZED, LeafType.SUPERSEDED)
LEDGER = (LeafType.KEY, LeafType.EPOCH)


def indexes_of(scope: Scope, size: int) -> list[int]:
    """Return the indexes, below `size`, of the leaves that belong to `scope`, in order; one statement for each source.

    Those of its records and competencies, of the sessions these come from, of who the people are, and of the keys and
    epochs of the ledger. A record that a competency led to belongs to it, and the other way round.
    """
    records, competencies = records_of(scope), competencies_of(scope)
    made = competencies.exclude(record=None)
    sources: tuple[tuple[tuple[LeafType, ...], QuerySet[Any, Any]], ...] = (
        (RECORDS, records.values("pk")),
        (RECORDS, made.values("record_id")),
        (EXTENSIONS, ExtendedRecord.objects.filter(record__in=records.values("pk")).values("pk")),
        (EXTENSIONS, ExtendedRecord.objects.filter(record__in=made.values("record_id")).values("pk")),
        (COMPETENCIES, competencies.values("pk")),
        (COMPETENCIES, CompetencyRecord.objects.filter(record__in=records.values("pk")).values("pk")),
        (SESSIONS, records.exclude(session_id=None).values("session_id")),
        (SESSIONS, competencies.exclude(session_id=None).values("session_id")),
    )
    leaves = Leaf.objects.filter(index__lt=size).order_by()
    found = set(leaves.filter(type__in=LEDGER).values_list("index", flat=True))
    people = id_set(_people(scope, records, competencies))
    found.update(leaves.filter(type__in=PEOPLE, entity_id__in=people).values_list("index", flat=True))
    if scope.about is About.SESSION:
        found.update(leaves.filter(type__in=SESSIONS, entity_id=scope.number).values_list("index", flat=True))
    for types, ids in sources:
        found.update(leaves.filter(type__in=types, entity_id__in=ids.order_by()).values_list("index", flat=True))
    return sorted(found)


def _people(scope: Scope, *results: QuerySet[Any]) -> set[int]:
    """Return whom a pack is about, with every row that was merged into theirs: one statement for each, and one."""
    people = {scope.number} if scope.about is About.WORKER else set()
    for rows in results:
        people.update(rows.order_by().values_list("worker_id", flat=True).distinct())
    return people.union(*merged_into(people).values())


def _days(scope: Scope, column: str) -> Q:
    wanted = Q()
    if scope.first:
        wanted &= Q(**{f"{column}__gte": scope.first})
    if scope.last:
        wanted &= Q(**{f"{column}__lte": scope.last})
    return wanted
