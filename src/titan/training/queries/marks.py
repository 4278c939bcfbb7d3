"""Who marked whom last: what two people who mark the same class see of each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from titan.accounts.models import User
from titan.audit.models import AuditEvent
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.personnel.queries.merged import merged_into
from titan.records.models import AssessmentMethod
from titan.training.access import need_visible
from titan.training.models import TrainingSession


@dataclass(frozen=True)
class LastMark:
    """Who changed an attendee's mark last (their name; empty for the system), and when."""

    by: str
    at: datetime


@dataclass(frozen=True)
class MarkingRules:
    """What the session's course asks of marks: the least score that passes, and whether a pass needs a sign-off."""

    min_pass_score: int | None
    requires_verification: bool
    methods: tuple[AssessmentMethod, ...]


def marking_rules(session_id: int, *, by: Actor) -> MarkingRules:
    """Return what marks of this session hold (at most three statements). Raises NotFound."""
    need_visible(session_id, by=by)
    session = TrainingSession.objects.select_related("course_version").get(pk=session_id)
    version = session.course_version
    verifies = version is not None and version.requires_verification
    methods = tuple(AssessmentMethod.objects.order_by("name", "pk")) if verifies else ()
    return MarkingRules(version.min_pass_score if version else None, verifies, methods)


def last_marks(session_id: int, worker_ids: Iterable[int]) -> dict[int, LastMark]:
    """Return who marked these workers last, by worker, also under a number of before a merge (three statements)."""
    wanted = {pk: pk for pk in worker_ids}
    wanted |= {gone: pk for pk, rows in merged_into(wanted).items() for gone in rows}
    said = AuditEvent.objects.filter(
        entity="session", entity_id=session_id, action="session.attendance_marked"
    ).order_by("-pk")
    found: dict[int, tuple[int | None, datetime]] = {}
    for actor_id, at, after in said.values_list("actor_id", "at", "after").iterator():
        worker_id = wanted.get((after or {}).get("worker_id", 0))
        if worker_id is not None and worker_id not in found:
            found[worker_id] = (actor_id, at)
    authors = User.objects.filter(pk__in=id_set({actor_id for actor_id, _at in found.values() if actor_id}))
    names = dict(authors.values_list("pk", "name"))
    return {
        worker_id: LastMark(names.get(actor_id, "") if actor_id else "", at)
        for worker_id, (actor_id, at) in found.items()
    }
