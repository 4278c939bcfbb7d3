"""As of: what was true on a day is still the answer, whatever happened since (domain.md §3, §9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast, oracle
from tests.compliance.invariant import verdict_equals_rebuild
from tests.compliance.lives import ADMIN, DAY, Life, Stood, Told, end_of, random_life, stood, untitled
from tests.compliance.worlds import thrown_away
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.compliance.queries.as_of import AsOf, Known, worker_as_of
from titan.compliance.queries.items import Item
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound
from titan.core.models import SiteSettings
from titan.personnel.commands.companies import create_company, delete_company
from titan.personnel.models import AreaAssignment, AreaPlacement, RoleAssignment, StatusPeriod, Worker
from titan.personnel.rules import AreaGiven
from titan.records.models import CompetencyRecord, TrainingRecord, ValidityExtension

pytestmark = pytest.mark.django_db

FIRST = date(2026, 11, 2)
AUDITOR = cast.actor(Role.AUDITOR)
STATEMENTS = 19
QUICK = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# About five minutes on PostgreSQL, three on SQLite.
LONG = settings(QUICK, max_examples=120)


@pytest.fixture
def life() -> Life:
    return Life(FIRST)


def asked(life: Life, worker_id: int, on: date, known: Known = Known.THEN) -> AsOf:
    """Ask, as an auditor at the present moment of the life."""
    return worker_as_of(worker_id, on, known=known, by=AUDITOR, at=life.at)


def statuses(life: Life, worker_id: int, *days: date, known: Known = Known.THEN) -> list[str | None]:
    """Return the overall status on each of these days."""
    return [asked(life, worker_id, day, known).overall_status for day in days]


def as_stood(found: AsOf) -> Stood:
    """Return an answer in the form in which the live engine's was kept."""
    names = Item.__dataclass_fields__
    items = [untitled(Item(**{name: getattr(item, name) for name in names})) for item in found.items]
    return Stood(found.overall_status, tuple(sorted(items, key=lambda item: item.course_id)))


# ------------------------------------------------------------------------------------ worked examples


