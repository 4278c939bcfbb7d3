"""Small sites for the compliance tests, written with plain ORM so that any state can be made.

`World` builds by hand, one thing at a time. `sites()` draws a random `SiteSpec` of plain values and
`build` writes it in few statements. `changes()` draws what may happen afterwards; `World.apply` does it
and says whose verdicts it touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import Literal

from django.db import transaction
from hypothesis import strategies as st

from titan.catalogue.models import Course, CourseVersion
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.command import EVERYONE
from titan.core.models import SiteSettings
from titan.evidence.models import EvidenceFile
from titan.personnel.models import Area, AreaAssignment, Company, Role, Worker
from titan.records.models import (
    FOREVER,
    AssessmentMethod,
    CompetencyRecord,
    ExtendedRecord,
    TrainingRecord,
    ValidityExtension,
)

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SHA = "ab" * 32
DAYS = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2025, 3, 1),
    date(2025, 12, 31),
    date(2026, 11, 24),
    date(2028, 2, 29),
)

Outcome = Literal["PENDING", "WITHDRAWN", "COMPETENT", "NOT_COMPETENT"]
Workers = set[int] | Literal["everyone"]


def noon(day: date) -> datetime:
    """Return the middle of `day` in UTC, the zone of a world unless it is given another."""
    return datetime.combine(day, time(12), UTC)


@contextmanager
def thrown_away() -> Iterator[None]:
    """Undo whatever the block writes: one example of a property does not see the others."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


# ------------------------------------------------------------------------------------------ what is drawn


@dataclass(frozen=True)
class Asked:
    """A requirement: of role or area number `holder`, pre-mob when `grace` is None."""

    of: Literal["role", "area"]
    holder: int
    course: int
    grace: int | None
    ended: bool = False


@dataclass(frozen=True)
class Person:
    """`role` and `areas` by number, each with days from the site's day to the assignment."""

    status: str
    role: tuple[int, int] | None
    areas: tuple[tuple[int, int], ...]
    former_areas: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Passed:
    """A record; `completed` and `expires` in days from the site's day (`expires` None: never)."""

    worker: int
    course: int
    completed: int
    expires: int | None
    result: str = "PASSED"
    revoked: bool = False


@dataclass(frozen=True)
class Waits:
    worker: int
    course: int
    completed: int
    outcome: Outcome


@dataclass(frozen=True)
class Longer:
    """An extension of a course's records that run out between two days, until a third; in days from the site's day."""

    course: int
    first: int
    last: int
    until: int
    revoked: bool = False


@dataclass(frozen=True)
class SiteSpec:
    """A whole site around `day`, by numbers."""

    day: date
    warning_days: int
    courses: int
    roles: int
    parents: tuple[int | None, ...]
    asked: tuple[Asked, ...]
    people: tuple[Person, ...]
    records: tuple[Passed, ...]
    competencies: tuple[Waits, ...]
    extensions: tuple[Longer, ...] = ()


@dataclass(frozen=True)
class Change:
    """Something that happens: `kind` decides what the numbers mean (each is taken modulo what there is)."""

    kind: str
    a: int
    b: int
    c: int
    d: int


KINDS = (
    "record",
    "revoke",
    "extend",
    "extend",
    "unextend",
    "competency",
    "decide",
    "role",
    "area_on",
    "area_off",
    "status",
    "role_requirement",
    "area_requirement",
    "move_area",
    "warning_days",
    "new_worker",
    "company",
    "name",
)


def sites(*, reach: int = 60) -> st.SearchStrategy[SiteSpec]:
    """Draw a site; expiries and due days lie mostly within `reach` days of its day.

    Hypothesis draws the sizes, and shrinks them; what fills them comes from a seed. Left to itself it draws
    sites on which nothing is asked of anybody, and there every engine is right.
    """
    return st.builds(
        random_site,
        seed=st.integers(0, 2**32),
        reach=st.just(reach),
        people=st.integers(2, 5),
        courses=st.integers(1, 4),
        roles=st.integers(1, 3),
        areas=st.integers(1, 5),
        asked=st.integers(3, 10),
        records=st.integers(4, 16),
        competencies=st.integers(0, 4),
        extensions=st.integers(0, 4),
    )


