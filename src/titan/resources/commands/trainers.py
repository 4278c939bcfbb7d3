"""Trainers and what they may teach (domain.md §5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from titan.accounts.models import User
from titan.catalogue.models import Course
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set, insert_rows
from titan.core.command import command, nothing_changed, say
from titan.core.errors import Forbidden, NotFound
from titan.core.expected import need_expected
from titan.core.given import Wrong, given_in, possible_ids
from titan.core.language import _
from titan.core.permit import need_admin
from titan.core.removal import delete_unused
from titan.resources.models import Qualification, Trainer
from titan.resources.rules import MOST_QUALIFICATIONS, TrainerChanges, TrainerFields, checked_trainer

PERSONAL = {"first_name", "last_name", "email"}
COLUMNS = tuple(TrainerFields.__dataclass_fields__)


@command
def create_trainer(fields: TrainerFields, *, by: Actor, at: datetime) -> int:
    """Make a trainer, qualified for nothing yet; return the id.

    Raises Invalid with every wrong field; linking a login needs a super admin.
    """
    need_admin(by)
    _may_link(None, fields, by)
    fields = _checked(None, None, fields)
    trainer = Trainer.objects.create(**asdict(fields))
    say("trainer.created", "trainer", trainer.pk, after=_plain(fields, COLUMNS))
    return trainer.pk


@command
def update_trainer(
    trainer_id: int, changes: TrainerChanges, *, expected: TrainerChanges | None = None, by: Actor, at: datetime
) -> None:
    """Change some of what a trainer has; sessions they hold stand as they are.

    expected: what the editor saw; Conflict STALE when it is so no more.
    """
    need_admin(by)
    trainer = _locked(trainer_id)
    before = TrainerFields(**{name: getattr(trainer, name) for name in COLUMNS})
    after = replace(before, **given_in(changes))
    _may_link(before, after, by)
    after = _checked(trainer_id, before, after)
    changed = [name for name in COLUMNS if getattr(before, name) != getattr(after, name)]
    if not changed:
        nothing_changed()
        return
    need_expected(asdict(before), given_in(expected), _("trainer %(code)s") % {"code": before.code})
    Trainer.objects.filter(pk=trainer_id).update(**{name: getattr(after, name) for name in changed})
    say(
        "trainer.updated",
        "trainer",
        trainer_id,
        before=_plain(before, changed),
        after=_plain(after, changed),
    )


@command
def replace_qualifications(
    trainer_id: int,
    course_ids: Sequence[int],
    *,
    expected: Collection[int] | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Let a trainer teach exactly these courses; what was taken away keeps its history.

    Sessions already scheduled stand, as *cannot run* where the qualification is gone (domain.md §5). Raises
    Invalid for a course that is unknown or named twice. expected: the courses that the editor saw; Conflict STALE
    when they are others now.
    """
    need_admin(by)
    trainer = _locked(trainer_id)
    _check_courses(course_ids)
    current = Qualification.objects.filter(trainer_id=trainer_id, until=None)
    before, after = set(current.values_list("course_id", flat=True)), set(course_ids)
    if before == after:
        nothing_changed()
        return
    if expected is not None:
        need_expected(
            {"course_ids": before}, {"course_ids": set(expected)}, _("trainer %(code)s") % {"code": trainer.code}
        )
    current.filter(course_id__in=id_set(before - after)).update(until=at)
    begun = [{"trainer_id": trainer_id, "course_id": pk, "since": at} for pk in sorted(after - before)]
    insert_rows(Qualification, begun, returning=())
    say(
        "trainer.qualifications_replaced",
        "trainer",
        trainer_id,
        before={"course_ids": sorted(before)},
        after={"course_ids": sorted(after)},
    )


@command
def delete_trainer(trainer_id: int, *, by: Actor, at: datetime) -> None:
    """Delete a trainer without any session, record or qualification, ever; else Conflict IN_USE."""
    need_admin(by)
    trainer = _locked(trainer_id)
    delete_unused(trainer, _("trainer %(code)s") % {"code": trainer.code})
    say("trainer.deleted", "trainer", trainer_id, before={"code": trainer.code, "type": trainer.type})


def _locked(trainer_id: int) -> Trainer:
    trainer = Trainer.objects.select_for_update().filter(pk=trainer_id).first()
    if trainer is None:
        raise NotFound("trainer", trainer_id)
    return trainer


def _may_link(before: TrainerFields | None, after: TrainerFields, by: Actor) -> None:
    if after.user_id != (before.user_id if before else None) and by.role is not Role.SUPER_ADMIN:
        raise Forbidden(_("Only a super admin links a login to a trainer: leave user_id out."))


def _checked(trainer_id: int | None, before: TrainerFields | None, fields: TrainerFields) -> TrainerFields:
    wrong = Wrong()
    fields = checked_trainer(fields, wrong)
    others = Trainer.objects.exclude(pk=trainer_id or 0)
    if (before is None or before.code != fields.code) and others.filter(code=fields.code).exists():
        wrong.add(
            "code", "NOT_UNIQUE", _("There is a trainer %(code)s already: give another code.") % {"code": fields.code}
        )
    if fields.user_id is not None and (before is None or before.user_id != fields.user_id):
        if not User.objects.filter(pk=fields.user_id).exists():
            wrong.add("user_id", "UNKNOWN", _("There is no login %(user)s.") % {"user": fields.user_id})
        elif others.filter(user_id=fields.user_id).exists():
            wrong.add(
                "user_id", "NOT_UNIQUE", _("The login %(user)s belongs to another trainer.") % {"user": fields.user_id}
            )
    wrong.refuse()
    return fields


def _check_courses(course_ids: Sequence[int]) -> None:
    wrong = Wrong()
    if len(course_ids) > MOST_QUALIFICATIONS:
        wrong.add("course_ids", "TOO_MANY", _("Give at most %(limit)s courses.") % {"limit": MOST_QUALIFICATIONS})
        wrong.refuse()
    known = set(Course.objects.filter(pk__in=id_set(possible_ids(course_ids))).values_list("id", flat=True))
    seen: set[int] = set()
    for index, course_id in enumerate(course_ids):
        if course_id not in known:
            wrong.add(f"course_ids.{index}", "UNKNOWN", _("There is no course %(course)s.") % {"course": course_id})
        elif course_id in seen:
            wrong.add(f"course_ids.{index}", "TWICE", _("Course %(course)s is named twice.") % {"course": course_id})
        seen.add(course_id)
    wrong.refuse()


def _plain(fields: TrainerFields, changed: Iterable[str]) -> dict[str, Any]:
    """Return the `changed` fields for the audit log: of what identifies a person only that it changed."""
    plain = {name: getattr(fields, name) for name in changed if name not in PERSONAL}
    personal = [name for name in changed if name in PERSONAL]
    return {**plain, "personal_fields": personal} if personal else plain
