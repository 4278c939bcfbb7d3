"""Trees without circles, anchors that do not move by themselves, and what a worker may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from titan.core.given import Wrong
from titan.personnel.rules import (
    AreaGiven,
    WorkerChanges,
    WorkerFields,
    ancestors,
    checked_worker,
    circle_under,
    with_anchors,
    with_changes,
)

TODAY = date(2026, 11, 22)
EARLIER = date(2026, 1, 5)
NEW = WorkerFields(employee_id="W-1", first_name="Rəşad", last_name="Əliyev", company_id=1)
HELD = replace(NEW, role_id=7, role_assigned_on=EARLIER, areas=(AreaGiven(3, EARLIER),))


def wrong_fields(fields: WorkerFields, before: WorkerFields | None = None) -> list[tuple[str, str]]:
    wrong = Wrong()
    checked_worker(fields, wrong, today=TODAY, before=before)
    return [(error.field, error.code) for error in wrong.errors]


@pytest.mark.parametrize(
    "changes",
    [
        {"last_name": ""},
        {"first_name": "عبد الله"},
        {"first_name": "Jürgen-Ömer", "last_name": "O’Brien"},
        {"first_name": "İbrahim", "last_name": "Нурсултан"},
        {"email": "rəşad@şirkət.az"},
        {"phone": "+994 50 123 45 67 (ext. 9)"},
        {"role_id": 7, "role_assigned_on": date(2027, 11, 1)},
        {"role_id": 7, "role_assigned_on": date(1950, 1, 1)},
        {"areas": (AreaGiven(1), AreaGiven(2, EARLIER))},
        {"start_date": EARLIER, "end_date": EARLIER},
        {"end_date": date(2040, 1, 1)},
        {"status": "BLACKLISTED"},
        {"employee_id": "ANONYMOUS"},
    ],
)
def test_what_a_worker_may_hold(changes: dict[str, Any]) -> None:
    assert wrong_fields(replace(NEW, **changes)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"first_name": ""}, ("first_name", "REQUIRED")),
        ({"first_name": "\u2063\u200b"}, ("first_name", "REQUIRED")),
        ({"first_name": "A\nB"}, ("first_name", "CONTROL_CHARACTERS")),
        ({"last_name": "A\x00"}, ("last_name", "CONTROL_CHARACTERS")),
        ({"last_name": "A\x1fB"}, ("last_name", "CONTROL_CHARACTERS")),
        ({"last_name": "x" * 101}, ("last_name", "TOO_LONG")),
        ({"employee_id": " "}, ("employee_id", "REQUIRED")),
        ({"employee_id": "x" * 41}, ("employee_id", "TOO_LONG")),
        ({"employee_id": "anon-5"}, ("employee_id", "RESERVED")),
        ({"email": "not an address"}, ("email", "NOT_AN_EMAIL")),
        ({"email": "x" * 250 + "@x.az"}, ("email", "TOO_LONG")),
        ({"phone": "1" * 41}, ("phone", "TOO_LONG")),
        ({"status": "GONE"}, ("status", "UNKNOWN_CHOICE")),
        ({"role_assigned_on": EARLIER}, ("role_assigned_on", "ROLE_MISSING")),
        ({"role_id": 7, "role_assigned_on": date(1949, 12, 31)}, ("role_assigned_on", "OUT_OF_RANGE")),
        ({"role_id": 7, "role_assigned_on": date(2027, 12, 1)}, ("role_assigned_on", "OUT_OF_RANGE")),
        ({"areas": (AreaGiven(1, date(2099, 1, 1)),)}, ("areas.0.assigned_on", "OUT_OF_RANGE")),
        ({"areas": (AreaGiven(1), AreaGiven(1))}, ("areas.1.area_id", "TWICE")),
        ({"areas": tuple(AreaGiven(n) for n in range(1, 52))}, ("areas", "TOO_MANY")),
        ({"start_date": TODAY, "end_date": EARLIER}, ("end_date", "END_BEFORE_START")),
        ({"start_date": date(1900, 1, 1)}, ("start_date", "OUT_OF_RANGE")),
    ],
)
def test_what_a_worker_may_not_hold(changes: dict[str, Any], expected: tuple[str, str]) -> None:
    assert wrong_fields(replace(NEW, **changes)) == [expected]


def test_names_are_composed_and_trimmed() -> None:
    clean = checked_worker(replace(NEW, first_name=" Cafe\u0301 "), Wrong(), today=TODAY)
    assert clean.first_name == "Café"


def test_anchors_that_are_not_given_are_today() -> None:
    filled = with_anchors(replace(NEW, role_id=7, areas=(AreaGiven(5), AreaGiven(2, EARLIER))), TODAY)
    assert filled.role_assigned_on == TODAY
    assert filled.areas == (AreaGiven(2, EARLIER), AreaGiven(5, TODAY))
    assert with_anchors(NEW, TODAY) == NEW


@pytest.mark.parametrize(
    ("changes", "role", "areas"),
    [
        (WorkerChanges(), (7, EARLIER), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(role_id=7), (7, EARLIER), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(role_id=8), (8, TODAY), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(role_id=8, role_assigned_on=date(2026, 3, 1)), (8, date(2026, 3, 1)), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(role_assigned_on=TODAY), (7, TODAY), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(role_id=None), (None, None), (AreaGiven(3, EARLIER),)),
        (WorkerChanges(areas=()), (7, EARLIER), ()),
        (WorkerChanges(areas=(AreaGiven(3), AreaGiven(4))), (7, EARLIER), (AreaGiven(3, EARLIER), AreaGiven(4, TODAY))),
        (WorkerChanges(areas=(AreaGiven(3, TODAY),)), (7, EARLIER), (AreaGiven(3, TODAY),)),
    ],
)
def test_anchors_move_only_when_told(
    changes: WorkerChanges, role: tuple[int | None, date | None], areas: tuple[AreaGiven, ...]
) -> None:
    after = with_anchors(with_changes(HELD, changes), TODAY)
    assert ((after.role_id, after.role_assigned_on), after.areas) == (role, areas)


def test_a_role_that_stays_cannot_lose_its_day() -> None:
    after = with_changes(HELD, WorkerChanges(role_assigned_on=None))
    assert wrong_fields(after, HELD) == [("role_assigned_on", "REQUIRED")]


def test_a_day_without_a_role_is_refused() -> None:
    after = with_changes(HELD, WorkerChanges(role_id=None, role_assigned_on=TODAY))
    assert wrong_fields(after, HELD) == [("role_assigned_on", "ROLE_MISSING")]


@pytest.mark.parametrize(
    ("parent", "parents", "circle"),
    [
        (None, {}, None),
        (1, {}, (1, 1)),
        (2, {2: 3, 3: None}, None),
        (2, {2: 1}, (1, 2, 1)),
        (2, {2: 3, 3: 1, 1: 4}, (1, 2, 3, 1)),
        (2, {2: 3, 3: 2}, None),
    ],
)
def test_circle_under(parent: int | None, parents: dict[int, int | None], circle: tuple[int, ...] | None) -> None:
    assert circle_under(1, parent, parents) == circle


@given(st.data())
def test_a_tree_stays_a_tree(data: st.DataObject) -> None:
    """Move things about at random, refusing circles: from everywhere the way up ends at a top."""
    parents: dict[int, int | None] = dict.fromkeys(range(1, 9))
    for _ in range(data.draw(st.integers(1, 25))):
        thing = data.draw(st.integers(1, 8))
        parent = data.draw(st.none() | st.integers(1, 8))
        circle = circle_under(thing, parent, parents)
        if circle is None:
            parents[thing] = parent
        else:
            steps = {**parents, thing: parent}
            assert circle[0] == circle[-1] == thing
            assert all(steps[here] == above for here, above in pairwise(circle))
    assert all(parents[ancestors(thing, parents)[-1]] is None for thing in parents)
