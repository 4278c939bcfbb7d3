"""Every list of the library costs the same for any number of rows."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of

MOST_STATEMENTS = 16


@pytest.mark.parametrize("page", ["trainers", "roles", "areas", "venues", "companies"])
def test_every_list_costs_the_same_for_any_number(now: datetime, page: str) -> None:
    client = client_of()
    _one_of_each()
    client.get(reverse(page))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse(page))
    for _number in range(5):
        _one_of_each()
    with CaptureQueriesContext(connection) as many:
        client.get(reverse(page))
    assert len(many) == len(few) <= MOST_STATEMENTS


def _one_of_each() -> None:
    course, role, area = cast.make_course(), cast.make_role(), cast.make_area(cast.make_area())
    cast.require(role, course)
    cast.require(area, course)
    cast.make_worker(role=role, areas=[area])
    cast.make_trainer(course)
    cast.make_venue()
