"""Roles, areas, statuses, requirements and settings that changed since, and the midnights between the days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.compliance.as_of.asking import FIRST, as_stood, asked, statuses
from tests.compliance.lives import ADMIN, DAY, Life, end_of, stood
from titan.personnel.commands.companies import create_company, delete_company
from titan.personnel.rules import AreaGiven

pytestmark = pytest.mark.django_db


def test_a_role_that_changed_since(life: Life) -> None:
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


def test_a_requirement_that_was_added_since(life: Life) -> None:
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


def test_an_area_that_moved_since(life: Life) -> None:
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


def test_a_course_that_was_published_anew_since(life: Life) -> None:
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


def test_a_warning_period_that_changed_since(life: Life) -> None:
    role, course = life.role(), life.course(2)
    life.require("role", role, course)
    worker = life.worker(role)
    life.passed(worker, course)
    life.pass_days(10)
    life.warn(60)
    assert statuses(life, worker, FIRST + 9 * DAY, life.day) == ["COMPLIANT", "EXPIRING"]
    assert asked(life, worker, FIRST).warning_days == 30


def test_a_worker_who_left_and_came_back(life: Life) -> None:
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


def test_the_company_of_the_day(life: Life) -> None:
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


def test_whatever_happens_at_midnight_belongs_to_the_new_day(life: Life) -> None:
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


def test_today_is_what_the_engine_stores(life: Life) -> None:
    role, course = life.role(), life.course(1)
    life.require("role", role, course)
    worker = life.worker(role)
    life.passed(worker, course)
    assert as_stood(asked(life, worker, life.day)) == stood(worker, at=life.at)
