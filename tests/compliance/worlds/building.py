"""A drawn site, written in few statements, and how whatever was written is undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction

from tests.compliance.worlds.rows import EPOCH, requirement
from tests.compliance.worlds.specs import SiteSpec
from tests.compliance.worlds.world import World
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.personnel.models import AreaAssignment, Worker
from titan.records.models import TrainingRecord


@contextmanager
def thrown_away() -> Iterator[None]:
    """Undo whatever the block writes: one example of a property does not see the others."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def build(spec: SiteSpec) -> World:
    """Write a drawn site."""
    world = World(warning_days=spec.warning_days)
    world.add_courses(spec.courses)
    world.add_roles(spec.roles)
    for parent in spec.parents:
        world.area(None if parent is None else world.areas[parent])
    _write_requirements(world, spec)
    _write_people(world, spec)
    _write_records(world, spec)
    return world


def _write_requirements(world: World, spec: SiteSpec) -> None:
    role_rows, area_rows = [], []
    for asked in spec.asked:
        holder = world.roles[asked.holder] if asked.of == "role" else world.areas[asked.holder]
        row = requirement(holder, world.courses[asked.course], asked.grace)
        row.until = EPOCH if asked.ended else None
        if isinstance(row, RoleRequirement):
            role_rows.append(row)
        else:
            area_rows.append(row)
    RoleRequirement.objects.bulk_create(role_rows)
    AreaRequirement.objects.bulk_create(area_rows)


def _write_people(world: World, spec: SiteSpec) -> None:
    rows = []
    for person in spec.people:
        role = world.roles[person.role[0]] if person.role else None
        since = spec.day + timedelta(days=person.role[1]) if person.role else None
        rows.append(world.new_worker(role, since, person.status))
    world.workers += Worker.objects.bulk_create(rows)
    assignments = []
    for worker, person in zip(world.workers, spec.people, strict=True):
        held = [(area, days, None) for area, days in person.areas]
        held += [(area, days, EPOCH) for area, days in person.former_areas]  # type: ignore[misc]
        assignments += [
            AreaAssignment(
                worker=worker,
                area=world.areas[area],
                assigned_on=spec.day + timedelta(days=days),
                since=EPOCH,
                until=until,
            )
            for area, days, until in held
        ]
    AreaAssignment.objects.bulk_create(assignments)


def _write_records(world: World, spec: SiteSpec) -> None:
    records = []
    for drawn in spec.records:
        expires = None if drawn.expires is None else spec.day + timedelta(days=drawn.expires)
        completed = spec.day + timedelta(days=drawn.completed)
        worker, course = world.workers[drawn.worker], world.courses[drawn.course]
        records.append(world.new_record(worker, course, completed, expires, drawn.result))
    written = TrainingRecord.objects.bulk_create(records)
    revoked = [row for row, drawn in zip(written, spec.records, strict=True) if drawn.revoked]
    if revoked:
        world.revoke(*revoked)
    for longer in spec.extensions:
        first, last, until = (spec.day + timedelta(days=days) for days in (longer.first, longer.last, longer.until))
        made = world.extend(world.courses[longer.course], first, last, until)
        if made is not None and longer.revoked:
            world.unextend(made)
    for waits in spec.competencies:
        world.competency(
            world.workers[waits.worker],
            world.courses[waits.course],
            spec.day + timedelta(days=waits.completed),
            waits.outcome,
        )