class TestExamples:
    def test_a_record_that_expired_since(self, life: Life) -> None:
        role, course = life.role(), life.course(1)
        life.require("role", role, course)
        worker = life.worker(role)
        record = life.passed(worker, course)
        life.pass_days(60)
        valid, late, gone = asked(life, worker, FIRST), FIRST + 20 * DAY, date(2026, 12, 3)
        assert statuses(life, worker, late, date(2026, 12, 2), gone) == ["EXPIRING", "EXPIRING", "NON_COMPLIANT"]
        assert (valid.items[0].record_id, valid.items[0].expires_on) == (record, date(2026, 12, 2))
        assert valid.items[0].reason == "Expires in 30 days"
        assert asked(life, worker, gone).items[0].reason == "Expired 1 day ago"
        assert not valid.differs

    def test_a_role_that_changed_since(self, life: Life) -> None:
        rigger, driver, course = life.role(), life.role(), life.course()
        life.require("role", rigger, course)
        worker = life.worker(rigger)
        life.pass_days(10)
        life.change(worker, role_id=driver)
        before, after = FIRST + 9 * DAY, FIRST + 10 * DAY
        assert statuses(life, worker, before, after) == ["NON_COMPLIANT", "COMPLIANT"]
        then = asked(life, worker, before)
        assert then.role is not None
        assert (then.role.id, then.role_assigned_on) == (rigger, FIRST)
        assert [one.asker.code for one in then.items[0].required_by] == ["L-R0"]

    def test_a_requirement_that_was_added_since(self, life: Life) -> None:
        role, course = life.role(), life.course()
        worker = life.worker(role)
        life.pass_days(3)
        life.require("role", role, course, 30)
        life.pass_days(5)
        life.forgo("role", role, course)
        days = [FIRST + number * DAY for number in (2, 3, 7, 8)]
        assert statuses(life, worker, *days) == ["COMPLIANT", "IN_GRACE", "IN_GRACE", "COMPLIANT"]
        item = asked(life, worker, days[1]).items[0]
        assert (item.requirement_type, item.due_on) == ("POST_MOB", FIRST + 30 * DAY)
        assert asked(life, worker, days[0]).items == []

    def test_an_area_that_moved_since(self, life: Life) -> None:
        plant, yard, course = life.area(), life.area(), life.course()
        train = life.area(plant)
        life.require("area", plant, course)
        worker = life.worker(None, (train,))
        life.pass_days(4)
        life.move(train, yard)
        assert statuses(life, worker, FIRST + 3 * DAY, FIRST + 4 * DAY) == ["NON_COMPLIANT", "COMPLIANT"]
        then = asked(life, worker, FIRST)
        assert [one.area.id for one in then.areas] == [train]
        assert [(one.asker.code, one.asker.held_area) for one in then.items[0].required_by] == [("L-A0", "Area")]

    def test_a_record_that_was_revoked_since(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course)
        worker = life.worker(role)
        record = life.passed(worker, course)
        life.pass_days(8)
        life.revoke(record)
        day = FIRST + 7 * DAY
        then, now = asked(life, worker, day), asked(life, worker, day, Known.NOW)
        assert (then.overall_status, now.overall_status) == ("COMPLIANT", "NON_COMPLIANT")
        assert (then.differs, now.differs) == (True, True)
        assert (then.other_overall_status, now.other_overall_status) == ("NON_COMPLIANT", "COMPLIANT")
        assert (then.items[0].record_id, then.items[0].other_record_id) == (record, None)
        assert (then.items[0].other_status, then.items[0].other_reason) == ("NON_COMPLIANT", "Record revoked")
        on_the_day = asked(life, worker, life.day)
        assert (on_the_day.overall_status, on_the_day.differs) == ("NON_COMPLIANT", False)

    def test_a_correction(self, life: Life) -> None:
        """The sheet said 4 November; it was 2 November: corrected on the 12th."""
        role, course = life.role(), life.course()
        life.require("role", role, course)
        worker = life.worker(role)
        life.pass_days(2)
        wrong = life.passed(worker, course)
        life.pass_days(8)
        life.revoke(wrong)
        right = life.correct(wrong, ago=10)
        days = [FIRST, FIRST + 2 * DAY, FIRST + 9 * DAY, FIRST + 10 * DAY]
        assert statuses(life, worker, *days) == ["NON_COMPLIANT", *["COMPLIANT"] * 3]
        assert statuses(life, worker, *days, known=Known.NOW) == ["COMPLIANT"] * 4
        then, now = asked(life, worker, days[1]), asked(life, worker, days[1], Known.NOW)
        assert (then.items[0].record_id, now.items[0].record_id) == (wrong, right)
        assert then.items[0].other_record_id == right
        assert not then.differs
        assert asked(life, worker, FIRST).differs

    def test_an_extension_that_was_made_since(self, life: Life) -> None:
        """It ran out on 2 December; on the 10th an authority's decision made it valid until the end of January."""
        role, course = life.role(), life.course(1)
        life.require("role", role, course)
        worker = life.worker(role)
        record = life.passed(worker, course)
        life.pass_days(38)
        life.extend(course, date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 31))
        life.pass_days(60)
        days = [
            date(2026, 12, 2),
            date(2026, 12, 3),
            date(2026, 12, 9),
            date(2026, 12, 10),
            date(2027, 1, 31),
            life.day,
        ]
        assert statuses(life, worker, *days) == [
            *("EXPIRING", "NON_COMPLIANT", "NON_COMPLIANT", "COMPLIANT", "EXPIRING", "NON_COMPLIANT")
        ]
        now = ["COMPLIANT", "COMPLIANT", "COMPLIANT", "COMPLIANT", "EXPIRING", "NON_COMPLIANT"]
        assert statuses(life, worker, *days, known=Known.NOW) == now
        before, after = asked(life, worker, days[1]), asked(life, worker, days[3])
        assert (before.items[0].reason, before.items[0].other_record_id) == ("Expired 1 day ago", record)
        assert before.differs
        assert (after.items[0].record_id, after.items[0].expires_on) == (record, date(2027, 1, 31))
        assert asked(life, worker, life.day).items[0].reason == "Expired 8 days ago"

    def test_an_extension_that_was_taken_back_since(self, life: Life) -> None:
        role, course = life.role(), life.course(1)
        life.require("role", role, course)
        worker = life.worker(role)
        life.passed(worker, course)
        life.pass_days(20)
        extension = life.extend(course, FIRST, FIRST, date(2027, 1, 31), "COMPLETED_ON")
        shorter = life.extend(course, FIRST, FIRST, date(2026, 12, 12), "COMPLETED_ON")
        life.pass_days(25)
        life.unextend(extension)
        life.pass_days(1)
        days = [FIRST + 20 * DAY, FIRST + 44 * DAY, life.day]
        assert statuses(life, worker, *days) == ["COMPLIANT", "COMPLIANT", "NON_COMPLIANT"]
        assert asked(life, worker, days[1]).items[0].expires_on == date(2027, 1, 31)
        then, now = asked(life, worker, days[1]), asked(life, worker, days[1], Known.NOW)
        assert (then.differs, now.overall_status) == (True, "NON_COMPLIANT")
        assert now.items[0].reason == "Expired 4 days ago"
        assert asked(life, worker, date(2026, 12, 12), Known.NOW).items[0].reason == "Expires today"
        life.unextend(shorter)
        assert asked(life, worker, date(2026, 12, 12), Known.NOW).items[0].reason == "Expired 10 days ago"

    def test_a_record_that_was_entered_later(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course)
        worker = life.worker(role)
        life.pass_days(9)
        life.passed(worker, course, ago=5)
        days = [FIRST + 3 * DAY, FIRST + 4 * DAY, FIRST + 8 * DAY, FIRST + 9 * DAY]
        assert statuses(life, worker, *days) == [*["NON_COMPLIANT"] * 3, "COMPLIANT"]
        assert statuses(life, worker, *days, known=Known.NOW) == ["NON_COMPLIANT", *["COMPLIANT"] * 3]

    @pytest.mark.parametrize(("decision", "after"), [("COMPETENT", "COMPLIANT"), ("NOT_COMPETENT", "NON_COMPLIANT")])
    def test_a_competency_that_was_decided_later(self, life: Life, decision: str, after: str) -> None:
        role, course = life.role(), life.course(verified=True)
        life.require("role", role, course)
        worker = life.worker(role)
        life.pass_days(1)
        attempt = life.passed(worker, course)
        life.pass_days(6)
        life.decide(attempt, decision, ago=2)
        days = [FIRST, FIRST + DAY, FIRST + 4 * DAY, FIRST + 5 * DAY, FIRST + 6 * DAY, FIRST + 7 * DAY]
        blue = "AWAITING_VERIFICATION"
        assert statuses(life, worker, *days) == ["NON_COMPLIANT", blue, blue, blue, blue, after]
        assert statuses(life, worker, *days, known=Known.NOW) == ["NON_COMPLIANT", blue, blue, after, after, after]
        assert asked(life, worker, days[1]).items[0].pending_competency_id == attempt
        assert asked(life, worker, days[5]).items[0].pending_competency_id is None

    def test_a_competency_that_was_withdrawn_since(self, life: Life) -> None:
        role, course = life.role(), life.course(verified=True)
        life.require("role", role, course)
        worker = life.worker(role)
        attempt = life.passed(worker, course)
        life.pass_days(2)
        life.withdraw(attempt)
        assert statuses(life, worker, FIRST + DAY, life.day) == ["AWAITING_VERIFICATION", "NON_COMPLIANT"]
        assert statuses(life, worker, FIRST, known=Known.NOW) == ["NON_COMPLIANT"]

    def test_a_course_that_was_published_anew_since(self, life: Life) -> None:
        """Publishing changes no record: the one of before keeps its twelve months."""
        role, course = life.role(), life.course(12)
        life.require("role", role, course)
        worker = life.worker(role)
        first = life.passed(worker, course)
        life.pass_days(5)
        life.republish(course, 24)
        life.pass_days(1)
        second = life.passed(worker, course)
        early, late = asked(life, worker, FIRST + 5 * DAY).items[0], asked(life, worker, life.day).items[0]
        assert (early.record_id, early.expires_on) == (first, date(2027, 11, 2))
        assert (late.record_id, late.expires_on) == (second, date(2028, 11, 8))

    def test_a_warning_period_that_changed_since(self, life: Life) -> None:
        role, course = life.role(), life.course(2)
        life.require("role", role, course)
        worker = life.worker(role)
        life.passed(worker, course)
        life.pass_days(10)
        life.warn(60)
        assert statuses(life, worker, FIRST + 9 * DAY, life.day) == ["COMPLIANT", "EXPIRING"]
        assert asked(life, worker, FIRST).warning_days == 30

    def test_a_worker_who_left_and_came_back(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course, 20)
        worker = life.worker(role)
        life.pass_days(5)
        life.change(worker, status="INACTIVE")
        life.pass_days(30)
        life.change(worker, status="ACTIVE")
        days = [FIRST + 4 * DAY, FIRST + 5 * DAY, FIRST + 34 * DAY, FIRST + 35 * DAY]
        assert statuses(life, worker, *days) == ["IN_GRACE", None, None, "NON_COMPLIANT"]
        away = asked(life, worker, days[1])
        assert (away.worker_status, away.items, away.differs) == ("INACTIVE", [], False)

    def test_the_company_of_the_day(self, life: Life) -> None:
        worker, (first, second) = life.worker(), life.companies
        third = create_company("L-GONE", "Gone", by=ADMIN, at=life.at)
        for company in (third, second, first):
            life.pass_days(2)
            life.change(worker, company_id=company, phone=str(company))
        life.pass_days(1)
        delete_company(third, by=ADMIN, at=life.at)
        found = [asked(life, worker, FIRST + number * DAY).company for number in (0, 1, 2, 3, 4, 5, 6, 7)]
        assert [one.id for one in found] == [first, first, third, third, second, second, first, first]
        assert (found[2].code, found[2].name) == ("L-GONE", "Gone")

    def test_whatever_happens_at_midnight_belongs_to_the_new_day(self, life: Life) -> None:
        role, other, course, area = life.role(), life.role(), life.course(), life.area()
        life.require("role", role, course)
        life.require("area", area, course)
        worker = life.worker(role)
        midnight = (end_of(FIRST) + timedelta(microseconds=1)).time()
        life.pass_days(1, end_of(FIRST).time())
        life.passed(worker, course)
        for changes in ({"role_id": other}, {"areas": (AreaGiven(area),)}, {"status": "BLACKLISTED"}):
            life.pass_days(1, midnight)
            life.change(worker, **changes)
        life.pass_days(1, midnight)
        days = [FIRST + number * DAY for number in range(5)]
        assert statuses(life, worker, *days) == ["NON_COMPLIANT", *["COMPLIANT"] * 3, None]
        found = [asked(life, worker, day) for day in days]
        assert [one.role.id if one.role else None for one in found] == [role, role, other, other, other]
        assert [len(one.areas) for one in found] == [0, 0, 0, 1, 1]
        assert [len(one.items) for one in found] == [1, 1, 0, 1, 0]


