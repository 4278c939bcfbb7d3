"""Sessions as they concern one worker, and the search for whatever an auditor asks about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from titan.compliance.queries.workers import WorkerFilters, WorkerRow, list_workers
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.permit import need_reader
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import EvidenceView, files_with_hash
from titan.personnel.models import Worker
from titan.personnel.queries.merged import BadgeNow, merged_badge
from titan.training.access import visible_sessions
from titan.training.models import Attendance, Attendee, SessionStatus, Slot, TrainingSession
from titan.training.queries.sessions import SessionFilter, SessionView, list_sessions, sessions_in_short

MOST = 50
SHORTEST_HASH = 6
HASH_LENGTH = 64


@dataclass(frozen=True)
class Missed:
    """A completed session that a worker was invited to and did not come to."""

    session_id: int
    code: str
    course_id: int
    course_code: str
    held_at: datetime


def upcoming_sessions(worker_id: int, *, at: datetime, by: Actor) -> list[SessionView]:
    """Return the drafts and scheduled sessions not yet over that a worker is on the list of, the next one first."""
    over = Slot.objects.filter(session_id=OuterRef("pk"))
    open_ones = visible_sessions(by).filter(
        status__in=[SessionStatus.DRAFT, SessionStatus.SCHEDULED], attendees__worker_id=worker_id
    )
    ahead = open_ones.filter(~Exists(over) | Exists(over.filter(ends_at__gt=at)))
    views = sessions_in_short(list(ahead.order_by("pk").values_list("pk", flat=True)[:MOST]))
    return sorted(views, key=lambda view: (not view.slots, view.slots[0].starts_at if view.slots else at, view.id))


def missed_sessions(worker_id: int) -> list[Missed]:
    """Return the finalized sessions at which a worker was a no-show (one statement)."""
    rows = (
        Attendee.objects.filter(worker_id=worker_id, status=Attendance.NO_SHOW, session__status=SessionStatus.COMPLETED)
        .annotate(held_at=Max("session__slots__ends_at"))
        .order_by("-session_id")
        .values_list("session_id", "session__code", "session__course_id", "session__course__code", "held_at")
    )
    return [Missed(pk, code or "", course, name, held) for pk, code, course, name, held in rows[:MOST]]


def session_codes(session_ids: Iterable[int]) -> dict[int, str]:
    """Return the codes of these sessions by id (one statement)."""
    rows = TrainingSession.objects.filter(pk__in=id_set(session_ids))
    return {pk: code or "" for pk, code in rows.values_list("pk", "code")}


@dataclass(frozen=True)
class Found:
    """What a search found, each with how many there are in all (None: not counted).

    exact: the kind ("worker", "session", "evidence") and id that the words name outright, or the only hit. was: the
    badge that was asked for, of a row that is somebody else by now.
    """

    workers: list[WorkerRow] = field(default_factory=list)
    workers_total: int = 0
    sessions: list[SessionView] = field(default_factory=list)
    sessions_total: int = 0
    files: list[EvidenceView] = field(default_factory=list)
    exact: tuple[str, int] | None = None
    was: BadgeNow | None = None

    @property
    def is_nothing(self) -> bool:
        return not (self.workers or self.sessions or self.files)


def search(text: str, *, by: Actor, language: str, most: int = 20) -> Found:
    """Search workers (name, badge), sessions (code, title, course code) and evidence files (SHA-256 or its start).

    A fixed number of statements. For every role but trainers; raises Forbidden.
    """
    need_reader(by)
    words = text.strip()
    if not words:
        return Found()
    merged = merged_badge(words)
    named = ("worker", merged.worker_id) if merged else _named(words)
    if named:
        return Found(exact=named, was=merged)
    workers = list_workers(WorkerFilters(search=words), by=by, language=language, limit=most)
    sessions = list_sessions(SessionFilter(search=words), limit=most, by=by)
    digest = words.lower().removeprefix("sha256:").replace("…", "")
    files = files_with_hash(digest, most=most) if _is_hash(digest) else []
    hits = [
        *(("worker", row.id) for row in workers.items),
        *(("session", row.id) for row in sessions.items),
        *(("evidence", row.id) for row in files),
    ]
    return Found(
        workers.items,
        workers.total or 0,
        sessions.items,
        sessions.total or 0,
        files,
        exact=hits[0] if len(hits) == 1 else None,
    )


def _named(words: str) -> tuple[str, int] | None:
    """Return what has exactly this badge, session code or hash (at most three statements)."""
    worker = Worker.objects.filter(employee_id__iexact=words, merged_into=None).values_list("pk", flat=True)[:2]
    session = TrainingSession.objects.filter(code=words.upper()).values_list("pk", flat=True)[:1]
    hits: list[tuple[str, int]] = [*(("worker", pk) for pk in worker), *(("session", pk) for pk in session)]
    digest = words.lower().removeprefix("sha256:")
    if len(digest) == HASH_LENGTH and _is_hash(digest):
        newest = EvidenceFile.objects.filter(sha256=digest).order_by("-pk").values_list("pk", flat=True)[:1]
        hits.extend(("evidence", pk) for pk in newest)
    return hits[0] if len(hits) == 1 else None


def _is_hash(text: str) -> bool:
    return SHORTEST_HASH <= len(text) <= HASH_LENGTH and all(letter in "0123456789abcdef" for letter in text)
