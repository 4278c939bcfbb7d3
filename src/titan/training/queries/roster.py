"""The class list as the session's page shows it: each attendee with role and the reason of their status in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from titan.compliance.models import ComplianceItem
from titan.compliance.queries.items import History, histories, words
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.personnel.models import Worker
from titan.training.access import visible_sessions
from titan.training.queries.sessions import AttendeeView, class_list


@dataclass(frozen=True)
class RosterLine:
    """An attendee. reason: why their status for the course is as it is; empty when the course is not asked of them."""

    attendee: AttendeeView
    role_title: dict[str, str]
    reason: str


def roster(session_id: int, *, today: date, by: Actor) -> list[RosterLine]:
    """Return the whole class list by name, in a fixed number of statements. Raises NotFound."""
    people = class_list(session_id, by=by).items
    course_id = visible_sessions(by).values_list("course_id", flat=True).get(pk=session_id)
    ids = [person.worker_id for person in people]
    roles = dict(Worker.objects.filter(pk__in=id_set(ids)).values_list("pk", "role__title"))
    items: dict[int, dict[str, Any]] = {
        row["worker_id"]: dict(row)
        for row in ComplianceItem.objects.filter(worker_id__in=id_set(ids), course_id=course_id).values(
            "worker_id", "severity", "expires_on", "due_on"
        )
    }
    past = histories([(pk, course_id) for pk in ids], today)
    reasons = {
        pk: words(item["severity"], today, item["expires_on"], item["due_on"], past.get((pk, course_id), History()))
        for pk, item in items.items()
    }
    return [RosterLine(one, roles.get(one.worker_id) or {}, reasons.get(one.worker_id, "")) for one in people]
