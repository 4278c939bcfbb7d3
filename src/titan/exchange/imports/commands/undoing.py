"""Undoing an import as a whole, while nothing rests on it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from titan.catalogue.models import CourseVersion, VersionStatus
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core import settings
from titan.core.actor import Actor
from titan.core.bulk import id_set
from titan.core.command import Said, command, say, say_all, touch
from titan.core.errors import Conflict
from titan.core.language import _
from titan.core.permit import need_admin
from titan.exchange.imports.commands.restoring import folder_before
from titan.exchange.imports.commands.touching import touch_written
from titan.exchange.imports.commands.working import ask_work, locked, work_now_if_small
from titan.exchange.imports.models import Import
from titan.exchange.imports.queries.things import Things, had_nothing_published, resting_on, things_of
from titan.exchange.imports.queries.undoing import Goes, what_goes
from titan.exchange.imports.rules.states import State, Work
from titan.exchange.site_folder.checks import check_folder
from titan.exchange.site_folder.commands import lock_others_out, write_rows
from titan.exchange.site_folder.commands.writing import Load, ids_of
from titan.exchange.site_folder.problems import Problems
from titan.exchange.site_folder.queries import known
from titan.personnel.models import Area, AreaPlacement, Company, Role
from titan.records.commands import revoke_records
from titan.records.commands.revoke import reason_given
from titan.resources.models import Trainer, Venue


def undo_import(import_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Take back what an import made and changed; a large one in the background. Admins only.

    Records are revoked with `reason`; new workers become inactive, for a worker is never deleted; other new things are
    deleted, unless somebody had them; what was changed becomes what it was. Raises Forbidden, NotFound, Conflict
    NOT_APPLIED, WORKING, RESTING with what rests on it, Invalid at `reason`.
    """
    _ask(import_id, reason, by=by, at=at)
    work_now_if_small(import_id, by=by, at=at)


@command
def _ask(import_id: int, reason: str, *, by: Actor, at: datetime) -> None:
    need_admin(by)
    row = _need_applied(import_id)
    if row.work:
        raise Conflict("WORKING", _("This import is being worked on: wait until that is done."))
    clean = reason_given(reason)
    need_nothing_resting(row, things_of(row.pk))
    ask_work(row, Work.UNDOING, at=at, by=by, reason=clean)
    say("import.undo_asked", "import", row.pk)


def _need_applied(import_id: int) -> Import:
    row = locked(import_id)
    if row.state != State.APPLIED:
        raise Conflict("NOT_APPLIED", _("Only an applied import can be undone, and once."))
    return row


def need_nothing_resting(row: Import, things: Things) -> None:
    """Raise Conflict RESTING with all that rests on an import."""
    resting = resting_on(row, things)
    if resting:
        found = "; ".join(one.message for one in resting)
        raise Conflict(
            "RESTING",
            _("It cannot be undone, because this rests on it: %(found)s.") % {"found": found},
            extra={"resting": [{"code": one.code, "message": one.message, "count": one.count} for one in resting]},
        )


@command
def undo_now(row: Import, *, by: Actor, at: datetime) -> None:
    """Undo, for whoever holds the import: one unit of work, few statements. Raises as undo_import does."""
    reason = str((row.asked or {})["reason"])
    row = _need_applied(row.pk)
    lock_others_out()
    things = things_of(row.pk)
    need_nothing_resting(row, things)
    goes = what_goes(things)
    if things.new("training_record"):
        revoke_records(things.new("training_record"), reason, by=by, at=at)
    _put_back(things, by=by, at=at)
    _end_requirements(things, at=at)
    _unpublish(things, at=at)
    _end_trainers(goes)
    _delete(things, goes)
    say("import.undone", "import", row.pk, reason=reason)
    Import.objects.filter(pk=row.pk).update(
        state=State.UNDONE,
        version=row.version + 1,
        undone_at=at,
        undone_by_id=by.user_id,
        undo_reason=reason,
        work="",
        asked=None,
        alive_until=None,
        failure="",
    )


def _put_back(things: Things, *, by: Actor, at: datetime) -> None:
    stands, problems, today = known(), Problems(), settings.current().today(at)
    folder = folder_before(things, stands, today, problems)
    check_folder(folder, stands, today=today, problems=problems)
    if problems.found:
        wrong = "; ".join(error.message for _file, _row, error in problems.found[:3])
        raise Conflict("RESTING", _("It cannot be as it was: %(why)s") % {"why": wrong})
    load = Load(folder, stands, None, by, at, ids_of(stands))
    write_rows(load)
    touch_written(load)


def _end_requirements(things: Things, *, at: datetime) -> None:
    for noun, model, source in (
        ("role", RoleRequirement, "role_id"),
        ("area", AreaRequirement, "area_id"),
    ):
        made = model.objects.filter(pk__in=id_set(things.new(f"{noun}_requirement")), until=None)
        ended = list(made.order_by("pk").values("id", source, "course_id", "type", "grace_period_days"))
        made.update(until=at)
        touch(**{f"{noun}s": {one[source] for one in ended}})
        say_all(
            Said(
                f"{noun}.requirements_replaced",
                noun,
                one[source],
                before={"requirements": [{name: one[name] for name in ("course_id", "type", "grace_period_days")}]},
                after={"requirements": []},
            )
            for one in ended
        )


def _unpublish(things: Things, *, at: datetime) -> None:
    """Archive what the import published: courses that it made, and those that had nothing published before."""
    before = {pk for pk, was in things.old("course").items() if had_nothing_published(was)}
    courses = things.new("course") | before
    versions = CourseVersion.objects.filter(course_id__in=id_set(courses), status=VersionStatus.PUBLISHED)
    numbers = dict(versions.values_list("course_id", "number"))
    versions.update(status=VersionStatus.ARCHIVED, archived_at=at)
    say_all(
        Said("course.version_archived", "course", course_id, before={"published_version": number})
        for course_id, number in sorted(numbers.items())
    )


def _end_trainers(goes: Goes) -> None:
    Trainer.objects.filter(pk__in=id_set(goes.trainers_end)).update(is_active=False)
    say_all(
        Said("trainer.updated", "trainer", pk, before={"is_active": True}, after={"is_active": False})
        for pk in sorted(goes.trainers_end)
    )


def _delete(things: Things, goes: Goes) -> None:
    """Delete new things that nobody ever had, with the history of nobody's that they carry."""
    RoleRequirement.objects.filter(role_id__in=id_set(goes.roles)).delete()
    AreaRequirement.objects.filter(area_id__in=id_set(goes.areas)).delete()
    # A tree goes at once: whatever lies in one of these areas is one of them.
    Area.objects.filter(pk__in=id_set(goes.areas)).update(parent=None)
    AreaPlacement.objects.filter(area_id__in=id_set(goes.areas)).delete()
    _drop("area", Area, goes.areas, "code")
    _drop("role", Role, goes.roles, "code")
    _drop("company", Company, goes.companies, "code")
    _drop("trainer", Trainer, goes.trainers, "code")
    _drop("venue", Venue, goes.venues, "name")


def _drop(noun: str, model: type[Model], ids: set[int], name: str) -> None:
    rows = model._default_manager.filter(pk__in=id_set(ids))
    named = list(rows.order_by("pk").values_list("pk", name))
    rows.delete()
    say_all(Said(f"{noun}.deleted", noun, pk, before={name: value}) for pk, value in named)