class TestMerged:
    """Two rows of one person: each answers for itself of the days before, the one who stays for both since."""

    def test_then_and_now(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course)
        gone, stays = life.worker(role), life.worker(role)
        record = life.passed(gone, course)
        life.pass_days(5)
        life.merge(gone, stays)
        before, after = FIRST + 4 * DAY, FIRST + 5 * DAY
        assert statuses(life, stays, before, after) == ["NON_COMPLIANT", "COMPLIANT"]
        assert statuses(life, gone, before, after) == ["COMPLIANT", None]
        assert statuses(life, stays, before, after, known=Known.NOW) == ["COMPLIANT", "COMPLIANT"]
        then = asked(life, stays, before)
        assert (then.differs, then.items[0].record_id, then.items[0].other_record_id) == (True, None, record)
        old = asked(life, gone, before)
        assert (old.differs, old.items[0].record_id) == (False, record)

    def test_what_is_entered_afterwards_is_of_who_stays(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course)
        gone, stays = life.worker(role), life.worker(role)
        life.pass_days(5)
        life.merge(gone, stays)
        life.pass_days(1)
        life.passed(stays, course, ago=4)
        day = FIRST + 3 * DAY
        for worker in (gone, stays):
            assert statuses(life, worker, day) == ["NON_COMPLIANT"]
            assert statuses(life, worker, day, known=Known.NOW) == ["COMPLIANT"]

    def test_over_two_steps(self, life: Life) -> None:
        role, course = life.role(), life.course()
        life.require("role", role, course)
        first, second, third = (life.worker(role) for _ in range(3))
        life.passed(first, course)
        for gone, stays in ((first, second), (second, third)):
            life.pass_days(2)
            life.merge(gone, stays)
        days = [FIRST + number * DAY for number in range(5)]
        red, green = "NON_COMPLIANT", "COMPLIANT"
        assert statuses(life, first, *days) == [green, green, None, None, None]
        assert statuses(life, second, *days) == [red, red, green, green, None]
        assert statuses(life, third, *days) == [red, red, red, red, green]
        for worker in (first, second, third):
            assert asked(life, worker, FIRST, Known.NOW).overall_status == green

    def test_a_sign_off_that_waits(self, life: Life) -> None:
        role, course = life.role(), life.course(verified=True)
        life.require("role", role, course)
        gone, stays = life.worker(role), life.worker(role)
        life.passed(gone, course)
        life.pass_days(2)
        life.merge(gone, stays)
        blue = "AWAITING_VERIFICATION"
        assert statuses(life, stays, FIRST + DAY, FIRST + 2 * DAY) == ["NON_COMPLIANT", blue]
        assert statuses(life, gone, FIRST + DAY) == [blue]


