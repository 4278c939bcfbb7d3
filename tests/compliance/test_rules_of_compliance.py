"""Each rule of domain.md §9 by its number, one row per case, with the boundary days on both sides.

The engine decides; the oracle must say the same, so that neither is wrong alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.compliance.worlds import World, noon
from tests.oracle import differences, overall_of
from titan.catalogue.models import Course
from titan.compliance.commands import catch_up, rebuild, refresh, sweep
from titan.compliance.models import ComplianceItem, Severity, WorkerVerdict
from titan.core.actor import system_actor
from titan.core.command import EVERYONE
from titan.personnel.models import Area, Role, Worker

pytestmark = pytest.mark.django_db

SYSTEM = system_actor()
TODAY = date(2026, 11, 24)
PRE, POST = "PRE_MOB", "POST_MOB"
RED, BLUE, GRACE, EXPIRING, GREEN = (
    "NON_COMPLIANT",
    "AWAITING_VERIFICATION",
    "IN_GRACE",
    "EXPIRING",
    "COMPLIANT",
)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ahead(days: int) -> date:
    return TODAY + timedelta(days=days)


@dataclass(frozen=True)
class Seen:
    status: str
    requirement_type: str
    due_on: date | None
    record_id: int | None
    expires_on: date | None
    next_change_on: date | None


def decide(world: World, worker: Worker, course: Course, today: date = TODAY) -> Seen:
    """Rebuild as of `today`, hold it against the oracle, and return the item."""
    rebuild(at=noon(today), by=SYSTEM)
    return stored(worker, course, today)


def stored(worker: Worker, course: Course, today: date = TODAY) -> Seen:
    found = differences(today)
    assert not found, "\n".join(found)
    row = ComplianceItem.objects.get(worker=worker, course=course)
    return Seen(
        Severity(row.severity).name,
        row.requirement_type,
        row.due_on,
        row.record_id,
        row.expires_on,
        row.next_change_on,
    )


def overall(worker: Worker) -> str:
    return Severity(WorkerVerdict.objects.get(worker=worker).severity).name


# ------------------------------------------------------------------------------- §9.1 requirements, §3 areas


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


# ------------------------------------------------------------------------------------------- §9.2 evidence


@dataclass(frozen=True)
class Record:
    completed: date
    expires: date | None
    result: str = "PASSED"
    revoked: bool = False


EVIDENCE: list[tuple[str, list[Record], int | None]] = [
    ("one valid pass", [Record(ago(10), ahead(90))], 0),
    ("valid through its expires_on: today", [Record(ago(10), TODAY)], 0),
    ("not the day after", [Record(ago(10), ago(1))], None),
    ("completed and expiring today", [Record(TODAY, TODAY)], 0),
    ("expires never", [Record(ago(4000), None)], 0),
    ("never outlasts any date", [Record(ago(1), ahead(9000)), Record(ago(4000), None)], 1),
    (
        "the one that lasts longest, not the latest",
        [Record(ago(90), ahead(60)), Record(ago(1), ahead(50))],
        0,
    ),
    ("tie: the latest completed_on", [Record(ago(3), ahead(60)), Record(ago(9), ahead(60))], 0),
    ("tie of two that never expire", [Record(ago(9), None), Record(ago(3), None)], 1),
    ("tie of both: the highest id", [Record(ago(3), ahead(60)), Record(ago(3), ahead(60))], 1),
    ("a failed result proves nothing", [Record(ago(3), None, "FAILED")], None),
    (
        "a failed result after a pass takes nothing away",
        [Record(ago(9), ahead(60)), Record(ago(1), None, "FAILED")],
        0,
    ),
    ("revoked proves nothing", [Record(ago(3), ahead(60), revoked=True)], None),
    ("revoked: the next longest", [Record(ago(3), None, revoked=True), Record(ago(9), ahead(60))], 1),
    ("an early renewal", [Record(ago(300), ahead(65)), Record(TODAY, ahead(365))], 1),
    ("a renewal that lasts less changes nothing", [Record(ago(9), ahead(365)), Record(TODAY, ahead(30))], 0),
    ("none at all", [], None),
]


@pytest.mark.parametrize(("records", "proof"), [row[1:] for row in EVIDENCE], ids=[row[0] for row in EVIDENCE])
def test_9_2_the_record_that_proves(records: list[Record], proof: int | None) -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course)
    worker, neighbour = world.worker(role, ago(500)), world.worker(role, ago(500))
    # Something to leak: the neighbour, another course.
    world.record(neighbour, course, ago(1), None)
    world.record(worker, world.course(), ago(1), None)
    written = []
    for record in records:
        written.append(world.record(worker, course, record.completed, record.expires, record.result))
        if record.revoked:
            world.revoke(written[-1])
    item = decide(world, worker, course)
    expected = written[proof] if proof is not None else None
    assert item.record_id == (expected.pk if expected else None)
    assert item.expires_on == (expected.expires_on if expected else None)
    assert (item.status == RED) is (expected is None)


# --------------------------------------------------------------------------- §9.3 status, §9.5 next change


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


# --------------------------------------------------------------------------------------------- §9.4 overall


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


# ------------------------------------------------------------------------------------------ §9.5 triggers


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


# -------------------------------------------------------------------------- §2 site time, midnight, leap day


@dataclass(frozen=True)
class Moment:
    """A moment (UTC) just before or at midnight on the site, and the site's day then, written out by hand."""

    zone: str
    at: datetime
    day: date


