"""Trees without circles, and what a worker may hold (domain.md §3, §4). Pure; `today` is the site's day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from titan.core.given import UNCHANGED, YEAR, Unchanged, Wrong, given_in
from titan.core.language import _
from titan.personnel.models import WorkerStatus

MOST_AREAS = 50
LAST_DAY = date(2100, 1, 1)
RESERVED = "ANON-"
"""How the badges of anonymised workers begin."""

STATUSES = tuple(WorkerStatus.values)
PERSONAL = ("employee_id", "first_name", "last_name", "email", "phone", "start_date", "end_date")
"""What identifies a worker: it stands in the worker's row and nowhere else."""


@dataclass(frozen=True)
class AreaGiven:
    """An area to assign; assigned_on None: the day it is held since already, or today."""

    area_id: int
    assigned_on: date | None = None


@dataclass(frozen=True)
class WorkerFields:
    """Everything a worker has that people enter. role_assigned_on None: today."""

    employee_id: str
    first_name: str
    company_id: int
    last_name: str = ""
    email: str = ""
    phone: str = ""
    role_id: int | None = None
    role_assigned_on: date | None = None
    supervisor_id: int | None = None
    status: str = WorkerStatus.ACTIVE
    start_date: date | None = None
    end_date: date | None = None
    user_id: int | None = None
    areas: tuple[AreaGiven, ...] = ()


COLUMNS = tuple(name for name in WorkerFields.__dataclass_fields__ if name != "areas")
"""What of it stands in the worker's own row."""


@dataclass(frozen=True)
class WorkerChanges:
    """Some of what a worker has; what is UNCHANGED stays, `areas` are replaced as a whole."""

    employee_id: str | Unchanged = UNCHANGED
    first_name: str | Unchanged = UNCHANGED
    last_name: str | Unchanged = UNCHANGED
    email: str | Unchanged = UNCHANGED
    phone: str | Unchanged = UNCHANGED
    company_id: int | Unchanged = UNCHANGED
    role_id: int | Unchanged | None = UNCHANGED
    role_assigned_on: date | Unchanged | None = UNCHANGED
    supervisor_id: int | Unchanged | None = UNCHANGED
    status: str | Unchanged = UNCHANGED
    start_date: date | Unchanged | None = UNCHANGED
    end_date: date | Unchanged | None = UNCHANGED
    user_id: int | Unchanged | None = UNCHANGED
    areas: tuple[AreaGiven, ...] | Unchanged = UNCHANGED


def ancestors(thing_id: int | None, parent_of: Mapping[int, int | None]) -> list[int]:
    """Return `thing_id` and everything above it, nearest first; a circle is walked once."""
    way: list[int] = []
    seen: set[int] = set()
    here = thing_id
    while here is not None and here not in seen:
        way.append(here)
        seen.add(here)
        here = parent_of.get(here)
    return way


def circle_under(thing_id: int, parent_id: int | None, parent_of: Mapping[int, int | None]) -> tuple[int, ...] | None:
    """Return the circle that putting `thing_id` under `parent_id` would close, or None.

    For areas in their tree and for workers under their supervisors; it begins and ends with `thing_id`.
    """
    way = ancestors(parent_id, parent_of)
    if thing_id not in way:
        return None
    return (thing_id, *way[: way.index(thing_id) + 1])


def with_changes(before: WorkerFields, changes: WorkerChanges) -> WorkerFields:
    """Return `before` with `changes`: a new role starts its own count unless its day is given too."""
    given = given_in(changes)
    if given.get("role_id", before.role_id) != before.role_id:
        given.setdefault("role_assigned_on", None)
    if "areas" in given:
        held = {area.area_id: area.assigned_on for area in before.areas}
        given["areas"] = tuple(
            replace(area, assigned_on=area.assigned_on or held.get(area.area_id)) for area in given["areas"]
        )
    return replace(before, **given)


def with_anchors(fields: WorkerFields, today: date) -> WorkerFields:
    """Return `fields` with every day to count from filled in, and the areas in a fixed order."""
    role_assigned_on = fields.role_assigned_on
    if fields.role_id is not None and role_assigned_on is None:
        role_assigned_on = today
    areas = [replace(area, assigned_on=area.assigned_on or today) for area in fields.areas]
    return replace(fields, role_assigned_on=role_assigned_on, areas=tuple(sorted(areas, key=lambda area: area.area_id)))


def checked_worker(
    fields: WorkerFields, wrong: Wrong, *, today: date, before: WorkerFields | None = None
) -> WorkerFields:
    """Return `fields` cleaned; report what is wrong in itself to `wrong`.

    before: what the worker has now; None for a new one. Whether what they refer to exists is not asked here.
    """
    _check_role(fields, before, wrong, today)
    _check_areas(fields.areas, wrong, today)
    _check_employment(fields, wrong)
    wrong.choice("status", fields.status, STATUSES)
    return replace(
        fields,
        employee_id=_badge(fields, before, wrong),
        first_name=_first_name(fields, before, wrong),
        last_name=wrong.text("last_name", fields.last_name, limit=100),
        email=wrong.email("email", fields.email),
        phone=wrong.text("phone", fields.phone, limit=40),
    )