class TestRefusals:
    def test_a_day_to_come(self, life: Life) -> None:
        worker = life.worker()
        with pytest.raises(Invalid) as caught:
            asked(life, worker, FIRST + DAY)
        assert [(one.field, one.code) for one in caught.value.errors] == [("on", "IN_THE_FUTURE")]

    def test_a_day_before_the_history(self, life: Life) -> None:
        """The register of before says nothing of who had which role, so nothing is made up."""
        life.pass_days(5)
        role, course = life.role(), life.course()
        life.require("role", role, course)
        worker = life.worker(role, role_assigned_on=date(2020, 1, 1))
        life.passed(worker, course, ago=300)
        life.pass_days(5)
        for known in Known:
            with pytest.raises(Invalid) as caught:
                asked(life, worker, FIRST + 4 * DAY, known)
            assert [(one.field, one.code) for one in caught.value.errors] == [("on", "BEFORE_HISTORY")]
            assert "before 2026-11-07" in caught.value.errors[0].message
        found = asked(life, worker, FIRST + 5 * DAY)
        assert (found.since, found.overall_status) == (FIRST + 5 * DAY, "COMPLIANT")

    def test_trainers_and_workers_that_are_not_there(self, life: Life) -> None:
        worker = life.worker()
        with pytest.raises(Forbidden):
            worker_as_of(worker, FIRST, by=cast.actor(Role.TRAINER), at=life.at)
        with pytest.raises(NotFound):
            asked(life, worker + 1, FIRST)


