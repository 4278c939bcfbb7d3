"""Scheduling: trainer, venue and times are locked in; blocks are enforced (domain.md §5, §6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from titan.catalogue.models import CourseVersion, VersionStatus
from titan.core.actor import Actor
from titan.core.command import command
from titan.core.errors import Conflict, FieldError, Invalid, SoftBlock, SoftBlocked
from titan.core.language import _
from titan.core.permit import need_admin
from titan.training.access import locked_session, need_open, need_status
from titan.training.commands.plan import (
    Plan,
    apply_plan,
    booking_of,
    checked_plan,
    moves_slots,
    need_fresh,
    save_plan,
    slots_of,
    write_overrides,
)
from titan.training.models import Override, SessionStatus, TrainingSession
from titan.training.queries.blocks import hard_blocks, soft_blocks
from titan.training.rules import SlotTime


@command
def schedule_session(
    session_id: int,
    plan: Plan,
    *,
    override: frozenset[str] = frozenset(),
    acknowledged: frozenset[tuple[str, str]] = frozenset(),
    by: Actor,
    at: datetime,
) -> list[SoftBlock]:
    """Schedule a draft, with changes given at the same time; returns the soft blocks that were overridden.

    override: codes of soft blocks, whatever they are about. acknowledged: (code, subject) of those that somebody saw.
    Takes the course's published version and keeps it. Raises Invalid (trainer, venue or slots missing,
    COURSE_NOT_PUBLISHED), Conflict (hard blocks), SoftBlocked.
    """
    need_admin(by)
    session = locked_session(session_id, by=by)
    plan = checked_plan(plan, override=override)
    need_open(session)
    need_status(session, SessionStatus.DRAFT, _("scheduling"))
    need_fresh(session, plan)
    apply_plan(session, plan)
    need_complete(session, slots_of(session, plan))
    session.course_version = _published(session.course_id)
    warnings = check_blocks(session, plan, override, acknowledged, by=by, at=at)
    session.status = SessionStatus.SCHEDULED
    save_plan(session, plan)
    return warnings


@command
def update_session(
    session_id: int,
    plan: Plan,
    *,
    override: frozenset[str] = frozenset(),
    acknowledged: frozenset[tuple[str, str]] = frozenset(),
    by: Actor,
    at: datetime,
) -> list[SoftBlock]:
    """Change a draft or a scheduled session; returns the soft blocks that stand.

    A scheduled session is checked again as when it was scheduled: hard blocks refuse; soft ones refuse a change of
    trainer, venue or slots unless acknowledged before, or named in `override` (by code) or in `acknowledged` (by code
    and subject) now. On a draft they are only shown.
    Raises NotFound, Invalid, Conflict, SoftBlocked.
    """
    need_admin(by)
    session = locked_session(session_id, by=by)
    plan = checked_plan(plan, override=override)
    need_open(session)
    need_fresh(session, plan)
    booked = (session.trainer_id, session.venue_id)
    apply_plan(session, plan)
    if session.status == SessionStatus.SCHEDULED:
        need_complete(session, slots_of(session, plan))
        rebooked = booked != (session.trainer_id, session.venue_id) or moves_slots(session.pk, plan)
        warnings = check_blocks(session, plan, override, acknowledged, by=by, at=at, soft=rebooked)
    else:
        warnings = soft_blocks(booking_of(session, plan), at=at)
    save_plan(session, plan)
    return warnings


def need_complete(session: TrainingSession, slots: Sequence[SlotTime]) -> None:
    """Raise Invalid naming each of trainer, venue and slots that a scheduled session lacks."""
    missing = [
        FieldError(field, "REQUIRED", _("Choose %(what)s first.") % {"what": what})
        for field, what, value in (
            ("trainer_id", _("a trainer"), session.trainer_id),
            ("venue_id", _("a venue"), session.venue_id),
            ("slots", _("at least one slot"), slots),
        )
        if not value
    ]
    if missing:
        raise Invalid(missing)


def check_blocks(
    session: TrainingSession,
    plan: Plan,
    override: frozenset[str],
    acknowledged: frozenset[tuple[str, str]] = frozenset(),
    *,
    by: Actor,
    at: datetime,
    soft: bool = True,
) -> list[SoftBlock]:
    """Refuse hard blocks; refuse soft ones that are neither kept as acknowledged nor named by code or as a pair now.

    Keeps the acknowledgements that are new. soft: whether trainer, venue or slots change, so that soft blocks
    count. Returns the soft blocks that stand, acknowledged.
    """
    booking = booking_of(session, plan)
    hard = hard_blocks(booking)
    if hard:
        errors = [FieldError(_HARD_FIELDS[block.code], block.code, block.message) for block in hard]
        raise Conflict(hard[0].code, hard[0].message, errors=errors)
    blocks = soft_blocks(booking, at=at)
    if not soft:
        return blocks
    known = set(Override.objects.filter(session_id=session.pk).values_list("code", "subject"))
    new = [block for block in blocks if (block.code, block.subject) not in known]
    refused = [b for b in new if b.code not in override and (b.code, b.subject) not in acknowledged]
    if refused:
        raise SoftBlocked(refused)
    write_overrides(session.pk, new, by=by, at=at)
    return blocks


_HARD_FIELDS = {"TRAINER_NOT_QUALIFIED": "trainer_id", "TRAINER_DOUBLE_BOOKED": "slots"}


def _published(course_id: int) -> CourseVersion:
    version = CourseVersion.objects.filter(course_id=course_id, status=VersionStatus.PUBLISHED).first()
    if version is None:
        raise Invalid(
            [
                FieldError(
                    "course_id",
                    "COURSE_NOT_PUBLISHED",
                    _("The course has no published version. Publish one first."),
                )
            ],
            code="COURSE_NOT_PUBLISHED",
        )
    return version
