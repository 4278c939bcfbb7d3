"""A site that lives through real commands, day by day, so that its past can be asked about afterwards.

`Life` does one thing at a moment; `random_life` lets random things happen for some days and keeps, at the end of each,
how the live engine says that everybody stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from tests import cast
from titan.catalogue.commands import create_course, draft_version, publish_version
from titan.catalogue.rules import VersionChanges, VersionContent
from titan.compliance.commands import catch_up
from titan.compliance.models import ComplianceItem
from titan.compliance.queries.items import Item, worker_compliance
from titan.compliance.requirements.commands import replace_area_requirements, replace_role_requirements
from titan.compliance.requirements.rules import RequirementGiven
from titan.core.actor import Role
from titan.core.errors import Refusal
from titan.core.settings import set_up_site, update_settings
from titan.personnel.commands.areas import AreaChanges, AreaFields, create_area, update_area
from titan.personnel.commands.merge import merge_workers
from titan.personnel.commands.roles import create_role
from titan.personnel.commands.workers import create_worker, update_worker
from titan.personnel.rules import AreaGiven, WorkerChanges, WorkerFields
from titan.records.commands import (
    Decision,
    ExternalResult,
    decide_competencies,
    record_external_result,
    revoke_record,
    withdraw_competency,
)
from titan.records.extensions.commands import extend_validity, revoke_extension
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import CompetencyRecord, CompetencyStatus, Result, TrainingRecord, ValidityExtension

BAKU = ZoneInfo("Asia/Baku")
SUPER = cast.actor(Role.SUPER_ADMIN)
ADMIN = cast.actor()
ASSESSOR = cast.actor(Role.ASSESSOR)
DAY = timedelta(days=1)
# The first and the last moment of a day are moments like others.
CLOCK = (time(0), time(0, 0, 1), time(9), time(12), time(17, 30), time(23, 59, 59, 999_999))


def end_of(day: date) -> datetime:
    """Return the last moment of a site day."""
    return datetime.combine(day, CLOCK[-1], BAKU)


@dataclass(frozen=True)
class Stood:
    """How a worker stood in the eyes of the live engine; titles are left out, which change with each version."""

    overall: str | None
    items: tuple[Item, ...]


def stood(worker_id: int, *, at: datetime) -> Stood:
    """Return how a worker stands now, with the reasons."""
    found = worker_compliance(worker_id, at=at)
    return Stood(found.overall_status, tuple(sorted((untitled(item) for item in found.items), key=_course)))


def untitled(item: Item) -> Item:
    return replace(item, title={})


def _course(item: Item) -> int:
    return item.course_id


@dataclass
class Life:
    """A site from `day` on; each method is a command at `at`, the present moment of this life."""

    day: date
    moment: time = time(8)
    courses: list[int] = field(default_factory=list)
    roles: list[int] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        set_up_site("A site with a past", "Asia/Baku", by=SUPER, at=self.at)
        self.companies = [cast.make_company().pk for _ in range(2)]
        self.evidence, self.method = cast.make_evidence(), cast.make_method()
        self.asked: dict[tuple[str, int], dict[int, RequirementGiven]] = {}

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, self.moment, BAKU)

    def pass_days(self, days: int, moment: time = time(8)) -> None:
        """Let days pass; the first look of the day catches up, as every face does."""
        self.day, self.moment = self.day + days * DAY, moment
        catch_up(at=self.at)

    def course(self, validity_months: int = 12, *, verified: bool = False) -> int:
        content = VersionContent(
            {"en": "Course"}, 60, validity_months, category="GENERAL", requires_verification=verified
        )
        made = create_course(f"L-C{len(self.courses)}", content, by=ADMIN, at=self.at)
        publish_version(made, 1, by=ADMIN, at=self.at)
        self.courses.append(made)
        return made

    def republish(self, course_id: int, validity_months: int) -> None:
        changes = VersionChanges(validity_months=validity_months)
        number = draft_version(course_id, changes, by=ADMIN, at=self.at)
        publish_version(course_id, number, by=ADMIN, at=self.at)

    def role(self) -> int:
        self.roles.append(create_role(f"L-R{len(self.roles)}", {"en": "Role"}, by=ADMIN, at=self.at))
        return self.roles[-1]

    def area(self, parent_id: int | None = None) -> int:
        fields = AreaFields(f"L-A{len(self.areas)}", "Area", parent_id)
        self.areas.append(create_area(fields, by=ADMIN, at=self.at))
        return self.areas[-1]

    def move(self, area_id: int, parent_id: int | None) -> None:
        update_area(area_id, AreaChanges(parent_id=parent_id), by=ADMIN, at=self.at)

    def require(self, of: str, holder: int, course_id: int, grace: int | None = None) -> None:
        """Ask for a course before entry, or within `grace` days."""
        kind = "PRE_MOB" if grace is None else "POST_MOB"
        self.asked.setdefault((of, holder), {})[course_id] = RequirementGiven(course_id, kind, grace)
        self._replace(of, holder)

    def forgo(self, of: str, holder: int, course_id: int) -> None:
        self.asked.get((of, holder), {}).pop(course_id, None)
        self._replace(of, holder)

    def _replace(self, of: str, holder: int) -> None:
        wanted = list(self.asked.get((of, holder), {}).values())
        act = replace_role_requirements if of == "role" else replace_area_requirements
        act(holder, wanted, by=ADMIN, at=self.at)

    def worker(self, role_id: int | None = None, areas: tuple[int, ...] = (), **fields: Any) -> int:
        """Add an active worker whose role and areas count from today, unless `fields` say otherwise."""
        number = len(self.workers)
        given = {"company_id": self.companies[0], "role_id": role_id, "areas": tuple(map(AreaGiven, areas)), **fields}
        self.workers.append(create_worker(WorkerFields(f"L-{number}", f"Name{number}", **given), by=ADMIN, at=self.at))
        return self.workers[-1]

    def change(self, worker_id: int, **changes: Any) -> None:
        update_worker(worker_id, WorkerChanges(**changes), by=ADMIN, at=self.at)

    def warn(self, days: int) -> None:
        update_settings({"warning_days": days}, by=SUPER, at=self.at)

    def passed(self, worker_id: int, course_id: int, *, ago: int = 0, result: str = "PASSED", **given: Any) -> int:
        """Record a result of `ago` days ago; return the id of the record, or of the competency that it opened."""
        new = ExternalResult(worker_id, course_id, self.day - ago * DAY, Result(result), **given)
        made = record_external_result(new, self.evidence.pk, by=ADMIN, at=self.at)
        return made.record_id or made.competency_id or 0

    def revoke(self, record_id: int) -> None:
        revoke_record(record_id, "Somebody else signed.", by=ADMIN, at=self.at)

    def extend(self, course_id: int, first: date, last: date, until: date, days_of: str = "EXPIRES_ON") -> int:
        """Let the passes of a course be valid until a day, those of a range of days."""
        decision = AuthorityDecision("Order 118/26", self.day, "The training centre was closed.")
        return extend_validity(Extending(course_id, days_of, first, last, until), decision, by=ADMIN, at=self.at)

    def unextend(self, extension_id: int) -> None:
        revoke_extension(extension_id, "The order does not reach us.", by=ADMIN, at=self.at)

    def correct(self, record_id: int, *, ago: int = 0) -> int:
        wrong = TrainingRecord.objects.get(pk=record_id)
        return self.passed(wrong.worker_id, wrong.course_id, ago=ago, corrects_id=record_id)

    def decide(self, competency_id: int, status: str = "COMPETENT", *, ago: int = 0) -> int | None:
        decision = Decision(CompetencyStatus(status), self.method.pk, self.day - ago * DAY, "Seen at work.")
        return decide_competencies([competency_id], decision, by=ASSESSOR, at=self.at)[competency_id]

    def merge(self, gone_id: int, stays_id: int) -> None:
        """Let one row turn out to be another one's person; both can be asked about afterwards."""
        merge_workers(gone_id, stays_id, "One passport.", by=ADMIN, at=self.at)

    def withdraw(self, competency_id: int) -> None:
        withdraw_competency(competency_id, "Entered twice.", by=ADMIN, at=self.at)