def random_site(
    *,
    seed: int,
    reach: int,
    people: int,
    courses: int,
    roles: int,
    areas: int,
    asked: int,
    records: int,
    competencies: int,
    extensions: int,
) -> SiteSpec:
    """Make up a site of this size; a smaller one of the same seed is the beginning of it."""

    def dice(part: str) -> Random:
        return Random(f"{seed} {part}")

    basics = dice("basics")
    day = basics.choice(DAYS)
    warning = basics.choice((0, 1, 7, 30, 365, basics.randint(0, reach)))
    parts = ("tree", "wishes", "lives", "proofs", "waits", "longer")
    tree, wishes, lives, proofs, waits, longer = map(dice, parts)
    parents = tuple(tree.choice((None, *range(number), *range(number))) for number in range(areas))
    holders = [("role", number) for number in range(roles)] + [("area", number) for number in range(areas)]
    wanted: dict[tuple[object, ...], Asked] = {}
    for number in range(asked if holders else 0):
        one = _asked(wishes, holders, courses, reach)
        key = (number,) if one.ended else (one.of, one.holder, one.course)
        wanted.setdefault(key, one)
    return SiteSpec(
        day,
        warning,
        courses,
        roles,
        parents,
        tuple(wanted.values()),
        tuple(_person(lives, roles, areas, reach) for _ in range(people)),
        tuple(_proof(proofs, people, courses, warning, reach) for _ in range(records)),
        tuple(_waits(waits, people, courses) for _ in range(competencies)),
        tuple(_longer(longer, courses, warning, reach) for _ in range(extensions)),
    )


def _asked(dice: Random, holders: list[tuple[str, int]], courses: int, reach: int) -> Asked:
    of, holder = dice.choice(holders)
    grace = dice.choice((None, dice.randint(1, reach), dice.randint(1, reach)))
    course = dice.randrange(courses)
    return Asked("role" if of == "role" else "area", holder, course, grace, ended=dice.random() < 0.15)


def _person(dice: Random, roles: int, areas: int, reach: int) -> Person:
    status = dice.choice(("ACTIVE",) * 6 + ("INACTIVE", "BLACKLISTED"))
    role = (dice.randrange(roles), dice.randint(-reach, 5)) if roles and dice.random() < 0.8 else None
    held = dice.sample(range(areas), min(areas, dice.choice((0, 1, 1, 2, 3))))
    former = dice.sample(range(areas), min(areas, dice.randint(0, 1)))
    return Person(
        status,
        role,
        tuple((area, dice.randint(-reach, 5)) for area in held),
        tuple((area, dice.randint(-reach, 5)) for area in former),
    )


def _proof(dice: Random, people: int, courses: int, warning: int, reach: int) -> Passed:
    edges = (-1, 0, 1, warning - 1, warning, warning + 1)
    expires = dice.choice((None, dice.choice(edges), dice.randint(-reach, reach), dice.randint(0, reach + warning)))
    return Passed(
        worker=dice.randrange(people),
        course=dice.randrange(courses),
        completed=dice.choice((-1, 0, dice.randint(-400, 0))),
        expires=expires,
        result="FAILED" if dice.random() < 0.15 else "PASSED",
        revoked=dice.random() < 0.15,
    )


def _waits(dice: Random, people: int, courses: int) -> Waits:
    outcomes: tuple[Outcome, ...] = ("PENDING", "PENDING", "WITHDRAWN", "COMPETENT", "NOT_COMPETENT")
    return Waits(dice.randrange(people), dice.randrange(courses), dice.randint(-10, 0), dice.choice(outcomes))


