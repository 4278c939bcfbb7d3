"""Areas: a tree whose history is kept (domain.md §3). What an area requires is compliance's."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from titan.core.actor import Actor
from titan.core.command import command, nothing_changed, say, touch
from titan.core.errors import NotFound
from titan.core.expected import need_expected
from titan.core.given import UNCHANGED, Unchanged, Wrong, given_in
from titan.core.language import _
from titan.core.lock import Subject, lock_alone
from titan.core.permit import need_admin
from titan.core.removal import delete_unused, in_use
from titan.personnel.models import Area, AreaPlacement
from titan.personnel.rules import circle_under


@dataclass(frozen=True)
class AreaFields:
    """An area; parent_id None: at the top."""

    code: str
    name: str
    parent_id: int | None = None


@dataclass(frozen=True)
class AreaChanges:
    """Some of an area; what is UNCHANGED stays, parent_id None moves it to the top."""

    code: str | Unchanged = UNCHANGED
    name: str | Unchanged = UNCHANGED
    parent_id: int | Unchanged | None = UNCHANGED


@command
def create_area(fields: AreaFields, *, by: Actor, at: datetime) -> int:
    """Make an area under its parent; return its id. Raises Invalid: a blank, a used code, no parent."""
    need_admin(by)
    lock_alone(Subject.AREAS)
    fields = _checked(fields, None)
    area = Area.objects.create(**asdict(fields))
    AreaPlacement.objects.create(area=area, parent_id=fields.parent_id, since=at)
    say("area.created", "area", area.pk, after=asdict(fields))
    return area.pk


@command
def update_area(
    area_id: int, changes: AreaChanges, *, expected: AreaChanges | None = None, by: Actor, at: datetime
) -> None:
    """Change an area's code or name, or move it with everything below it.

    A move keeps the earlier placement and touches every worker of the area and below. Raises Invalid for a
    circle, naming it by codes. expected: what the editor saw; Conflict STALE when it is so no more.
    """
    need_admin(by)
    lock_alone(Subject.AREAS)
    area = _locked(area_id)
    before = AreaFields(area.code, area.name, area.parent_id)
    after = _checked(replace(before, **given_in(changes)), area_id)
    old, new = asdict(before), asdict(after)
    changed = [name for name in new if old[name] != new[name]]
    if not changed:
        nothing_changed()
        return
    need_expected(old, given_in(expected), _("area %(code)s") % {"code": area.code})
    Area.objects.filter(pk=area_id).update(**new)
    if "parent_id" in changed:
        area.placements.filter(until=None).update(until=at)
        AreaPlacement.objects.create(area=area, parent_id=after.parent_id, since=at)
        touch(areas=[area_id])
    say(
        "area.updated",
        "area",
        area_id,
        before={name: old[name] for name in changed},
        after={name: new[name] for name in changed},
    )


@command
def delete_area(area_id: int, *, by: Actor, at: datetime) -> None:
    """Delete an area that nobody ever had, that never required anything and never had a child (domain.md §4).

    Raises Conflict IN_USE otherwise.
    """
    need_admin(by)
    lock_alone(Subject.AREAS)
    area = _locked(area_id)
    if AreaPlacement.objects.filter(parent=area).exists():
        raise in_use(_("area %(code)s") % {"code": area.code})
    fields = AreaFields(area.code, area.name, area.parent_id)
    delete_unused(area, _("area %(code)s") % {"code": area.code})
    say("area.deleted", "area", area_id, before=asdict(fields))


def _locked(area_id: int) -> Area:
    area = Area.objects.select_for_update().filter(pk=area_id).first()
    if area is None:
        raise NotFound("area", area_id)
    return area


def _checked(fields: AreaFields, area_id: int | None) -> AreaFields:
    wrong = Wrong()
    code = wrong.code("code", fields.code)
    name = wrong.text("name", fields.name, limit=200, required=True)
    if Area.objects.filter(code=code).exclude(pk=area_id or 0).exists():
        wrong.add("code", "NOT_UNIQUE", _("There is an area %(code)s already: give another code.") % {"code": code})
    if fields.parent_id is not None:
        _check_parent(area_id, fields.parent_id, wrong)
    wrong.refuse()
    return AreaFields(code, name, fields.parent_id)


def _check_parent(area_id: int | None, parent_id: int, wrong: Wrong) -> None:
    rows = list(Area.objects.values_list("id", "code", "parent_id"))
    codes = {pk: code for pk, code, _ in rows}
    if parent_id not in codes:
        wrong.add("parent_id", "UNKNOWN", _("There is no area %(area)s.") % {"area": parent_id})
        return
    circle = area_id and circle_under(area_id, parent_id, {pk: parent for pk, _, parent in rows})
    if circle:
        way = " → ".join(codes[step] for step in circle)
        wrong.add("parent_id", "CIRCLE", _("An area cannot stand inside itself: %(way)s.") % {"way": way})
