"""Two rows of one person: each answers for itself of the days before, the one who stays for both since."""

from __future__ import annotations

import pytest

from tests.compliance.as_of.asking import FIRST, asked, statuses
from tests.compliance.lives import DAY, Life
from titan.compliance.queries.as_of import Known

pytestmark = pytest.mark.django_db


def test_then_and_now(life: Life) -> None:
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


def test_what_is_entered_afterwards_is_of_who_stays(life: Life) -> None:
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


def test_over_two_steps(life: Life) -> None:
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


def test_a_sign_off_that_waits(life: Life) -> None:
    role, course = life.role(), life.course(verified=True)
    life.require("role", role, course)
    gone, stays = life.worker(role), life.worker(role)
    life.passed(gone, course)
    life.pass_days(2)
    life.merge(gone, stays)
    blue = "AWAITING_VERIFICATION"
    assert statuses(life, stays, FIRST + DAY, FIRST + 2 * DAY) == ["NON_COMPLIANT", blue]
    assert statuses(life, gone, FIRST + DAY) == [blue]
