"""Classes in which two workers, who may be one person, both have a result (docs/decisions/0016)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from titan.core.bulk import id_set
from titan.core.merging import Pair
from titan.records.models import CompetencyRecord, CompetencyStatus, TrainingRecord


@dataclass
class Results:
    """The numbers of one worker's results in one class. standing: those that nobody took back or decided against."""

    records: list[int] = field(default_factory=list)
    competencies: list[int] = field(default_factory=list)
    standing: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Shared:
    """A finalized class in which both have a result. One person has one: at most one of them can be right."""

    session_id: int
    gone: Results
    stays: Results


def shared_sessions(pair: Pair) -> list[Shared]:
    """Return the classes in which both have a result, by number; two statements."""
    found: dict[tuple[int, int], Results] = defaultdict(Results)
    for kind, worker_id, session_id, pk, stands in _results(pair):
        results = found[session_id, worker_id]
        (results.records if kind == "record" else results.competencies).append(pk)
        if stands:
            results.standing.append((kind, pk))
    sessions = sorted({session for session, _worker in found})
    return [
        Shared(session, found[session, pair.gone_id], found[session, pair.stays_id])
        for session in sessions
        if (session, pair.gone_id) in found and (session, pair.stays_id) in found
    ]


def _results(pair: Pair) -> Iterator[tuple[str, int, int, int, bool]]:
    both = id_set([pair.gone_id, pair.stays_id])
    columns = ("worker_id", "session_id", "pk", "revoked_at")
    records = TrainingRecord.objects.filter(worker_id__in=both).exclude(session_id=None).order_by("pk")
    for worker_id, session_id, pk, revoked_at in records.values_list(*columns):
        if session_id is not None:
            yield "record", worker_id, session_id, pk, revoked_at is None
    attempts = CompetencyRecord.objects.filter(worker_id__in=both).exclude(session_id=None).order_by("pk")
    for worker_id, session_id, pk, revoked_at, status in attempts.values_list(*columns, "status"):
        if session_id is not None:
            yield "competency", worker_id, session_id, pk, revoked_at is None and status == CompetencyStatus.PENDING
