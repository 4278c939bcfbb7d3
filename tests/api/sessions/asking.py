"""How the tests ask for drafts and times, and what a session is made of in answers."""

from __future__ import annotations

from typing import Any

from tests.api.classroom import Classroom, when
from tests.api.client import body_of

WHOLE = {
    *("id", "code", "status", "course", "course_version", "title", "notes", "trainer", "venue", "slots", "attendees"),
    *("overrides", "evidence", "warnings", "blockers", "cannot_run", "version"),
    *("cancel_reason", "finalized_at", "finalized_by"),
}
IN_SHORT = WHOLE - {"notes", "overrides", "warnings", "blockers", "cancel_reason"}
FORBIDDEN_TWICE = {"starts_at": "2026-11-23T10:59:00+04:00", "ends_at": "2026-11-23T12:00:00+04:00"}


def create(room: Classroom, **given: Any) -> dict[str, Any]:
    answer = room.admin.post("/sessions", {"course_id": room.course.pk, **given})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = body_of(answer)
    return made


def slot(starts: float, ends: float) -> dict[str, str]:
    return {"starts_at": when(starts), "ends_at": when(ends)}
