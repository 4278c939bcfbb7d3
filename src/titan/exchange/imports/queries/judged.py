"""How the workers stand whom an import brought: what a site came for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.compliance.queries.summary import Counts, course_titles, empty_counts
from titan.core.actor import Actor, Role
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_role
from titan.exchange.imports.models import ImportedThing
from titan.personnel.queries.workers import WorkerShort, short_worker

COURSES_SHOWN = 10
WORKER = "worker"


@dataclass(frozen=True)
class RedCourse:
    """A course that new workers need: how many of them are Red in it."""

    course_id: int
    code: str
    title: dict[str, str]
    red: int


@dataclass(frozen=True)
class Judged:
    """The new workers of an import: how many, how they stand today (the active ones), and what they need."""

    workers: int
    counts: Counts
    courses: list[RedCourse]

    @property
    def red(self) -> int:
        return self.counts[Severity.NON_COMPLIANT.name]


@dataclass(frozen=True)
class RedWorker:
    """A new worker who is Red. open: in how many courses."""

    worker: WorkerShort
    open: int


def judged(import_id: int, *, by: Actor) -> Judged:
    """Return how the new workers of an applied import stand today (four statements). Admins and auditors."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)
    made = _made(import_id)
    verdicts = WorkerVerdict.objects.filter(worker_id__in=made).order_by()
    counts = empty_counts() | {
        Severity(severity).name: n for severity, n in verdicts.values_list("severity").annotate(n=Count("worker_id"))
    }
    items = ComplianceItem.objects.filter(worker_id__in=made, severity=Severity.NON_COMPLIANT).order_by()
    rows = items.values_list("course_id", "course__code").annotate(n=Count("worker_id"))
    titles = course_titles()
    courses = [RedCourse(pk, code, titles.get(pk, {}), n) for pk, code, n in rows]
    courses.sort(key=lambda course: (-course.red, course.code))
    return Judged(made.count(), counts, courses[:COURSES_SHOWN])


def red_workers(import_id: int, *, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[RedWorker]:
    """Return the new workers of an import who are Red today, by name (one statement). Admins and auditors."""
    need_role(by, Role.HSE_ADMIN, Role.AUDITOR)
    red = ComplianceItem.objects.filter(worker_id=OuterRef("worker_id"), severity=Severity.NON_COMPLIANT)
    counted = red.order_by().values("worker_id").annotate(n=Count("id")).values("n")
    found: Any = WorkerVerdict.objects.filter(worker_id__in=_made(import_id), severity=Severity.NON_COMPLIANT)
    if cursor:
        name_key, worker_id = decode_cursor(cursor, str, int)
        found = found.filter(Q(name_key__gt=name_key) | Q(name_key=name_key, worker_id__gt=worker_id))
    rows = list(
        found.select_related("worker__company")
        .annotate(n=Subquery(counted))
        .order_by("name_key", "worker_id")[: limit + 1]
    )
    following = encode_cursor(rows[limit - 1].name_key, rows[limit - 1].worker_id) if len(rows) > limit else None
    return Page([RedWorker(short_worker(row.worker), row.n or 0) for row in rows[:limit]], following, None)


def _made(import_id: int) -> QuerySet[ImportedThing, int]:
    things = ImportedThing.objects.filter(of_id=import_id, entity=WORKER, before__isnull=True)
    return things.values_list("entity_id", flat=True)
