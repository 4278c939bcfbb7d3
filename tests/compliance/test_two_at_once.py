"""Two changes at the same time, each harmless alone: once both have committed, every verdict is right.

The first holds its transaction open after all its work is done, until the second is through or has to wait for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from django.db import connection, transaction

from tests.compliance import counting
from tests.compliance.worlds import World, noon
from tests.oracle import differences, verdicts
from titan.catalogue.models import Course
from titan.compliance.commands import catch_up, rebuild, sweep
from titan.compliance.models import Tally
from titan.compliance.queries.summary import site_counts
from titan.compliance.requirements.commands import replace_area_requirements, replace_role_requirements
from titan.compliance.requirements.rules import RequirementGiven
from titan.core.actor import Actor, system_actor
from titan.core.command import command, say, touch
from titan.core.settings import update_settings
from titan.personnel.commands.areas import AreaChanges, update_area
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Worker
from titan.personnel.rules import AreaGiven, WorkerChanges

pytestmark = pytest.mark.django_db(transaction=True)

SYSTEM = system_actor()
TODAY = date(2026, 11, 24)
TOMORROW = TODAY + timedelta(days=1)
AT = noon(TODAY)
PATIENCE = 0.2  # seconds that the first waits for a second which may be waiting for it


@dataclass
class Place:
    """A site with one worker in one role and one area, of whom two courses are asked."""

    world: World
    worker: Worker
    one: Course
    two: Course


@pytest.fixture
def place() -> Place:
    world = World()
    one, two, role, area = world.course(), world.course(), world.role(), world.area()
    world.area()
    world.role()
    world.require(role, one)
    world.require(area, two)
    worker = world.worker(role, TODAY - timedelta(days=20), [(area, TODAY - timedelta(days=20))])
    rebuild(at=AT, by=SYSTEM)
    return Place(world, worker, one, two)


def together(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Let `second` happen between the end of `first` and its commit, as far as the database lets it."""
    ready, through = threading.Event(), threading.Event()
    crashes: list[BaseException] = []

    def run(work: Callable[[], object], done: threading.Event) -> None:
        try:
            work()
        except BaseException as crash:  # a thread's crash is the test's
            crashes.append(crash)
        finally:
            done.set()
            connection.close()

    def hold() -> None:
        with transaction.atomic():
            first()
            ready.set()
            through.wait(PATIENCE)

    holder = threading.Thread(target=run, args=(hold, ready))
    holder.start()
    ready.wait()
    other = threading.Thread(target=run, args=(second, through))
    other.start()
    holder.join()
    other.join()
    assert not crashes, crashes


def agree(today: date) -> None:
    found = differences(today) + counting.drift()
    assert not found, "\n".join(found)


@command
def train(place: Place, course: Course, *, expires: date | None = None, by: Actor, at: datetime) -> None:
    """Give the worker a record that was completed long ago."""
    record = place.world.record(place.worker, course, date(2026, 1, 1), expires)
    touch({place.worker.pk}, {course.pk})
    say("training_record.created", "training_record", record.pk)


def give_role(place: Place) -> None:
    changes = WorkerChanges(role_id=place.world.roles[1].pk)
    update_worker(place.worker.pk, changes, by=SYSTEM, at=AT)


def give_area(place: Place) -> None:
    given = AreaGiven(place.world.areas[1].pk, TODAY)
    update_worker(place.worker.pk, WorkerChanges(areas=(given,)), by=SYSTEM, at=AT)


def role_asks(place: Place) -> None:
    asked = [RequirementGiven(place.two.pk, "PRE_MOB")]
    replace_role_requirements(place.world.roles[1].pk, asked, by=SYSTEM, at=AT)


def area_asks(place: Place) -> None:
    asked = [RequirementGiven(place.one.pk, "POST_MOB", 30)]
    replace_area_requirements(place.world.areas[1].pk, asked, by=SYSTEM, at=AT)


def move_area(place: Place) -> None:
    above = AreaChanges(parent_id=place.world.areas[1].pk)
    update_area(place.world.areas[0].pk, above, by=SYSTEM, at=AT)


def train_one(place: Place) -> None:
    train(place, place.one, by=SYSTEM, at=AT)


def train_two(place: Place) -> None:
    train(place, place.two, expires=TODAY + timedelta(days=31), by=SYSTEM, at=AT)


def train_until_midnight(place: Place) -> None:
    train(place, place.one, expires=TODAY, by=SYSTEM, at=AT)


def longer_warning(place: Place) -> None:
    update_settings({"warning_days": 60}, by=SYSTEM, at=AT)


def sweep_tomorrow(place: Place) -> None:
    sweep(at=noon(TOMORROW), by=SYSTEM)


PAIRS = [
    (train_one, train_two),
    (role_asks, give_role),
    (area_asks, give_area),
    (area_asks, move_area),
    (train_two, longer_warning),
    (train_one, give_role),
    (train_until_midnight, sweep_tomorrow),
]
BOTH_WAYS = PAIRS + [(second, first) for first, second in PAIRS]


@pytest.mark.parametrize(("first", "second"), BOTH_WAYS, ids=lambda step: step.__name__ if callable(step) else None)
def test_two_at_once(place: Place, first: Callable[[Place], None], second: Callable[[Place], None]) -> None:
    together(lambda: first(place), lambda: second(place))
    day = TOMORROW if sweep_tomorrow in {first, second} else TODAY
    catch_up(at=noon(day))
    agree(day)
    assert place.worker.pk in verdicts(day)


def test_two_who_move_the_same_counts_do_not_wait_for_each_other(place: Place) -> None:
    """The second only appends; who comes next settles what it left. Read in between, the counts are right."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    world = place.world
    other = world.worker(world.roles[0], TODAY - timedelta(days=20))
    rebuild(at=AT, by=SYSTEM)
    colleague = replace(place, worker=other)
    crashes: list[BaseException] = []

    def train_colleague() -> None:
        try:
            train_one(colleague)
        except BaseException as crash:  # a thread's crash is the test's
            crashes.append(crash)
        finally:
            connection.close()

    with transaction.atomic():
        train_one(place)
        second = threading.Thread(target=train_colleague)
        second.start()
        second.join(timeout=30)
        assert not second.is_alive(), "the second waits for the first"
    assert not crashes, crashes
    assert Tally.objects.exclude(batch=0).exists()
    agree(TODAY)
    assert sum(site_counts().values()) == 2
    train_two(place)
    assert not Tally.objects.exclude(batch=0).exists()
    agree(TODAY)
