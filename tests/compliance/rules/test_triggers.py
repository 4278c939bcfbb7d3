"""domain.md §9.5 triggers: whatever changes shows at once, and the sweep catches up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.compliance.rules.seen import BLUE, EXPIRING, GRACE, GREEN, RED, SYSTEM, TODAY, ago, ahead, overall, stored
from tests.compliance.worlds import World, noon
from tests.oracle import differences
from titan.catalogue.models import Course
from titan.compliance.commands import rebuild, refresh, sweep
from titan.compliance.models import ComplianceItem, Severity
from titan.core.command import EVERYONE
from titan.personnel.models import Worker

pytestmark = pytest.mark.django_db


def _setup() -> tuple[World, Worker, Course]:
    world = World()
    course, role, area = world.course(), world.role(), world.area()
    world.require(role, course)
    worker = world.worker(role, ago(20), [(area, ago(20))])
    world.record(worker, course, ago(100), ahead(40))
    rebuild(at=noon(TODAY), by=SYSTEM)
    assert stored(worker, course).status == GREEN
    return world, worker, course


def _record_made(world: World, worker: Worker, course: Course) -> Any:
    world.record(worker, course, TODAY, None)
    return {worker.pk}, {course.pk}


def _record_revoked(world: World, worker: Worker, course: Course) -> Any:
    world.revoke(worker.records.get())
    return {worker.pk}, {course.pk}


def _revoked_while_pending(world: World, worker: Worker, course: Course) -> Any:
    world.revoke(worker.records.get())
    world.competency(worker, course, TODAY)
    return {worker.pk}, {course.pk}


def _role_taken(world: World, worker: Worker, course: Course) -> Any:
    worker.role, worker.role_assigned_on = None, None
    worker.save()
    return {worker.pk}, None


def _requirement_eased(world: World, worker: Worker, course: Course) -> Any:
    world.revoke(worker.records.get())
    world.require(world.roles[0], course, 20)
    return {worker.pk}, {course.pk}


def _area_asks(world: World, worker: Worker, course: Course) -> Any:
    world.require(world.areas[0], world.course())
    return {worker.pk}, {world.courses[-1].pk}


def _tree_moved(world: World, worker: Worker, course: Course) -> Any:
    top = world.area()
    world.require(top, world.course(), 40)
    world.areas[0].parent = top
    world.areas[0].save()
    return {worker.pk}, None


def _warning_longer(world: World, worker: Worker, course: Course) -> Any:
    world.set_warning_days(40)
    return EVERYONE, None


TRIGGERS: list[tuple[Callable[[World, Worker, Course], Any], str | None, str]] = [
    (_record_made, GREEN, GREEN),
    (_record_revoked, RED, RED),
    (_revoked_while_pending, BLUE, BLUE),
    (_role_taken, None, GREEN),
    (_requirement_eased, GRACE, GRACE),
    (_area_asks, GREEN, RED),
    (_tree_moved, GREEN, GRACE),
    (_warning_longer, EXPIRING, EXPIRING),
]


@pytest.mark.parametrize(("happens", "item", "worst"), TRIGGERS, ids=[row[0].__name__.strip("_") for row in TRIGGERS])
def test_9_5_whatever_changes_shows_at_once(
    happens: Callable[[World, Worker, Course], Any], item: str | None, worst: str
) -> None:
    world, worker, course = _setup()
    workers, courses = happens(world, worker, course)
    refresh(workers, courses, today=TODAY)
    assert not differences(TODAY)
    now = ComplianceItem.objects.filter(worker=worker, course=course).first()
    assert (Severity(now.severity).name if now else None) == item
    assert overall(worker) == worst


@pytest.mark.parametrize("missed", [0, 1, 40, 400])
def test_9_5_the_sweep_catches_up_any_number_of_missed_nights(missed: int) -> None:
    """Green until the warning, yellow, in grace after the expiry, red: however many nights nobody looked."""
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course, 50)
    worker = world.worker(role, TODAY)
    world.record(worker, course, ago(100), ahead(35))
    rebuild(at=noon(TODAY), by=SYSTEM)
    expected = {4: GREEN, 5: EXPIRING, 35: EXPIRING, 36: GRACE, 50: GRACE, 51: RED, 500: RED}
    swept = -1
    for days, status in expected.items():
        if days - swept > missed:
            sweep(at=noon(ahead(days)), by=SYSTEM)
            assert stored(worker, course, ahead(days)).status == status
            assert overall(worker) == status
            swept = days