def test_it_costs_the_same_statements_whatever_a_worker_has(life: Life) -> None:
    few = life.worker(life.role(), (life.area(),))
    many_areas = tuple(life.area(life.area()) for _ in range(4))
    many = life.worker(life.role(), many_areas)
    for number in range(6):
        course = life.course(verified=number % 2 == 0)
        life.require("role", life.roles[1], course)
        life.require("area", many_areas[number % 4], course, 5)
        for _ in range(3):
            life.passed(many, course)
        if number % 2:
            life.extend(course, life.day, life.day, life.day + 400 * DAY, "COMPLETED_ON")
    life.pass_days(3)
    costs = []
    for worker in (few, many):
        with CaptureQueriesContext(connection) as asking:
            asked(life, worker, FIRST)
        costs.append(len(asking))
    assert costs == [STATEMENTS, STATEMENTS]


def test_what_it_costs_at_most(life: Life) -> None:
    """One statement more for whoever was merged, and one for whose company of that day is gone."""
    role, course = life.role(), life.course()
    life.require("role", role, course)
    company = create_company("L-GONE", "Gone", by=ADMIN, at=life.at)
    gone, stays = (life.worker(role, (life.area(),)) for _ in range(2))
    for worker in (gone, stays):
        life.change(worker, company_id=company)
        life.passed(worker, course)
    life.pass_days(1)
    for worker in (gone, stays):
        life.change(worker, company_id=life.companies[0])
    delete_company(company, by=ADMIN, at=life.at)
    life.merge(gone, stays)
    for worker in (gone, stays):
        with CaptureQueriesContext(connection) as asking:
            asked(life, worker, FIRST)
        assert len(asking) == STATEMENTS + 2