def merged_fields(stays: WorkerFields, gone: WorkerFields, *, pair: tuple[int, int]) -> WorkerFields:
    """Return what whoever stays has once the other row is known to be the same person.

    Badge and name are those of who stays. Where they work, and what is asked of them, is what the row says that is
    active: the one who stays, if both are or neither is; then roles and areas of both hold. Who was blacklisted under
    one number is blacklisted. pair: the numbers of who stays and of who goes; neither supervises the other.
    """
    alike = (stays.status == WorkerStatus.ACTIVE) == (gone.status == WorkerStatus.ACTIVE)
    now, then = (stays, gone) if alike or stays.status == WorkerStatus.ACTIVE else (gone, stays)
    role = then if alike and now.role_id is None else now
    above = (one.supervisor_id for one in (now, then) if one.supervisor_id not in {None, *pair})
    statuses = {stays.status, gone.status}
    days = [one.start_date for one in (stays, gone) if one.start_date]
    return replace(
        now,
        employee_id=stays.employee_id,
        first_name=stays.first_name,
        last_name=stays.last_name,
        email=now.email or then.email,
        phone=now.phone or then.phone,
        role_id=role.role_id,
        role_assigned_on=role.role_assigned_on,
        supervisor_id=next(above, None),
        status=WorkerStatus.BLACKLISTED if WorkerStatus.BLACKLISTED in statuses else now.status,
        start_date=min(days, default=None),
        user_id=stays.user_id if stays.user_id is not None else gone.user_id,
        areas=_areas_of_both(now, then) if alike else now.areas,
    )


def _areas_of_both(now: WorkerFields, then: WorkerFields) -> tuple[AreaGiven, ...]:
    """Return the areas of both; one that both have counts from the day of `now`."""
    held = {area.area_id: area for area in (*then.areas, *now.areas)}
    return tuple(held[area_id] for area_id in sorted(held))


def buried_fields(gone: WorkerFields) -> WorkerFields:
    """Return what is left of a row whose person goes on under another number: nothing that asks anything of them."""
    return replace(
        gone,
        role_id=None,
        role_assigned_on=None,
        supervisor_id=None,
        status=WorkerStatus.INACTIVE,
        user_id=None,
        areas=(),
    )


def changed_worker(before: WorkerFields, changes: WorkerChanges, wrong: Wrong, *, today: date) -> WorkerFields:
    """Return what a worker has after `changes`, cleaned and with every day to count from; report what is wrong.

    Whether what it refers to exists is not asked here.
    """
    return with_anchors(checked_worker(with_changes(before, changes), wrong, today=today, before=before), today)


def changed_fields(before: WorkerFields, after: WorkerFields) -> list[str]:
    """Return the names of the fields that differ."""
    return [name for name in WorkerFields.__dataclass_fields__ if getattr(before, name) != getattr(after, name)]


def _badge(fields: WorkerFields, before: WorkerFields | None, wrong: Wrong) -> str:
    badge = wrong.code("employee_id", fields.employee_id)
    if badge.upper().startswith(RESERVED) and (before is None or badge != before.employee_id):
        wrong.add(
            "employee_id",
            "RESERVED",
            _("Badges that begin with %(letters)s mark anonymised workers.") % {"letters": RESERVED},
        )
    return badge


def _first_name(fields: WorkerFields, before: WorkerFields | None, wrong: Wrong) -> str:
    # An anonymised worker has none; a change of one is refused for that, not for the blank.
    blank_already = before is not None and before.first_name == ""
    return wrong.text("first_name", fields.first_name, limit=100, required=not blank_already)


def _check_role(fields: WorkerFields, before: WorkerFields | None, wrong: Wrong, today: date) -> None:
    day = fields.role_assigned_on
    if fields.role_id is None and day is not None:
        wrong.add("role_assigned_on", "ROLE_MISSING", _("Give a role too, or leave its day out."))
    elif day is not None:
        wrong.day("role_assigned_on", day, today + YEAR)
    elif before is not None and fields.role_id is not None and fields.role_id == before.role_id:
        wrong.add("role_assigned_on", "REQUIRED", _("A role counts from a day: give one, or take the role away."))


def _check_areas(areas: Iterable[AreaGiven], wrong: Wrong, today: date) -> None:
    seen: set[int] = set()
    for index, area in enumerate(areas):
        if index == MOST_AREAS:
            wrong.add("areas", "TOO_MANY", _("Assign at most %(limit)s areas.") % {"limit": MOST_AREAS})
        if area.area_id in seen:
            wrong.add(f"areas.{index}.area_id", "TWICE", _("Area %(area)s is named twice.") % {"area": area.area_id})
        if area.assigned_on is not None:
            wrong.day(f"areas.{index}.assigned_on", area.assigned_on, today + YEAR)
        seen.add(area.area_id)


def _check_employment(fields: WorkerFields, wrong: Wrong) -> None:
    for name, day in (("start_date", fields.start_date), ("end_date", fields.end_date)):
        if day is not None:
            wrong.day(name, day, LAST_DAY)
    if fields.start_date and fields.end_date and fields.end_date < fields.start_date:
        wrong.add("end_date", "END_BEFORE_START", _("Give an end on or after the start date."))
