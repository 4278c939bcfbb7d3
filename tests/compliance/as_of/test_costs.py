"""How many statements an answer costs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.compliance.as_of.asking import FIRST, asked
from tests.compliance.lives import ADMIN, DAY, Life
from titan.personnel.commands.companies import create_company, delete_company

pytestmark = pytest.mark.django_db

STATEMENTS = 19


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
