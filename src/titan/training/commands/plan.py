"""Planning: a draft that may be as incomplete as the plan is, and changes to it (domain.md §1, §6)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from django.db.models import Model

from titan.catalogue.models import Course
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import insert_rows
from titan.core.command import command, nothing_changed, say
from titan.core.errors import Conflict, SoftBlock
from titan.core.given import Wrong
from titan.core.language import N_, _
from titan.core.permit import need_admin
from titan.resources.models import Trainer, Venue
from titan.training.access import lock_trainer
from titan.training.models import Override, SessionStatus, Slot, TrainingSession, session_search_key
from titan.training.queries.blocks import Booking
from titan.training.rules import HARD_BLOCK_CODES, SOFT_BLOCK_CODES, SlotTime, slot_errors


class Unset(Enum):
    """The value of a field that was not given: it stays as it is."""

    UNSET = "unset"


UNSET: Final = Unset.UNSET


@dataclass(frozen=True)
class Plan:
    """What is asked of a session; what is UNSET stays. `version` is the one the editor saw, to catch two editors."""

    course_id: int | Unset = UNSET
    trainer_id: int | Unset | None = UNSET
    venue_id: int | Unset | None = UNSET
    slots: Sequence[SlotTime] | Unset = UNSET
    title: str | Unset = UNSET
    notes: str | Unset = UNSET
    version: int | Unset = UNSET

    def given(self) -> dict[str, Any]:
        """Return the fields that were given, by name."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not UNSET}


@command
def create_session(plan: Plan, *, by: Actor, at: datetime) -> int:
    """Make a draft and return its id; only the course is required (domain.md §1). Raises Invalid."""
    need_admin(by)
    plan = checked_plan(plan, course_required=True)
    values = {name: value for name, value in plan.given().items() if name not in {"slots", "version"}}
    session = TrainingSession.objects.create(created_at=at, created_by_id=by.user_id, **values)
    session.code = session_code(settings.current().today(at).year, session.pk)
    key = session_search_key(session.code, session.title)
    TrainingSession.objects.filter(pk=session.pk).update(code=session.code, search_key=key)
    if plan.slots is not UNSET:
        write_slots(session.pk, plan.slots)
    say("session.created", "session", session.pk, after=plain(plan) | {"code": session.code})
    return session.pk


def session_code(year: int, session_id: int) -> str:
    """Return a session's code: TS-{year created}-{id, at least 4 digits} (domain.md §6)."""
    return f"TS-{year}-{session_id:04d}"


def checked_plan(plan: Plan, *, override: Iterable[str] = (), course_required: bool = False) -> Plan:
    """Return `plan` with its texts cleaned (a fixed number of statements).

    override: codes of blocks; hard ones and those that do not apply are ignored, what is no block at all is wrong.
    Raises Invalid with everything that is wrong.
    """
    wrong = Wrong()
    given = plan.given()
    if given.get("course_id", None if course_required else UNSET) is None:
        wrong.add("course_id", "REQUIRED", _("Say which course is taught."))
    for field, model, what in _LIBRARIES:
        value = given.get(field)
        if value is not None and not model._default_manager.filter(pk=value).exists():
            wrong.add(
                field,
                "UNKNOWN",
                _("There is no %(what)s %(value)s. Choose one from the library.") % {"what": _(what), "value": value},
            )
    texts: dict[str, Any] = {
        name: wrong.text(name, given[name], limit=limit, lines=lines) for name, limit, lines in _TEXTS if name in given
    }
    if plan.slots is not UNSET:
        wrong.errors.extend(slot_errors(plan.slots))
    for code in sorted(set(override) - SOFT_BLOCK_CODES - HARD_BLOCK_CODES):
        wrong.add(
            "override",
            "OVERRIDE_UNKNOWN",
            _("%(code)r is no block. Name: %(codes)s.") % {"code": code, "codes": ", ".join(sorted(SOFT_BLOCK_CODES))},
        )
    wrong.refuse()
    return replace(plan, **texts)


_LIBRARIES: tuple[tuple[str, type[Model], str], ...] = (
    ("course_id", Course, N_("course")),
    ("trainer_id", Trainer, N_("trainer")),
    ("venue_id", Venue, N_("venue")),
)
_TEXTS = (("title", 200, False), ("notes", 4000, True))


def need_fresh(session: TrainingSession, plan: Plan) -> None:
    """Raise Conflict STALE when somebody else changed the session since the editor read it."""
    if plan.version is not UNSET and plan.version != session.version:
        raise Conflict(
            "STALE",
            _(
                "%(session)s was changed by somebody else (version %(version)s, you saw %(seen)s). Read it "
                "again, then repeat your change."
            )
            % {"session": session.code, "version": session.version, "seen": plan.version},
        )


