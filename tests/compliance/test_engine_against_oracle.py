"""The engine is right when it agrees with the oracle, on random sites, whatever happened (domain.md §9)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.compliance import counting
from tests.compliance.invariant import COUNTS, TABLES, rows_written, verdict_equals_rebuild
from tests.compliance.worlds import (
    DAYS,
    Change,
    SiteSpec,
    Workers,
    World,
    build,
    changes,
    noon,
    sites,
    thrown_away,
)
from tests.oracle import differences, verdicts
from titan.compliance.commands import catch_up, rebuild, refresh, sweep
from titan.compliance.models import ComplianceItem, Counted, SweptDay, Tally, WorkerVerdict
from titan.core.actor import system_actor
from titan.core.command import EVERYONE, command, say, touch

pytestmark = pytest.mark.django_db

SYSTEM = system_actor()
QUICK = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
LONG = settings(QUICK, max_examples=600)
NEAR = sites(reach=8)


def agree(today: date) -> None:
    found = differences(today) + counting.drift()
    assert not found, "\n".join(found)


def rebuild_on(day: date) -> None:
    rebuild(at=noon(day), by=SYSTEM)


def sweep_on(day: date) -> None:
    sweep(at=noon(day), by=SYSTEM)


def do_all(world: World, happened: list[Change], day: date) -> tuple[Workers, set[int] | None]:
    """Do what `happened` and return what one command doing all of it would touch."""
    workers: Workers = set()
    courses: set[int] | None = set()
    for change in happened:
        who, what = world.apply(change, day)
        workers = EVERYONE if EVERYONE in (who, workers) else {*workers, *who}
        courses = None if what is None or courses is None else courses | what
    return workers, courses


# ----------------------------------------------------------------------------------------- the properties


def check_rebuild(spec: SiteSpec, offsets: list[int]) -> None:
    """A rebuild on any day, in any order of days, is what the oracle says for that day."""
    with thrown_away():
        build(spec)
        for offset in offsets:
            day = spec.day + timedelta(days=offset)
            rebuild_on(day)
            agree(day)


def check_second_rebuild(spec: SiteSpec) -> None:
    """Rebuilding or sweeping what is right already writes no row."""
    with thrown_away():
        build(spec)
        rebuild_on(spec.day)
        with rows_written(*TABLES, *COUNTS) as written:
            rebuild_on(spec.day)
            sweep_on(spec.day)
            catch_up(at=noon(spec.day))
            refresh(EVERYONE, None, today=spec.day)
        assert written.rows == 0
        agree(spec.day)


def check_refresh(spec: SiteSpec, batches: list[list[Change]]) -> None:
    """After any changes, a refresh of the touched alone makes everything right."""
    with thrown_away():
        world = build(spec)
        rebuild_on(spec.day)
        for happened in batches:
            workers, courses = do_all(world, happened, spec.day)
            refresh(workers, courses, today=spec.day)
            agree(spec.day)


def check_sweep(spec: SiteSpec, steps: list[int]) -> None:
    """A sweep after any number of nights is a rebuild; a second one on the same day writes nothing."""
    with thrown_away():
        build(spec)
        day = spec.day
        rebuild_on(day)
        for step in steps:
            day += timedelta(days=step)
            sweep_on(day)
            agree(day)
            with rows_written(*TABLES, *COUNTS) as written:
                sweep_on(day)
                rebuild_on(day)
            assert written.rows == 0


def check_life(spec: SiteSpec, nights: list[tuple[int, list[Change], bool]]) -> None:
    """Days pass, things happen, nights are missed: the first look of a day shows the truth.

    Each step: so many days later, changes are made; either before anyone looked that day, or after.
    """
    with thrown_away():
        world = build(spec)
        day = spec.day
        rebuild_on(day)
        for step, happened, looked_first in nights:
            day += timedelta(days=step)
            if looked_first:
                catch_up(at=noon(day))
                agree(day)
            workers, courses = do_all(world, happened, day)
            refresh(workers, courses, today=day)
            catch_up(at=noon(day))
            agree(day)


def check_clock(spec: SiteSpec, moves: list[tuple[int, list[Change], bool]]) -> None:
    """The clock goes back and forward, and commands run in between; at its furthest day all is right again.

    Two servers whose clocks differ by seconds do this around every midnight.
    """
    with thrown_away():
        world = build(spec)
        furthest = spec.day
        rebuild_on(furthest)
        for offset, happened, looked_first in moves:
            day = spec.day + timedelta(days=offset)
            furthest = max(furthest, day)
            if looked_first:
                catch_up(at=noon(day))
            workers, courses = do_all(world, happened, day)
            refresh(workers, courses, today=day)
            catch_up(at=noon(furthest))
            agree(furthest)


STEPS = st.lists(st.integers(1, 3) | st.integers(1, 90), min_size=1, max_size=6)
NIGHTS = st.lists(st.tuples(st.integers(0, 6), changes(3), st.booleans()), min_size=2, max_size=4)
MOVES = st.lists(st.tuples(st.integers(-6, 8), changes(4), st.booleans()), min_size=2, max_size=5)


@QUICK
@given(sites(), st.lists(st.integers(-60, 60), min_size=1, max_size=3))
def test_a_rebuild_is_what_the_oracle_says(spec: SiteSpec, offsets: list[int]) -> None:
    check_rebuild(spec, offsets)


@QUICK
@given(sites())
def test_a_second_rebuild_writes_nothing(spec: SiteSpec) -> None:
    check_second_rebuild(spec)


@QUICK
@given(sites(), st.lists(changes(), min_size=1, max_size=3))
def test_a_refresh_of_what_was_touched_makes_everything_right(spec: SiteSpec, batches: list[list[Change]]) -> None:
    check_refresh(spec, batches)


@QUICK
@given(sites(), STEPS)
def test_a_sweep_after_any_nights_is_a_rebuild(spec: SiteSpec, steps: list[int]) -> None:
    check_sweep(spec, steps)


@settings(QUICK, max_examples=20)
@given(NEAR)
def test_sweeping_day_by_day_is_right_on_each_day(spec: SiteSpec) -> None:
    check_sweep(spec, [1] * 11)


@QUICK
@given(NEAR, NIGHTS)
def test_changes_and_missed_nights_together(spec: SiteSpec, nights: list[tuple[int, list[Change], bool]]) -> None:
    check_life(spec, nights)


@QUICK
@given(NEAR, MOVES)
def test_a_clock_that_goes_back_and_forward(spec: SiteSpec, moves: list[tuple[int, list[Change], bool]]) -> None:
    check_clock(spec, moves)


@pytest.mark.long
@LONG
@given(sites(), st.lists(st.integers(-60, 60), min_size=1, max_size=3), st.lists(changes(), max_size=3), STEPS)
def test_long_rebuild_refresh_and_sweep(
    spec: SiteSpec, offsets: list[int], batches: list[list[Change]], steps: list[int]
) -> None:
    check_rebuild(spec, offsets)
    check_second_rebuild(spec)
    check_refresh(spec, batches)
    check_sweep(spec, steps)


@pytest.mark.long
@LONG
@given(NEAR, NIGHTS, MOVES)
def test_long_changes_nights_and_clock(
    spec: SiteSpec, nights: list[tuple[int, list[Change], bool]], moves: list[tuple[int, list[Change], bool]]
) -> None:
    check_life(spec, nights)
    check_clock(spec, moves)


# ------------------------------------------------------------------------------------ particular promises


def busy_site(workers: int) -> tuple[World, date]:
    """A site on which each of `workers` has three items, of three statuses."""
    day = DAYS[4]
    world = World()
    proved, late, grace = world.add_courses(3)
    role, area = world.role(), world.area()
    inner = world.area(area)
    world.require(role, proved)
    world.require(area, late)
    world.require(area, grace, 30)
    for _ in range(workers):
        worker = world.worker(role, day, [(inner, day)])
        world.record(worker, proved, day, day + timedelta(days=300))
    return world, day


def test_a_refresh_costs_the_same_statements_for_1_20_and_200_workers() -> None:
    costs = []
    for number in (1, 20, 200):
        with thrown_away():
            world, day = busy_site(number)
            ids = {worker.pk for worker in world.workers}
            one_course = {world.courses[0].pk}
            with CaptureQueriesContext(connection) as first:
                refresh(ids, None, today=day)
            with CaptureQueriesContext(connection) as nothing:
                refresh(ids, None, today=day)
            world.revoke(*(record for worker in world.workers for record in worker.records.all()))
            with CaptureQueriesContext(connection) as course:
                refresh(ids, one_course, today=day)
            agree(day)
            costs.append((len(first), len(nothing), len(course)))
    assert costs[0] == costs[1] == costs[2], costs
    assert max(costs[0]) <= 15, costs


def test_a_sweep_costs_the_same_statements_for_1_and_200_workers() -> None:
    costs = []
    for number in (1, 200):
        with thrown_away():
            _, day = busy_site(number)
            rebuild_on(day)
            with CaptureQueriesContext(connection) as swept:
                sweep_on(day + timedelta(days=31))
            agree(day + timedelta(days=31))
            costs.append(len(swept))
    assert costs[0] == costs[1], costs


def test_a_sweep_touches_only_what_is_due() -> None:
    """A sweep is no rebuild: of 20 workers one changes that night, so two rows are written."""
    world, day = busy_site(20)
    worker = world.workers[7]
    course = world.course()
    world.require(world.roles[0], course)
    for other in world.workers:
        if other.pk != worker.pk:
            world.record(other, course, day, None)
    world.record(worker, course, day, day + timedelta(days=3))
    for record in worker.records.exclude(course=course):
        world.revoke(record)
        world.record(worker, record.course, day, None)
    late, grace = world.courses[1], world.courses[2]
    world.record(worker, late, day, None)
    world.record(worker, grace, day, None)
    rebuild_on(day)
    with rows_written() as quiet:
        sweep_on(day + timedelta(days=3))
    assert quiet.rows == 0
    with rows_written() as written:
        sweep_on(day + timedelta(days=4))
    assert written.rows == 2
    agree(day + timedelta(days=4))


@pytest.mark.parametrize("asked_anew", [0, 1, 2])
def test_a_rebuild_takes_away_what_nobody_asks_for_any_more(asked_anew: int) -> None:
    """As many stored as asked, fewer, or more: what is gone is found by what it is, not by how many there are."""
    world, day = busy_site(4)
    rebuild_on(day)
    world.forgo(world.areas[0], world.courses[1])
    for course in world.add_courses(asked_anew):
        world.require(world.areas[0], course)
    rebuild_on(day)
    agree(day)
    assert not ComplianceItem.objects.filter(course=world.courses[1]).exists()


def test_the_first_look_ever_makes_everything() -> None:
    _, day = busy_site(3)
    catch_up(at=noon(day))
    agree(day)
    assert SweptDay.objects.get().day == day


def test_nothing_at_all_is_no_error() -> None:
    day = DAYS[0]
    catch_up(at=noon(day))
    rebuild_on(day)
    sweep_on(day)
    refresh(set(), None, today=day)
    refresh(EVERYONE, set(), today=day)
    agree(day)


def test_a_sweep_repairs_the_day_after_a_rebuild_in_the_past() -> None:
    _, day = busy_site(2)
    later = day + timedelta(days=31)
    rebuild_on(later)
    rebuild_on(day)
    agree(day)
    catch_up(at=noon(later))
    agree(later)


def test_a_command_with_a_clock_seconds_behind_leaves_nothing_stale() -> None:
    """One server has swept the new day; another, still before midnight, runs a command (§9.5)."""
    world, day = busy_site(2)
    tomorrow = day + timedelta(days=1)
    worker, course = world.workers[0], world.courses[0]
    rebuild_on(day)
    catch_up(at=noon(tomorrow))
    world.revoke(*worker.records.all())
    world.record(worker, course, day - timedelta(days=365), day)
    refresh({worker.pk}, {course.pk}, today=day)
    catch_up(at=noon(tomorrow))
    agree(tomorrow)


def test_a_rebuild_mends_whatever_was_spoiled() -> None:
    """The verdict is a projection: it can be deleted, or wrong in any column, and be rebuilt."""
    world, day = busy_site(4)
    idle = world.worker(status="INACTIVE")
    rebuild_on(day)
    first, second, third = ComplianceItem.objects.order_by("pk")[:3]
    first.delete()
    ComplianceItem.objects.filter(pk=second.pk).update(due_on=day, requirement_type="POST_MOB", record_id=7)
    ComplianceItem.objects.filter(pk=third.pk).update(next_change_on=day, expires_on=day)
    WorkerVerdict.objects.filter(worker=world.workers[1]).update(severity=4, name_key="")
    WorkerVerdict.objects.filter(worker=world.workers[2]).delete()
    WorkerVerdict.objects.create(worker=idle, severity=0)
    ComplianceItem.objects.create(
        worker=idle, course=world.courses[0], requirement_type="PRE_MOB", severity=0, due_on=None
    )
    Tally.objects.filter(counted=Counted.COURSE).update(n=F("n") + 1)
    Tally.objects.filter(counted=Counted.LAST_DAY).delete()
    Tally.objects.create(counted=Counted.COMPANY, of_id=world.company.pk, severity=4, batch=5, n=3)
    assert len(differences(day)) >= 7
    assert len(counting.drift()) >= 4
    rebuild_on(day)
    agree(day)


def test_a_command_brings_the_verdict_along() -> None:
    """§9.5: at once, in the same transaction; and all or nothing."""
    world, day = busy_site(2)
    worker, course = world.workers[0], world.courses[1]
    rebuild_on(day)

    @command
    def train(*, by: object, at: datetime, stumble: bool) -> None:
        world.record(worker, course, day, None)
        touch({worker.pk}, {course.pk})
        say("training_record.created", "training_record", 1)
        if stumble:
            raise RuntimeError

    before = verdicts(day)
    with pytest.raises(RuntimeError):
        train(by=SYSTEM, at=noon(day), stumble=True)
    assert verdicts(day) == before
    agree(day)
    train(by=SYSTEM, at=noon(day), stumble=False)
    assert verdicts(day)[worker.pk].items[course.pk].status == "COMPLIANT"
    verdict_equals_rebuild(noon(day))


def test_the_invariant_has_teeth() -> None:
    """What other tests rely on fails when a verdict is wrong, and changes nothing."""
    world, day = busy_site(1)
    rebuild_on(day)
    verdict_equals_rebuild(noon(day))
    ComplianceItem.objects.filter(course=world.courses[1]).update(severity=4)
    with pytest.raises(AssertionError, match="status is COMPLIANT, should be NON_COMPLIANT"):
        verdict_equals_rebuild(noon(day))
    assert ComplianceItem.objects.get(course=world.courses[1]).severity == 4
