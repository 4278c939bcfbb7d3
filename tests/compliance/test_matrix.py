"""The matrix page by page: worst first, then by name, nobody twice and nobody left out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from titan.catalogue.models import Course
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.compliance.queries.items import MatrixFilter, matrix
from titan.compliance.queries.outlook import expiring
from titan.compliance.queries.summary import summary
from titan.core.actor import system_actor
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Company, Role
from titan.personnel.rules import WorkerChanges


def test_people_of_one_name_are_told_apart(site: Any, at: Any) -> None:
    """Badges that differ in their case alone sort alike."""
    role, course = cast.make_role(), cast.make_course()
    cast.require(role, course)
    for badge in ("b-1", "B-1"):
        cast.make_worker(employee_id=badge, last_name="Same", first_name="Same", role=role)
        cast.make_worker(employee_id=f"g{badge}", last_name="Same", first_name="Same")
    rebuild(by=system_actor(), at=at)
    for limit in range(1, 6):
        names: list[str] = []
        cursor = None
        while True:
            page = matrix(MatrixFilter(), limit=limit, cursor=cursor)
            names += [row.worker.employee_id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert names == ["b-1", "B-1", "gb-1", "gB-1"]
        assert page.total == 4


def crowd(at: Any) -> None:
    """Make thirty workers of three companies and two roles, of every status, some not active."""
    roles = [cast.make_role(), cast.make_role()]
    courses = [cast.make_course(), cast.make_course()]
    companies = [cast.make_company() for _ in range(3)]
    for role, course, grace in ((roles[0], courses[0], None), (roles[1], courses[0], 30), (roles[0], courses[1], 60)):
        cast.require(role, course, grace_period_days=grace)
    for number in range(30):
        worker = cast.make_worker(
            last_name=f"Family {number * 7 % 5}",
            role=roles[number % 2],
            company=companies[number % 3],
            assigned_on=at.date(),
            status="INACTIVE" if number % 11 == 0 else "ACTIVE",
        )
        if number % 4:
            ends = at.date() + timedelta(days=20 * (number % 4))
            cast.make_record(worker, courses[number % 2], completed_on=at.date(), expires_on=ends)
    rebuild(by=system_actor(), at=at)


FILTERS = [
    {},
    {"company_id": 1},
    {"severity": 0},
    {"company_id": 2, "severity": 2},
    {"course_id": 1},
    {"course_id": 0, "company_id": 0},
    {"course_id": 0, "severity": 0},
    {"role_id": 1, "company_id": 1},
    {"search": "family 3"},
    {"course_id": 1, "role_id": 0, "search": "family"},
]


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_every_page_is_worst_first_then_by_name(site: Any, at: Any, chosen: dict[str, Any]) -> None:
    crowd(at)
    models = {"company_id": Company, "course_id": Course, "role_id": Role}
    ids = {name: list(model.objects.order_by("pk").values_list("pk", flat=True)) for name, model in models.items()}
    wanted = MatrixFilter(**{name: ids[name][value] if name in ids else value for name, value in chosen.items()})
    expected = []
    for verdict in WorkerVerdict.objects.select_related("worker"):
        worker = verdict.worker
        item = ComplianceItem.objects.filter(worker=worker, course_id=wanted.course_id).first()
        if (
            wanted.company_id in (None, worker.company_id)
            and wanted.role_id in (None, worker.role_id)
            and wanted.severity in (None, verdict.severity)
            and (wanted.search or "") in worker.search_key
            and (wanted.course_id is None or item is not None)
        ):
            expected.append((item.severity if item else verdict.severity, worker.name_key, worker.pk))
    assert expected
    for limit in (3, 50):
        found, cursor = [], None
        while True:
            page = matrix(wanted, limit=limit, cursor=cursor)
            found += [row.worker.id for row in page.items]
            assert page.total == len(expected)
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == [pk for _, _, pk in sorted(expected)]


def test_the_first_page_reads_no_more_items_than_it_shows(site: Any, at: Any) -> None:
    """Order and totals come from an index and from kept counts; items are read by worker alone."""
    crowd(at)
    with CaptureQueriesContext(connection) as statements:
        matrix(MatrixFilter(), limit=5, cursor=None)
        summary()
        expiring(at.date())
    of_items = [query["sql"] for query in statements if "compliance_complianceitem" in query["sql"]]
    assert len(of_items) == 1
    assert "worker_id IN" in of_items[0]
    assert not any("COUNT(" in query["sql"] for query in statements)


def test_a_new_name_and_a_new_company_show_at_once(site: Any, at: Any) -> None:
    crowd(at)
    admin = cast.actor()
    last = matrix(MatrixFilter(severity=0), limit=50, cursor=None).items[-1].worker
    update_worker(last.id, WorkerChanges(last_name="Aaron"), by=admin, at=at)
    assert matrix(MatrixFilter(severity=0), limit=50, cursor=None).items[0].worker.id == last.id
    before = {row.company_id: sum(row.counts.values()) for row in summary().by_company}
    other = next(pk for pk in before if pk != last.company.id)
    update_worker(last.id, WorkerChanges(company_id=other), by=admin, at=at)
    after = {row.company_id: sum(row.counts.values()) for row in summary().by_company}
    assert after == before | {other: before[other] + 1, last.company.id: before[last.company.id] - 1}
    verdict_equals_rebuild(at)


def test_what_expires_is_counted_by_its_last_day(site: Any, at: Any) -> None:
    crowd(at)
    items = ComplianceItem.objects.filter(severity__gte=3, expires_on__isnull=False)
    for row in expiring(at.date(), horizons=(0, 20, 40, 60, 400)):
        assert row.items == items.filter(expires_on__lte=at.date() + timedelta(days=row.days)).count()
    assert expiring(at.date(), horizons=(400,))[0].items > 0