def utc(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


MIDNIGHTS = [
    # Baku, UTC+4 all year.
    Moment("Asia/Baku", utc("2026-11-24 19:59:59"), date(2026, 11, 24)),
    Moment("Asia/Baku", utc("2026-11-24 20:00:00"), date(2026, 11, 25)),
    # St. John's: UTC-3:30, in summer UTC-2:30; summer time ends on 1 November 2026, begins on 8 March 2026.
    Moment("America/St_Johns", utc("2026-11-25 03:29:59"), date(2026, 11, 24)),
    Moment("America/St_Johns", utc("2026-11-25 03:30:00"), date(2026, 11, 25)),
    Moment("America/St_Johns", utc("2026-11-01 02:29:59"), date(2026, 10, 31)),
    Moment("America/St_Johns", utc("2026-11-01 02:30:00"), date(2026, 11, 1)),
    Moment("America/St_Johns", utc("2026-11-02 03:29:59"), date(2026, 11, 1)),
    Moment("America/St_Johns", utc("2026-11-02 03:30:00"), date(2026, 11, 2)),
    Moment("America/St_Johns", utc("2026-03-08 03:29:59"), date(2026, 3, 7)),
    Moment("America/St_Johns", utc("2026-03-09 02:30:00"), date(2026, 3, 9)),
    # Kiritimati, UTC+14: the first to see a day.
    Moment("Pacific/Kiritimati", utc("2026-11-24 09:59:59"), date(2026, 11, 24)),
    Moment("Pacific/Kiritimati", utc("2026-11-24 10:00:00"), date(2026, 11, 25)),
    # Chatham: UTC+12:45, in summer UTC+13:45, which ends on 5 April 2026.
    Moment("Pacific/Chatham", utc("2026-11-24 10:14:59"), date(2026, 11, 24)),
    Moment("Pacific/Chatham", utc("2026-11-24 10:15:00"), date(2026, 11, 25)),
    Moment("Pacific/Chatham", utc("2026-04-05 11:14:59"), date(2026, 4, 5)),
    Moment("Pacific/Chatham", utc("2026-04-05 11:15:00"), date(2026, 4, 6)),
    # Berlin: the day of the change has 23 hours in March, 25 in October.
    Moment("Europe/Berlin", utc("2026-03-28 22:59:59"), date(2026, 3, 28)),
    Moment("Europe/Berlin", utc("2026-03-28 23:00:00"), date(2026, 3, 29)),
    Moment("Europe/Berlin", utc("2026-03-29 21:59:59"), date(2026, 3, 29)),
    Moment("Europe/Berlin", utc("2026-03-29 22:00:00"), date(2026, 3, 30)),
    Moment("Europe/Berlin", utc("2026-10-25 22:59:59"), date(2026, 10, 25)),
    Moment("Europe/Berlin", utc("2026-10-25 23:00:00"), date(2026, 10, 26)),
    # Istanbul, UTC+3 all year since 2016; a leap day begins and ends.
    Moment("Europe/Istanbul", utc("2028-02-28 20:59:59"), date(2028, 2, 28)),
    Moment("Europe/Istanbul", utc("2028-02-28 21:00:00"), date(2028, 2, 29)),
    Moment("Europe/Istanbul", utc("2028-02-29 21:00:00"), date(2028, 3, 1)),
]


@pytest.mark.parametrize("moment", MIDNIGHTS, ids=lambda moment: f"{moment.zone}-{moment.at:%Y%m%dT%H%M%S}")
def test_2_today_is_the_sites_day(moment: Moment) -> None:
    """Two records decide it: one valid through the site's day, one through the day before."""
    world = World(timezone=moment.zone)
    through, gone, role = world.course(), world.course(), world.role()
    grace, late = world.course(), world.course()
    world.require(role, through)
    world.require(role, gone)
    world.require(role, grace, 10)
    world.require(role, late, 9)
    yesterday = moment.day - timedelta(days=1)
    worker = world.worker(role, moment.day - timedelta(days=10))
    world.record(worker, through, moment.day - timedelta(days=90), moment.day)
    world.record(worker, gone, moment.day - timedelta(days=90), yesterday)
    expected = [(through, EXPIRING), (gone, RED), (grace, GRACE), (late, RED)]
    rebuild(at=moment.at, by=SYSTEM)
    for course, status in expected:
        assert stored(worker, course, moment.day).status == status
    # And by the sweep, from the day before.
    rebuild(at=datetime.combine(yesterday, time(12), ZoneInfo(moment.zone)), by=SYSTEM)
    assert stored(worker, gone, yesterday).status == EXPIRING
    catch_up(at=moment.at)
    for course, status in expected:
        assert stored(worker, course, moment.day).status == status


def test_2_a_server_elsewhere_says_the_same() -> None:
    """The same moment, told in another zone, is the same day on the site."""
    world = World(timezone="Pacific/Kiritimati")
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, ago(9))
    world.record(worker, course, ago(9), TODAY)
    for zone in ("UTC", "America/St_Johns", "Asia/Baku"):
        rebuild(at=utc("2026-11-24 09:59:00").astimezone(ZoneInfo(zone)), by=SYSTEM)
        assert stored(worker, course).status == EXPIRING
        rebuild(at=utc("2026-11-24 10:00:00").astimezone(ZoneInfo(zone)), by=SYSTEM)
        assert stored(worker, course, ahead(1)).status == RED