# ------------------------------------------------------------------------------------------ at random


@dataclass
class Told:
    """A life, and how everybody stood at the end of each of its days, by day and worker."""

    life: Life
    days: dict[date, dict[int, Stood]]


def random_life(*, seed: int, days: int, first: date) -> Told:
    """Live through so many days (some apart) in which random commands succeed or are refused."""
    dice = Random(seed)
    life = Life(first)
    for validity_months in (1, 2, dice.choice((0, 1, 12))):
        life.course(validity_months, verified=not life.courses)
    for _ in range(2):
        life.role()
    for _ in range(4):
        life.area(dice.choice((None, *life.areas)))
    for _ in range(7):
        _ask(life, dice)
    for _ in range(3):
        _hire(life, dice)
    told = Told(life, {})
    for number in range(days):
        life.pass_days(dice.choice((1, 1, 1, 1, 2, 5, 15)) if number else 0)
        for moment in sorted(dice.choices(CLOCK, k=dice.choice((0, 1, 3, 5)))):
            life.moment = max(moment, life.moment) if number == 0 else moment
            _happens(life, dice)
        catch_up(at=end_of(life.day))
        told.days[life.day] = {worker: stood(worker, at=end_of(life.day)) for worker in life.workers}
    return told


def _happens(life: Life, dice: Random) -> None:
    try:
        with transaction.atomic():
            dice.choice(KINDS)(life, dice)
    except Refusal:
        pass


def _hire(life: Life, dice: Random) -> None:
    areas = tuple(dice.sample(life.areas, dice.choice((0, 1, 2, 2))))
    role = dice.choice((*life.roles, None))
    day = life.day - dice.randint(0, 40) * DAY
    given = {"role_assigned_on": day} if role and dice.random() < 0.5 else {}
    life.worker(role, areas, **given)