# ------------------------------------------------------------------------------------- rebuilt worlds


class _Past(oracle._Site):
    """The oracle's site as it stood at the end of a past day, with what is known today about that day."""

    def __init__(self, day: date) -> None:
        super().__init__(day)
        self.end = end_of(day)
        self.warning_days = timedelta(days=self._only(SiteSettings.objects.all())[0].warning_days)
        self.parents = {row.area_id: row.parent_id for row in self._only(AreaPlacement.objects.all())}
        for kept, rows, of in (
            (self.areas_of, AreaAssignment.objects.all(), "worker_id"),
            (self.of_role, RoleRequirement.objects.all(), "role_id"),
            (self.of_area, AreaRequirement.objects.all(), "area_id"),
        ):
            kept.clear()
            for row in self._only(rows):
                kept[getattr(row, of)].append(row)
        for records in self.records.values():
            records[:] = [row for row in records if row.completed_on <= day]
        for attempts in self.competencies.values():
            attempts[:] = [row for row in attempts if row.completed_on <= day]
            for attempt in attempts:
                if attempt.assessed_on is not None and attempt.assessed_on > day:
                    attempt.status = "PENDING"
        self._one_person()

    def _one_person(self) -> None:
        """What is known today of somebody who was merged is known of them under the old number too."""
        into = {row.pk: row.merged_into_id for row in Worker.objects.exclude(merged_into=None)}
        for gone in into:
            stays = gone
            while stays in into:
                stays = into[stays]
            for kept in (self.records, self.competencies):
                for worker, course in list(kept):
                    if worker == stays:
                        kept[gone, course] = kept[stays, course]

    def _only(self, rows: Any) -> list[Any]:
        """Return the rows of a history that held at the end of the day."""
        return [row for row in rows if row.since <= self.end and (row.until is None or row.until > self.end)]

    def verdicts(self) -> dict[int, oracle.Verdict]:
        roles = {row.worker_id: row for row in self._only(RoleAssignment.objects.all())}
        found = {}
        for period in self._only(StatusPeriod.objects.all()):
            if period.status == "ACTIVE":
                worker = Worker(pk=period.worker_id)
                if period.worker_id in roles:
                    worker.role_id = roles[period.worker_id].role_id
                    worker.role_assigned_on = roles[period.worker_id].assigned_on
                found[period.worker_id] = self.verdict(worker)
        return found


