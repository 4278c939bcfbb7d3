"""Days and workers of which nothing is said."""

from __future__ import annotations

from datetime import date

import pytest

from tests import cast
from tests.compliance.as_of.asking import FIRST, asked
from tests.compliance.lives import DAY, Life
from titan.compliance.queries.as_of import Known, worker_as_of
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db


def test_a_day_to_come(life: Life) -> None:
    worker = life.worker()
    with pytest.raises(Invalid) as caught:
        asked(life, worker, FIRST + DAY)
    assert [(one.field, one.code) for one in caught.value.errors] == [("on", "IN_THE_FUTURE")]


def test_a_day_before_the_history(life: Life) -> None:
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


def test_trainers_and_workers_that_are_not_there(life: Life) -> None:
    worker = life.worker()
    with pytest.raises(Forbidden):
        worker_as_of(worker, FIRST, by=cast.actor(Role.TRAINER), at=life.at)
    with pytest.raises(NotFound):
        asked(life, worker + 1, FIRST)