def _ask(life: Life, dice: Random) -> None:
    of = dice.choice(("role", "area", "area"))
    holder = dice.choice(life.roles if of == "role" else life.areas)
    course = dice.choice(life.courses)
    if dice.random() < 0.25:
        life.forgo(of, holder, course)
    else:
        life.require(of, holder, course, dice.choice((None, dice.randint(1, 60))))


def _pass(life: Life, dice: Random) -> None:
    result = "FAILED" if dice.random() < 0.2 else "PASSED"
    ago = dice.choice((0, 0, dice.randint(0, 5), dice.randint(0, 60)))
    asked = ComplianceItem.objects.order_by("worker_id", "course_id").values_list("worker_id", "course_id")
    anything = dice.choice(life.workers), dice.choice(life.courses)
    worker, course = dice.choice(list(asked) or [anything]) if dice.random() < 0.8 else anything
    life.passed(worker, course, ago=ago, result=result)


def _revoke(life: Life, dice: Random) -> None:
    standing = list(TrainingRecord.objects.filter(revoked_at=None).order_by("pk").values_list("pk", flat=True))
    if standing:
        chosen = dice.choice(standing)
        life.revoke(chosen)
        if dice.random() < 0.5:
            life.correct(chosen, ago=dice.randint(0, 30))


def _extend(life: Life, dice: Random) -> None:
    standing = TrainingRecord.objects.filter(revoked_at=None, expires_on__isnull=False).order_by("valid_until", "pk")
    if not standing:
        return
    # Of what runs out soon or has run out: that is when an authority decides, and when it changes a colour.
    record = dice.choice(list(standing[:6]))
    days_of = dice.choice(("EXPIRES_ON", "COMPLETED_ON"))
    about = record.expires_on if days_of == "EXPIRES_ON" else record.completed_on
    first, last = about - dice.randint(0, 30) * DAY, about + dice.randint(0, 30) * DAY
    until = max(life.day, record.expires_on) + dice.randint(-2, 40) * DAY
    life.extend(record.course_id, first, last, until, days_of)


def _unextend(life: Life, dice: Random) -> None:
    standing = list(ValidityExtension.objects.filter(revoked_at=None).order_by("pk").values_list("pk", flat=True))
    if standing:
        life.unextend(dice.choice(standing))


def _decide(life: Life, dice: Random) -> None:
    waiting = list(CompetencyRecord.objects.filter(status="PENDING", revoked_at=None).order_by("pk"))
    if not waiting:
        life.passed(dice.choice(life.workers), life.courses[0], ago=dice.randint(0, 10))
        return
    chosen = dice.choice(waiting)
    fate = dice.choice(("WITHDRAWN", "COMPETENT", "COMPETENT", "NOT_COMPETENT"))
    if fate == "WITHDRAWN":
        life.withdraw(chosen.pk)
    else:
        life.decide(chosen.pk, fate, ago=dice.randint(0, max(0, (life.day - chosen.completed_on).days)))


def _change_role(life: Life, dice: Random) -> None:
    role = dice.choice((*life.roles, None))
    day = {"role_assigned_on": life.day - dice.randint(-5, 40) * DAY} if role and dice.random() < 0.6 else {}
    life.change(dice.choice(life.workers), role_id=role, **day)


def _change_areas(life: Life, dice: Random) -> None:
    areas = dice.sample(life.areas, dice.randint(0, 3))
    given = tuple(AreaGiven(area, dice.choice((None, life.day - dice.randint(-5, 40) * DAY))) for area in areas)
    life.change(dice.choice(life.workers), areas=given)


def _change_status(life: Life, dice: Random) -> None:
    life.change(dice.choice(life.workers), status=dice.choice(("ACTIVE", "ACTIVE", "INACTIVE", "BLACKLISTED")))


def _change_company(life: Life, dice: Random) -> None:
    life.change(dice.choice(life.workers), company_id=dice.choice(life.companies))


def _merge(life: Life, dice: Random) -> None:
    life.merge(*dice.sample(life.workers, 2))


def _move(life: Life, dice: Random) -> None:
    life.move(dice.choice(life.areas), dice.choice((None, *life.areas)))


def _warn(life: Life, dice: Random) -> None:
    life.warn(dice.choice((0, 7, 30, 60)))


def _republish(life: Life, dice: Random) -> None:
    life.republish(dice.choice(life.courses), dice.choice((0, 1, 2, 12)))


KINDS: tuple[Callable[[Life, Random], None], ...] = (
    *(_pass, _pass, _pass, _pass, _pass, _pass, _pass, _revoke, _revoke, _decide, _decide, _decide),
    *(_extend, _extend, _extend, _extend, _unextend, _unextend),
    *(
        _ask,
        _ask,
        _change_role,
        _change_areas,
        _change_status,
        _change_status,
        _change_company,
        _merge,
        _move,
        _warn,
        _republish,
        _hire,
    ),
)
