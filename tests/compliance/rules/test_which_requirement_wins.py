"""domain.md §9.1 requirements, §3 areas: who asks, since when, and which of several wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from tests.compliance.rules.seen import GREEN, SYSTEM, TODAY, ago, ahead, decide, overall
from tests.compliance.worlds import World, noon
from tests.oracle import differences
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem
from titan.personnel.models import Area, Role

pytestmark = pytest.mark.django_db
PRE, POST = "PRE_MOB", "POST_MOB"


@dataclass(frozen=True)
class Source:
    """Who asks: role, area (the worker's own), parent, top (ancestors of it), other (an area of nobody)."""

    of: str
    grace: int | None


SOURCES = [
    # A role assigned 20 days ago, an area assigned 5 days ago.
    ("the role alone, pre-mob", [Source("role", None)], (PRE, None)),
    ("the role alone, post-mob, counts from role_assigned_on", [Source("role", 30)], (POST, ahead(10))),
    ("the area alone, post-mob, counts from its assigned_on", [Source("area", 30)], (POST, ahead(25))),
    ("a parent's requirement is inherited", [Source("parent", 30)], (POST, ahead(25))),
    ("so is the root's", [Source("top", None)], (PRE, None)),
    ("any pre-mob wins over an earlier due date", [Source("role", 1), Source("area", None)], (PRE, None)),
    ("pre-mob of the role wins too", [Source("role", None), Source("area", 1)], (PRE, None)),
    ("pre-mob of an ancestor wins too", [Source("role", 1), Source("top", None)], (PRE, None)),
    ("else the earliest due date: the role's", [Source("role", 30), Source("area", 30)], (POST, ahead(10))),
    ("else the earliest due date: the area's", [Source("role", 30), Source("area", 10)], (POST, ahead(5))),
    ("else the earliest due date: an ancestor's", [Source("area", 9), Source("top", 8)], (POST, ahead(3))),
    ("a due date in the past still wins", [Source("role", 10), Source("area", 365)], (POST, ago(10))),
    ("grace of a year", [Source("role", 365)], (POST, ahead(345))),
    ("an area of nobody asks nothing", [Source("other", None)], None),
    ("a child area asks nothing of its parent's people", [Source("child", None)], None),
]


@pytest.mark.parametrize(("sources", "expected"), [row[1:] for row in SOURCES], ids=[row[0] for row in SOURCES])
def test_9_1_which_requirement_wins(sources: list[Source], expected: tuple[str, date | None] | None) -> None:
    world = World()
    course, role = world.course(), world.role()
    top = world.area()
    parent = world.area(top)
    area = world.area(parent)
    holders: dict[str, Role | Area] = {"role": role, "top": top, "parent": parent, "area": area}
    holders |= {"child": world.area(area), "other": world.area(parent)}
    worker = world.worker(role, ago(20), [(area, ago(5))])
    for source in sources:
        world.require(holders[source.of], course, source.grace)
    if expected is None:
        rebuild(at=noon(TODAY), by=SYSTEM)
        assert not differences(TODAY)
        assert not ComplianceItem.objects.filter(worker=worker).exists()
    else:
        item = decide(world, worker, course)
        assert (item.requirement_type, item.due_on) == expected


def test_9_1_one_ancestor_reached_from_two_areas_counts_from_the_earlier_assignment() -> None:
    world = World()
    course, top = world.course(), world.area()
    one, two = world.area(top), world.area(top)
    world.require(top, course, 30)
    worker = world.worker(areas=[(one, ago(3)), (two, ago(12))])
    assert decide(world, worker, course).due_on == ahead(18)


def test_9_1_the_earliest_due_date_wins_though_its_grace_is_longer() -> None:
    world = World()
    course, role, area = world.course(), world.role(), world.area()
    world.require(role, course, 90)
    world.require(area, course, 10)
    worker = world.worker(role, ago(85), [(area, TODAY)])
    assert decide(world, worker, course).due_on == ahead(5)


def test_9_1_ended_requirements_and_former_areas_ask_nothing() -> None:
    world = World()
    course, other, role = world.course(), world.course(), world.role()
    area, former = world.area(), world.area()
    world.require(role, course)
    world.require(area, course)
    world.require(former, other)
    worker = world.worker(role, ago(9), [(area, ago(9)), (former, ago(9))])
    world.forgo(role, course)
    world.forgo(area, course)
    world.unplace(worker, former)
    rebuild(at=noon(TODAY), by=SYSTEM)
    assert not differences(TODAY)
    assert not ComplianceItem.objects.exists()
    assert overall(worker) == GREEN
