"""Drafts that begin with something: a copy of another session, or people who need the course (domain.md §1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command
from titan.core.permit import need_admin
from titan.training.access import locked_session
from titan.training.commands.invite import invite_workers
from titan.training.commands.plan import Plan, create_session


@command
def duplicate_session(session_id: int, *, by: Actor, at: datetime) -> int:
    """Make a draft with the course, trainer, venue, title and notes of a session, and return its id.

    Times and people are not copied: they are what differs between two classes. Raises NotFound.
    """
    need_admin(by)
    original = locked_session(session_id, by=by)
    plan = Plan(
        course_id=original.course_id,
        trainer_id=original.trainer_id,
        venue_id=original.venue_id,
        title=original.title,
        notes=original.notes,
    )
    return create_session(plan, by=by, at=at)


@command
def draft_for_workers(course_id: int, worker_ids: Sequence[int], *, by: Actor, at: datetime) -> int:
    """Make a draft of a course with these workers on its list, or nothing at all, and return its id.

    Raises Invalid for an unknown course and for workers who cannot be invited.
    """
    need_admin(by)
    session_id = create_session(Plan(course_id=course_id), by=by, at=at)
    if worker_ids:
        invite_workers(session_id, worker_ids, by=by, at=at)
    return session_id