LEAP = [
    ("through the leap day", date(2028, 2, 29), 0, date(2028, 2, 29), EXPIRING),
    ("gone after the leap day", date(2028, 2, 29), 0, date(2028, 3, 1), RED),
    ("no leap day: gone on 1 March", date(2027, 2, 28), 0, date(2027, 3, 1), RED),
    ("the leap day is a day left", date(2028, 3, 1), 1, date(2028, 2, 28), GREEN),
    ("and then the warning", date(2028, 3, 1), 1, date(2028, 2, 29), EXPIRING),
    ("30 days before 30 March is the leap day", date(2028, 3, 30), 30, date(2028, 2, 29), EXPIRING),
    ("31 days is not", date(2028, 3, 30), 30, date(2028, 2, 28), GREEN),
]


@pytest.mark.parametrize(
    ("expires", "warning", "day", "status"), [row[1:] for row in LEAP], ids=[row[0] for row in LEAP]
)
def test_9_3_29_february(expires: date, warning: int, day: date, status: str) -> None:
    world = World(warning_days=warning)
    course, role = world.course(), world.role()
    world.require(role, course)
    worker = world.worker(role, date(2020, 1, 1))
    world.record(worker, course, date(2024, 2, 29), expires)
    assert decide(world, worker, course, day).status == status
    rebuild(at=noon(date(2026, 1, 1)), by=SYSTEM)
    sweep(at=noon(day), by=SYSTEM)
    assert stored(worker, course, day).status == status


def test_9_1_grace_over_a_leap_day() -> None:
    world = World()
    course, role = world.course(), world.role()
    world.require(role, course, 30)
    worker = world.worker(role, date(2028, 1, 30))
    item = decide(world, worker, course, date(2028, 2, 29))
    assert (item.due_on, item.status) == (date(2028, 2, 29), GRACE)
    assert decide(world, worker, course, date(2028, 3, 1)).status == RED