def apply_plan(session: TrainingSession, plan: Plan) -> None:
    """Put the values of `plan` onto `session` in memory; Conflict COURSE_FIXED for another course after drafting."""
    for name, value in plan.given().items():
        if name in {"slots", "version"}:
            continue
        if name == "course_id" and value != session.course_id and session.status != SessionStatus.DRAFT:
            raise Conflict("COURSE_FIXED", _("The course changes only in a draft. Cancel this one and plan another."))
        setattr(session, name, value)


def save_plan(session: TrainingSession, plan: Plan) -> None:
    """Write the changed columns and slots of a locked session and say what changed."""
    before = TrainingSession.objects.filter(pk=session.pk).values(*_COLUMNS).get()
    after = {name: getattr(session, name) for name in _COLUMNS}
    changed = [name for name in _COLUMNS if before[name] != after[name]]
    old_slots = read_slots(session.pk)
    new_slots = old_slots if plan.slots is UNSET else sorted(plan.slots)
    if not changed and old_slots == new_slots:
        nothing_changed()
        return
    _write_plan(session, {name: after[name] for name in changed}, new_slots if old_slots != new_slots else None)
    said_before, said_after = ({name: values[name] for name in changed} for values in (before, after))
    if old_slots != new_slots:
        said_before["slots"], said_after["slots"] = _plain_slots(old_slots), _plain_slots(new_slots)
    moved = "session.scheduled" if "status" in changed else "session.updated"
    say(moved, "session", session.pk, before=said_before, after=said_after)


def _write_plan(session: TrainingSession, values: dict[str, Any], slots: Sequence[SlotTime] | None) -> None:
    """Write columns and slots in the order in which the database's guards never see a booking that is not meant.

    A draft needs its slots before it is scheduled. A scheduled session that gets another trainer and other times has
    neither the old times with the new trainer, nor the new times with the old one.
    """
    session.version += 1
    if "title" in values:
        values |= {"search_key": session_search_key(session.code or "", session.title)}
    if slots is not None:
        Slot.objects.filter(session_id=session.pk).delete()
        if "status" in values:
            write_slots(session.pk, slots)
    TrainingSession.objects.filter(pk=session.pk).update(version=session.version, **values)
    if slots is not None and "status" not in values:
        write_slots(session.pk, slots)


_COLUMNS = ("status", "course_id", "course_version_id", "trainer_id", "venue_id", "title", "notes")


def booking_of(session: TrainingSession, plan: Plan) -> Booking:
    """Return what a session asks for after `plan`; locks the trainer, so that bookings queue up."""
    if session.trainer_id is not None:
        lock_trainer(session.trainer_id)
    return Booking(
        session_id=session.pk,
        course_id=session.course_id,
        course_version_id=session.course_version_id,
        trainer_id=session.trainer_id,
        venue_id=session.venue_id,
        slots=slots_of(session, plan),
        zone=settings.current().zone,
    )


def slots_of(session: TrainingSession, plan: Plan) -> list[SlotTime]:
    """Return the slots a session has after `plan`, in order of time."""
    return read_slots(session.pk) if plan.slots is UNSET else sorted(plan.slots)


def moves_slots(session_id: int, plan: Plan) -> bool:
    """Say whether `plan` gives a session other slots than it has; the same ones again are no change."""
    return plan.slots is not UNSET and sorted(plan.slots) != read_slots(session_id)


def read_slots(session_id: int) -> list[SlotTime]:
    """Return the stored slots of a session, in order of time."""
    rows = Slot.objects.filter(session_id=session_id).order_by("starts_at").values_list("starts_at", "ends_at")
    return [SlotTime(starts_at, ends_at) for starts_at, ends_at in rows]


def write_slots(session_id: int, slots: Sequence[SlotTime]) -> None:
    """Insert the slots of a session that has none."""
    insert_rows(
        Slot,
        [{"session_id": session_id, "starts_at": slot.starts_at, "ends_at": slot.ends_at} for slot in slots],
        returning=(),
    )


def write_overrides(session_id: int, blocks: Sequence[SoftBlock], *, by: Actor, at: datetime) -> None:
    """Keep who acknowledged which soft block, about what."""
    insert_rows(
        Override,
        [
            {
                "session_id": session_id,
                "code": block.code,
                "subject": block.subject,
                "by_id": by.user_id,
                "at": at,
            }
            for block in blocks
        ],
        returning=(),
    )
    if blocks:
        named = [{"code": block.code, "subject": block.subject} for block in blocks]
        say("session.soft_blocks_overridden", "session", session_id, after={"overrides": named})


def plain(plan: Plan) -> dict[str, Any]:
    """Return the given fields of a plan for the audit log."""
    values = {name: value for name, value in plan.given().items() if name != "version"}
    if plan.slots is not UNSET:
        values["slots"] = _plain_slots(plan.slots)
    return values


def _plain_slots(slots: Sequence[SlotTime]) -> list[dict[str, str]]:
    return [{"starts_at": slot.starts_at.isoformat(), "ends_at": slot.ends_at.isoformat()} for slot in slots]
