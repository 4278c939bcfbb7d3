"""What would be if some proof did not count, or for longer: asked of many at once, it costs by their number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from tests import cast
from tests.training.acting import AT, settle
from titan.compliance.queries.without import standing_if, standing_without

pytestmark = pytest.mark.django_db


def steps_of(work: Callable[[], object]) -> int:
    """Return how many thousand steps SQLite's machine goes while this works."""
    steps = [0]

    def count() -> int:
        steps[0] += 1
        return 0

    connection.connection.set_progress_handler(count, 1_000)
    try:
        work()
    finally:
        connection.connection.set_progress_handler(None, 0)
    return steps[0]


DAYS: dict[str, Any] = {"today": AT.date(), "warning_days": 30}


def without(records: list[int]) -> None:
    standing_without(records, [], **DAYS)


def longer(records: list[int]) -> None:
    standing_if(dict.fromkeys(records, date(2027, 6, 1)), **DAYS)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL hashes what has no index.")
@pytest.mark.parametrize("work", [without, longer])
def test_four_times_as_many_cost_four_times_as_much(site: Any, work: Callable[[list[int]], None]) -> None:
    courses, role = [cast.make_course() for _ in range(4)], cast.make_role()
    for course in courses:
        cast.require(role, course)
    workers = [cast.make_worker(role=role) for _ in range(400)]
    records = [cast.make_record(one, courses[0], expires_on=date(2027, 1, 1)).pk for one in workers]
    settle()
    few, many = steps_of(lambda: work(records[:100])), steps_of(lambda: work(records))
    # Going through one list once for each of another would be sixteen times as much.
    assert few >= 10
    assert many < 6 * few, (few, many)
