"""Trainers and venues as lists and pages show them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import actor, make_course, make_trainer, make_venue
from titan.core.actor import Role
from titan.core.errors import NotFound
from titan.resources.models import Qualification
from titan.resources.queries.trainers import TrainerFilters, list_trainers, trainer
from titan.resources.queries.venues import list_venues, venue

pytestmark = pytest.mark.django_db

AUDITOR = actor(Role.AUDITOR)


def codes(by: Any = AUDITOR, **filters: Any) -> list[str]:
    return [row.code for row in list_trainers(TrainerFilters(**filters), by=by, language="en").items]


def test_trainers_are_found_by_what_people_know() -> None:
    fire, gas = make_course(code="FIRE"), make_course(code="GAS")
    first = make_trainer(gas, fire, code="TR-1", first_name="Sabih", last_name="İnönü")
    make_trainer(gas, code="TR-2", type="EXTERNAL", company_name="SafePass")
    make_trainer(fire, code="TR-3", is_active=False)
    Qualification.objects.filter(trainer__code="TR-3").update(until="2026-01-01T00:00:00Z")
    assert codes() == ["TR-1", "TR-2", "TR-3"]
    assert codes(course_id=gas.pk) == ["TR-1", "TR-2"]
    assert codes(course_id=fire.pk) == ["TR-1"]
    assert codes(search="inonu") == ["TR-1"]
    assert codes(search="safepass") == ["TR-2"]
    assert codes(type="EXTERNAL") == ["TR-2"]
    assert codes(is_active=False) == ["TR-3"]
    assert codes(code="TR-2") == ["TR-2"]
    view = trainer(first.pk, by=AUDITOR, language="tr")
    assert (view.name, [course.title for course in view.qualifications]) == (
        "Sabih İnönü",
        ["Kurs FIRE", "Kurs GAS"],
    )


def test_a_trainer_sees_only_themselves() -> None:
    me, other = make_trainer(code="ME"), make_trainer()
    by = actor(Role.TRAINER, trainer_id=me.pk)
    assert codes(by=by) == ["ME"]
    assert trainer(me.pk, by=by, language="en").code == "ME"
    with pytest.raises(NotFound):
        trainer(other.pk, by=by, language="en")
    assert codes(by=actor(Role.TRAINER)) == []


def test_trainers_come_in_pages_of_a_fixed_cost(django_assert_num_queries: Any) -> None:
    courses = [make_course() for _ in range(5)]
    for number in range(12):
        make_trainer(*courses, code=f"TR-{number:02}")
    with django_assert_num_queries(4):
        page = list_trainers(TrainerFilters(), by=AUDITOR, language="en", limit=8)
    rest = list_trainers(TrainerFilters(), by=AUDITOR, language="en", limit=8, cursor=page.next_cursor)
    assert [row.code for row in (*page.items, *rest.items)] == [f"TR-{number:02}" for number in range(12)]
    assert (page.total, rest.total, rest.next_cursor) == (12, None, None)


def test_venues_are_listed() -> None:
    first = make_venue(name="Ana zal", location="Bina B", capacity=12)
    make_venue(name="Hall", is_active=False)
    assert [row.name for row in list_venues().items] == ["Ana zal", "Hall"]
    assert [row.name for row in list_venues(search="bina").items] == ["Ana zal"]
    assert [row.name for row in list_venues(name="Hall").items] == ["Hall"]
    assert [row.name for row in list_venues(is_active=True).items] == ["Ana zal"]
    page = list_venues(limit=1)
    assert [row.name for row in list_venues(limit=1, cursor=page.next_cursor).items] == ["Hall"]
    assert venue(first.pk).capacity == 12
    with pytest.raises(NotFound):
        venue(999)
