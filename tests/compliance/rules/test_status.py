"""domain.md §9.3 status and §9.5 next change, one row per case, with the boundary days on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from tests.compliance.rules.seen import BLUE, EXPIRING, GRACE, GREEN, RED, TODAY, ago, ahead, decide, overall
from tests.compliance.worlds import World

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Case:
    """A worker due on `due` (None: pre-mob), with a pass until `expires`, perhaps a competency."""

    name: str
    status: str
    next_change: date | None
    due: date | None = None
    expires: date | str | None = "no record"
    competency: str | None = None
    warning: int = 30


STATUS = [
    Case("never expires", GREEN, None, expires=None),
    Case("more than the warning period left", GREEN, ahead(1), expires=ahead(31)),
    Case("a year left", GREEN, ahead(335), expires=ahead(365)),
    Case("exactly warning_days left", EXPIRING, ahead(31), expires=ahead(30)),
    Case("one day left", EXPIRING, ahead(2), expires=ahead(1)),
    Case("expires today", EXPIRING, ahead(1), expires=TODAY),
    Case("expired yesterday", RED, None, expires=ago(1)),
    Case("warning 0: expires tomorrow", GREEN, ahead(1), expires=ahead(1), warning=0),
    Case("warning 0: expires today", EXPIRING, ahead(1), expires=TODAY, warning=0),
    Case("warning 365: a year left", EXPIRING, ahead(366), expires=ahead(365), warning=365),
    Case("warning 365: a year and a day left", GREEN, ahead(1), expires=ahead(366), warning=365),
    Case("pre-mob, nothing", RED, None),
    Case("due tomorrow", GRACE, ahead(2), due=ahead(1)),
    Case("due today", GRACE, ahead(1), due=TODAY),
    Case("due yesterday", RED, None, due=ago(1)),
    Case("expired, but still in grace", GRACE, ahead(6), due=ahead(5), expires=ago(1)),
    Case("proved in grace", GREEN, ahead(70), due=ahead(5), expires=ahead(100)),
    Case("proved but expiring in grace", EXPIRING, ahead(4), due=ahead(5), expires=ahead(3)),
    Case("pending, pre-mob", BLUE, None, competency="PENDING"),
    Case("pending, in grace", GRACE, ahead(4), due=ahead(3), competency="PENDING"),
    Case("pending, due today", GRACE, ahead(1), due=TODAY, competency="PENDING"),
    Case("pending, after grace", BLUE, None, due=ago(1), competency="PENDING"),
    Case("pending, the old record still valid", EXPIRING, ahead(6), expires=ahead(5), competency="PENDING"),
    Case("pending, the old record expired", BLUE, None, expires=ago(1), competency="PENDING"),
    Case("withdrawn counts for nothing", RED, None, competency="WITHDRAWN"),
    Case("not competent counts for nothing", RED, None, competency="NOT_COMPETENT"),
    Case("not competent in grace", GRACE, ahead(4), due=ahead(3), competency="NOT_COMPETENT"),
    Case("not competent takes nothing away", GREEN, ahead(60), expires=ahead(90), competency="NOT_COMPETENT"),
]


@pytest.mark.parametrize("case", STATUS, ids=[case.name for case in STATUS])
def test_9_3_status_and_9_5_next_change(case: Case) -> None:
    world = World(warning_days=case.warning)
    course, role = world.course(), world.role()
    worker = world.worker(role, (case.due or TODAY) - timedelta(days=20))
    world.require(role, course, 20 if case.due else None)
    if not isinstance(case.expires, str):
        world.record(worker, course, ago(400), case.expires)
    if case.competency:
        world.competency(worker, course, ago(2), case.competency)  # type: ignore[arg-type]
    item = decide(world, worker, course)
    assert (item.status, item.next_change_on) == (case.status, case.next_change)
    assert item.due_on == case.due
    assert overall(worker) == case.status


def test_9_3_a_competent_decision_proves_by_its_record() -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, ago(20))
    competency = world.competency(worker, course, ago(2), "COMPETENT")
    competency.refresh_from_db()
    item = decide(world, worker, course)
    assert (item.status, item.record_id) == (GREEN, competency.record_id)
    assert competency.record is not None
    world.revoke(competency.record)
    assert decide(world, worker, course).status == RED


def test_9_3_one_of_several_pending_is_enough() -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, ago(20))
    world.competency(worker, course, ago(9), "NOT_COMPETENT")
    world.competency(worker, course, ago(8), "WITHDRAWN")
    last = world.competency(worker, course, ago(7))
    world.competency(worker, course, ago(6))
    assert decide(world, worker, course).status == BLUE
    world.settle(last, "NOT_COMPETENT", TODAY)
    assert decide(world, worker, course).status == BLUE


def test_9_3_a_record_of_a_later_day_counts_when_the_clock_goes_back() -> None:
    """`valid today` asks for expires_on alone; no completed_on lies after today but by a wrong clock."""
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, ago(20))
    world.record(worker, course, ahead(2), ahead(300))
    assert decide(world, worker, course).status == GREEN
