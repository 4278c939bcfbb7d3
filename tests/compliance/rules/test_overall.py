"""domain.md §9.4: overall is the worst item; §4: of active workers alone."""

from __future__ import annotations

import pytest

from tests.compliance.rules.seen import (
    BLUE,
    EXPIRING,
    GRACE,
    GREEN,
    RED,
    SYSTEM,
    TODAY,
    ago,
    ahead,
    decide,
    overall,
    stored,
)
from tests.compliance.worlds import World, noon
from tests.oracle import differences, overall_of
from titan.catalogue.models import Course
from titan.compliance.commands import rebuild, refresh
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.personnel.models import Worker

pytestmark = pytest.mark.django_db


def _make(world: World, worker: Worker, course: Course, status: str) -> None:
    if status == GREEN:
        world.record(worker, course, ago(1), None)
    elif status == EXPIRING:
        world.record(worker, course, ago(1), ahead(1))
    elif status == BLUE:
        world.competency(worker, course, ago(1))


OVERALL = [
    ([], GREEN),
    ([GREEN], GREEN),
    ([GREEN, EXPIRING], EXPIRING),
    ([EXPIRING, GRACE, GREEN], GRACE),
    ([GRACE, BLUE, EXPIRING], BLUE),
    ([BLUE, RED, GREEN], RED),
    ([RED, RED], RED),
    ([GREEN, EXPIRING, GRACE, BLUE, RED], RED),
]


@pytest.mark.parametrize(("statuses", "worst"), OVERALL)
def test_9_4_overall_is_the_worst_item(statuses: list[str], worst: str) -> None:
    world = World()
    role = world.role()
    worker = world.worker(role, TODAY)
    for status in statuses:
        course = world.course()
        world.require(role, course, 10 if status == GRACE else None)
        _make(world, worker, course, status)
    rebuild(at=noon(TODAY), by=SYSTEM)
    assert not differences(TODAY)
    assert overall(worker) == worst == overall_of(statuses)


@pytest.mark.parametrize("status", ["INACTIVE", "BLACKLISTED"])
def test_4_only_active_workers_have_a_verdict_and_anchors_do_not_move(status: str) -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course, 30)
    worker = world.worker(role, ago(20))
    before = decide(world, worker, course)
    worker.status = status
    worker.save()
    refresh({worker.pk}, None, today=TODAY)
    assert not ComplianceItem.objects.exists()
    assert not WorkerVerdict.objects.exists()
    assert not differences(TODAY)
    # Someone blocked after the invite who attended still gets a record, and no item (§4).
    world.record(worker, course, TODAY, ahead(5))
    refresh({worker.pk}, {course.pk}, today=TODAY)
    assert not differences(TODAY)
    worker.status = "ACTIVE"
    worker.save()
    refresh({worker.pk}, None, today=TODAY)
    back = stored(worker, course)
    assert (back.due_on, back.status) == (before.due_on, EXPIRING)