def check_then(told: Told) -> None:
    """Known then: exactly what the live engine said at the end of each day, reasons included."""
    for day, workers in told.days.items():
        for worker, kept in workers.items():
            assert as_stood(asked(told.life, worker, day)) == kept, f"worker {worker} on {day}"
        for newcomer in set(told.life.workers) - set(workers):
            with pytest.raises(Invalid):
                asked(told.life, newcomer, day)


def check_now(told: Told) -> None:
    """Known now: what the oracle says of that day's rules with today's facts; and where the two differ."""
    for day, workers in told.days.items():
        right = _Past(day).verdicts()
        for worker, then in workers.items():
            found = asked(told.life, worker, day, Known.NOW)
            where = f"worker {worker} on {day}"
            wanted = right.get(worker)
            assert found.overall_status == (wanted.overall if wanted else None), where
            items = {item.course_id: _as_oracle(item) for item in found.items}
            expected = {course: _as_oracle(item) for course, item in (wanted.items if wanted else {}).items()}
            assert items == expected, where
            was = {item.course_id: item.status for item in then.items}
            assert found.differs == ({pk: item[2] for pk, item in items.items()} != was), where
            assert found.other_overall_status == then.overall, where


def _as_oracle(item: Any) -> tuple[Any, ...]:
    return (item.requirement_type, item.due_on, item.status, item.record_id, item.expires_on)


def check_life(seed: int, days: int) -> None:
    with thrown_away():
        told = random_life(seed=seed, days=days, first=FIRST)
        verdict_equals_rebuild(end_of(told.life.day))
        check_then(told)
        check_now(told)


@QUICK
@given(st.integers(0, 2**32))
def test_every_past_day_is_what_the_live_engine_said_that_day(seed: int) -> None:
    check_life(seed, 10)


@pytest.mark.long
@LONG
@given(st.integers(0, 2**32), st.integers(5, 40))
def test_long_every_past_day_is_what_the_live_engine_said_that_day(seed: int, days: int) -> None:
    check_life(seed, days)


def test_the_random_lives_have_something_to_say() -> None:
    """The property has teeth: every status occurs, workers come and go, and then and now differ."""
    seen: dict[str | None, int] = {}
    differing = revoked = extended = withdrawn = merged = 0
    for seed in range(2):
        with thrown_away():
            told = random_life(seed=seed, days=20, first=FIRST)
            for day, workers in told.days.items():
                for worker, kept in workers.items():
                    for status in (None,) if kept.overall is None else [item.status for item in kept.items]:
                        seen[status] = seen.get(status, 0) + 1
                    differing += asked(told.life, worker, day).differs
            revoked += TrainingRecord.objects.exclude(revoked_at=None).count()
            assert CompetencyRecord.objects.exclude(status="PENDING").exists()
            extended += TrainingRecord.objects.filter(valid_until__gt=F("expires_on")).count()
            withdrawn += ValidityExtension.objects.exclude(revoked_at=None).count()
            merged += Worker.objects.exclude(merged_into=None).count()
    assert set(seen) == {*oracle.WORST_FIRST, None}
    assert min(seen.values()) >= 5, seen
    assert differing >= 10
    assert min(revoked, extended, withdrawn, merged) >= 1


def test_today_is_what_the_engine_stores(life: Life) -> None:
    role, course = life.role(), life.course(1)
    life.require("role", role, course)
    worker = life.worker(role)
    life.passed(worker, course)
    assert as_stood(asked(life, worker, life.day)) == stood(worker, at=life.at)