def _longer(dice: Random, courses: int, warning: int, reach: int) -> Longer:
    first = dice.randint(-reach, reach)
    edges = (-1, 0, 1, warning, warning + 1)
    until = dice.choice((dice.choice(edges), dice.randint(-reach, 2 * reach), dice.randint(0, reach + warning)))
    return Longer(dice.randrange(courses), first, first + dice.randint(0, reach), until, dice.random() < 0.25)


def changes(most: int = 6) -> st.SearchStrategy[list[Change]]:
    """Draw one or more things that happen."""
    return st.builds(random_changes, seed=st.integers(0, 2**32), number=st.integers(1, most))


def random_changes(*, seed: int, number: int) -> list[Change]:
    dice = Random(seed)

    def pick() -> int:
        return dice.choice((dice.randint(20, 45), dice.randint(0, 400)))

    return [Change(dice.choice(KINDS), pick(), pick(), pick(), pick()) for _ in range(number)]


# --------------------------------------------------------------------------------------- what is written


@dataclass
class World:
    """One site in the database. Methods write at once and return the row."""

    timezone: str = "UTC"
    warning_days: int = 30
    courses: list[Course] = field(default_factory=list)
    versions: dict[int, CourseVersion] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        SiteSettings.objects.filter(until=None).update(until=EPOCH)
        self._settings()
        self.companies = [
            Company.objects.create(code=f"W-CO{number}", name="Company", search_key="company") for number in range(3)
        ]
        self.company = self.companies[0]
        self.method = AssessmentMethod.objects.create(code="W-METHOD", name="Demonstration")
        self.evidence = EvidenceFile.objects.create(
            key=f"sha256/{SHA}",
            sha256=SHA,
            size=1,
            media_type="application/pdf",
            original_name="sheet.pdf",
            uploaded_at=EPOCH,
        )

    def _settings(self) -> None:
        SiteSettings.objects.create(name="Site", timezone=self.timezone, warning_days=self.warning_days, since=EPOCH)

    def set_warning_days(self, days: int) -> None:
        self.warning_days = days
        SiteSettings.objects.filter(until=None).update(until=EPOCH)
        self._settings()

    def course(self) -> Course:
        return self.add_courses(1)[0]

    def add_courses(self, number: int) -> list[Course]:
        new = Course.objects.bulk_create(
            [Course(code=f"W-C{next(self._numbers)}", created_at=EPOCH) for _ in range(number)]
        )
        versions = CourseVersion.objects.bulk_create([_version(course) for course in new])
        self.versions |= {version.course_id: version for version in versions}
        self.courses += new
        return new

    def role(self) -> Role:
        return self.add_roles(1)[0]

    def add_roles(self, number: int) -> list[Role]:
        new = Role.objects.bulk_create(
            [Role(code=f"W-R{next(self._numbers)}", title={"en": "Role"}) for _ in range(number)]
        )
        self.roles += new
        return new

    def area(self, parent: Area | None = None) -> Area:
        new = Area.objects.create(code=f"W-A{next(self._numbers)}", name="Area", parent=parent)
        self.areas.append(new)
        return new

    def require(self, holder: Role | Area, course: Course, grace: int | None = None) -> None:
        """Ask for `course`: pre-mob, or post-mob with `grace` days."""
        self.forgo(holder, course)
        _requirement(holder, course, grace).save()

    def forgo(self, holder: Role | Area, course: Course) -> None:
        """Ask no longer."""
        if isinstance(holder, Role):
            RoleRequirement.objects.filter(role=holder, course=course, until=None).update(until=EPOCH)
        else:
            AreaRequirement.objects.filter(area=holder, course=course, until=None).update(until=EPOCH)

    def worker(
        self,
        role: Role | None = None,
        since: date | None = None,
        areas: Sequence[tuple[Area, date]] = (),
        status: str = "ACTIVE",
    ) -> Worker:
        """Add a worker with `role` since a day and `areas`, each with its day."""
        new = self.new_worker(role, since, status)
        new.save()
        self.workers.append(new)
        for area, assigned_on in areas:
            self.place(new, area, assigned_on)
        return new

    def new_worker(self, role: Role | None, since: date | None, status: str = "ACTIVE") -> Worker:
        worker = Worker(
            employee_id=f"W-{next(self._numbers)}",
            first_name="Given",
            last_name="Family",
            company=self.company,
            role=role,
            role_assigned_on=since,
            status=status,
            created_at=EPOCH,
        )
        worker.set_keys()
        return worker

    def place(self, worker: Worker, area: Area, assigned_on: date) -> None:
        AreaAssignment.objects.create(worker=worker, area=area, assigned_on=assigned_on, since=EPOCH)

    def unplace(self, worker: Worker, area: Area) -> None:
        AreaAssignment.objects.filter(worker=worker, area=area, until=None).update(until=EPOCH)

    def new_record(
        self, worker: Worker, course: Course, completed: date, expires: date | None, result: str = "PASSED"
    ) -> TrainingRecord:
        kept = expires if result == "PASSED" else None
        return TrainingRecord(
            worker=worker,
            course=course,
            course_version=self.versions[course.pk],
            result=result,
            completed_on=min(completed, kept) if kept else completed,
            expires_on=kept,
            valid_until=kept or FOREVER,
            evidence=self.evidence,
            evidence_key=self.evidence.key,
            evidence_sha256=SHA,
            source="MIGRATED",
            created_at=EPOCH,
        )

    def record(
        self, worker: Worker, course: Course, completed: date, expires: date | None, result: str = "PASSED"
    ) -> TrainingRecord:
        new = self.new_record(worker, course, completed, expires, result)
        new.save()
        return new

    def revoke(self, *records: TrainingRecord) -> None:
        TrainingRecord.objects.filter(pk__in=[record.pk for record in records]).update(
            revoked_at=EPOCH, revoke_reason="Wrong person on the sheet"
        )

    def extend(self, course: Course, first: date, last: date, until: date) -> ValidityExtension | None:
        """Let the course's passes that stand and run out between two days be valid until a third; None: there are none.

        Each says so in its own row too, as the commands would have it, worked out here anew.
        """
        rows = TrainingRecord.objects.filter(course=course, result="PASSED", revoked_at=None)
        chosen = [one for one in rows.order_by("pk") if one.expires_on and first <= one.expires_on <= last]
        chosen = [one for one in chosen if one.expires_on and one.expires_on < until]
        if not chosen:
            return None
        new = ValidityExtension.objects.create(
            course=course,
            days_of="EXPIRES_ON",
            first_day=first,
            last_day=last,
            until=until,
            reference="Order 1",
            decided_on=first,
            reason="Nobody could be trained",
            records=len(chosen),
            made_at=EPOCH,
        )
        ExtendedRecord.objects.bulk_create(
            ExtendedRecord(extension=new, record=one, position=place) for place, one in enumerate(chosen, start=1)
        )
        self._follow(new)
        return new

    def unextend(self, extension: ValidityExtension) -> None:
        rows = ValidityExtension.objects.filter(pk=extension.pk)
        rows.update(revoked_at=EPOCH, revoke_reason="It is not for us")
        self._follow(extension)

    def _follow(self, extension: ValidityExtension) -> None:
        """Write into each record of an extension until when it is valid."""
        for one in TrainingRecord.objects.filter(extended__extension=extension):
            others = ValidityExtension.objects.filter(extended__record=one, revoked_at=None)
            until = max([one.expires_on, *(other.until for other in others)])
            if until != one.valid_until:
                TrainingRecord.objects.filter(pk=one.pk).update(valid_until=until)

    def new_competency(self, worker: Worker, course: Course, completed: date) -> CompetencyRecord:
        return CompetencyRecord(
            worker=worker,
            course=course,
            course_version=self.versions[course.pk],
            completed_on=completed,
            evidence=self.evidence,
            evidence_key=self.evidence.key,
            evidence_sha256=SHA,
            created_at=EPOCH,
        )

    def competency(
        self, worker: Worker, course: Course, completed: date, outcome: Outcome = "PENDING"
    ) -> CompetencyRecord:
        new = self.new_competency(worker, course, completed)
        new.save()
        self.settle(new, outcome, completed)
        return new

    def settle(self, competency: CompetencyRecord, outcome: Outcome, on: date) -> None:
        """Decide or withdraw a pending competency; a competent one gets a record valid for a year."""
        row = CompetencyRecord.objects.filter(pk=competency.pk)
        if outcome == "WITHDRAWN":
            row.update(revoked_at=EPOCH, revoke_reason="Entered twice")
        elif outcome == "NOT_COMPETENT":
            row.update(status=outcome, method=self.method, assessed_on=on, remarks="Again, please")
        elif outcome == "COMPETENT":
            proof = self.record(competency.worker, competency.course, on, on + timedelta(days=365))
            row.update(status=outcome, method=self.method, assessed_on=on, record=proof)

    # ------------------------------------------------------------------------------- what may happen

    def apply(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        """Do `change` on `day`; return the workers and courses (None: all) that it touches, by id."""
        touched: tuple[Workers, set[int] | None] = getattr(self, f"_{change.kind}")(change, day)
        return touched

    def _pick(self, change: Change) -> tuple[Worker, Course]:
        return self.workers[change.a % len(self.workers)], self.courses[change.b % len(self.courses)]

    def _record(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, course = self._pick(change)
        expires = None if change.c % 10 == 0 else day + timedelta(days=change.c - 30)
        result = "FAILED" if change.d % 5 == 0 else "PASSED"
        self.record(worker, course, day - timedelta(days=change.d % 50), expires, result)
        return {worker.pk}, {course.pk}

    def _revoke(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        standing = list(TrainingRecord.objects.filter(revoked_at=None).order_by("pk"))
        if not standing:
            return set(), set()
        record = standing[change.a % len(standing)]
        self.revoke(record)
        return {record.worker_id}, {record.course_id}

    def _extend(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        course = self.courses[change.b % len(self.courses)]
        first = day + timedelta(days=change.a % 90 - 60)
        made = self.extend(course, first, first + timedelta(days=change.d % 90), day + timedelta(days=change.c - 30))
        return self._extended(made)

    def _unextend(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        standing = list(ValidityExtension.objects.filter(revoked_at=None).order_by("pk"))
        if not standing:
            return set(), set()
        chosen = standing[change.a % len(standing)]
        self.unextend(chosen)
        return self._extended(chosen)

    def _extended(self, extension: ValidityExtension | None) -> tuple[Workers, set[int] | None]:
        if extension is None:
            return set(), set()
        workers = TrainingRecord.objects.filter(extended__extension=extension).values_list("worker_id", flat=True)
        return set(workers), {extension.course_id}

    def _competency(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, course = self._pick(change)
        self.competency(worker, course, day)
        return {worker.pk}, {course.pk}

    def _decide(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        waiting = list(CompetencyRecord.objects.filter(status="PENDING", revoked_at=None).order_by("pk"))
        if not waiting:
            return set(), set()
        competency = waiting[change.a % len(waiting)]
        outcomes: tuple[Outcome, ...] = ("WITHDRAWN", "COMPETENT", "NOT_COMPETENT")
        self.settle(competency, outcomes[change.b % 3], max(day, competency.completed_on))
        return {competency.worker_id}, {competency.course_id}

    def _role(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        picked = change.b % (len(self.roles) + 1)
        worker.role = self.roles[picked] if picked < len(self.roles) else None
        worker.role_assigned_on = day - timedelta(days=change.c % 60) if worker.role else None
        worker.save()
        return {worker.pk}, None

    def _area_on(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        if not self.areas:
            return set(), set()
        area = self.areas[change.b % len(self.areas)]
        self.unplace(worker, area)
        self.place(worker, area, day - timedelta(days=change.c % 60))
        return {worker.pk}, None

    def _area_off(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        held = list(AreaAssignment.objects.filter(until=None).order_by("pk"))
        if not held:
            return set(), set()
        assignment = held[change.a % len(held)]
        AreaAssignment.objects.filter(pk=assignment.pk).update(until=EPOCH)
        return {assignment.worker_id}, None

    def _status(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.status = ("ACTIVE", "INACTIVE", "BLACKLISTED")[change.b % 3]
        worker.save()
        return {worker.pk}, None

    def _role_requirement(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.roles:
            return set(), set()
        role, course = self.roles[change.a % len(self.roles)], self.courses[change.b % len(self.courses)]
        self._ask(role, course, change)
        return {worker.pk for worker in self.workers if worker.role_id == role.pk}, {course.pk}

    def _area_requirement(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.areas:
            return set(), set()
        area, course = self.areas[change.a % len(self.areas)], self.courses[change.b % len(self.courses)]
        self._ask(area, course, change)
        return self._people_within(area), {course.pk}

    def _ask(self, holder: Role | Area, course: Course, change: Change) -> None:
        if change.c % 3 == 0:
            self.forgo(holder, course)
        else:
            self.require(holder, course, None if change.c % 3 == 1 else 1 + change.d % 60)

    def _move_area(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        if not self.areas:
            return set(), set()
        area = self.areas[change.a % len(self.areas)]
        below = self._within(area)
        free: list[Area | None] = [None, *(other for other in self.areas if other.pk not in below)]
        area.parent = free[change.b % len(free)]
        area.save()
        return self._people_within(area), None

    def _within(self, area: Area) -> set[int]:
        found = {area.pk}
        for _ in self.areas:
            found |= {other.pk for other in self.areas if other.parent_id in found}
        return found

    def _people_within(self, area: Area) -> set[int]:
        held = AreaAssignment.objects.filter(until=None, area_id__in=self._within(area))
        return set(held.values_list("worker_id", flat=True))

    def _warning_days(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        self.set_warning_days(change.a % 366)
        return EVERYONE, None

    def _company(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.company = self.companies[change.b % len(self.companies)]
        worker.save()
        return {worker.pk}, None

    def _name(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        worker, _ = self._pick(change)
        worker.last_name = f"Family {change.b}"
        worker.save()
        return {worker.pk}, None

    def _new_worker(self, change: Change, day: date) -> tuple[Workers, set[int] | None]:
        role = self.roles[change.a % len(self.roles)] if self.roles else None
        areas = [(self.areas[change.b % len(self.areas)], day)] if self.areas else []
        worker = self.worker(role, day - timedelta(days=change.c % 60) if role else None, areas)
        return {worker.pk}, None


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
        row = _requirement(holder, world.courses[asked.course], asked.grace)
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


def _version(course: Course) -> CourseVersion:
    return CourseVersion(
        course=course,
        number=1,
        status="PUBLISHED",
        title={"en": course.code},
        duration_minutes=60,
        validity_months=12,
        delivery_method="INSTRUCTOR_LED",
        requires_verification=False,
        created_at=EPOCH,
        published_at=EPOCH,
    )


def _requirement(holder: Role | Area, course: Course, grace: int | None) -> RoleRequirement | AreaRequirement:
    kind = "PRE_MOB" if grace is None else "POST_MOB"
    if isinstance(holder, Role):
        return RoleRequirement(role=holder, course=course, type=kind, grace_period_days=grace, since=EPOCH)
    return AreaRequirement(area=holder, course=course, type=kind, grace_period_days=grace, since=EPOCH)
