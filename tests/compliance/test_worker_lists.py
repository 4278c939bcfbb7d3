"""Workers as lists and pages show them, each with how they stand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import actor, make_area, make_company, make_role, make_worker
from titan.compliance.models import Severity, WorkerVerdict
from titan.compliance.queries.workers import WorkerFilters, list_workers, worker
from titan.core.actor import Role
from titan.core.errors import Forbidden, Invalid, NotFound

pytestmark = pytest.mark.django_db

AUDITOR = actor(Role.AUDITOR)


def badges(**filters: Any) -> list[str]:
    page = list_workers(WorkerFilters(**filters), by=AUDITOR, language="en")
    return [row.employee_id for row in page.items]


def judge(person: Any, severity: Severity) -> None:
    WorkerVerdict.objects.create(worker=person, severity=severity)


def test_workers_are_found_by_what_people_know() -> None:
    company, role, area = make_company(), make_role(), make_area()
    below = make_area(area)
    boss = make_worker(employee_id="A-1", first_name="Rəşad", last_name="Əliyev", company=company)
    red = make_worker(employee_id="A-2", first_name="Güngördü", last_name="Akça", role=role, supervisor=boss)
    gone = make_worker(employee_id="A-3", first_name="Иван", last_name="Ёлкин", areas=[area], status="INACTIVE")
    make_worker(employee_id="A-4", first_name="محمد", last_name="100%_ok", areas=[below])
    judge(boss, Severity.COMPLIANT)
    judge(red, Severity.NON_COMPLIANT)
    assert badges() == ["A-4", "A-2", "A-1", "A-3"]
    assert badges(search="aliyev") == []
    assert badges(search="eliyev") == ["A-1"]
    assert badges(search="RESAD ELIYEV") == ["A-1"]
    assert badges(search="akca gungordu") == ["A-2"]
    assert badges(search="елкин") == ["A-3"]
    assert badges(search="محمد") == ["A-4"]
    assert badges(search="a-2") == ["A-2"]
    assert badges(search="0%_") == ["A-4"]
    assert badges(search="%") == ["A-4"]
    assert badges(employee_id="A-3") == ["A-3"]
    assert badges(company_id=company.pk) == ["A-1"]
    assert badges(role_id=role.pk) == ["A-2"]
    assert badges(area_id=area.pk) == ["A-3"]
    assert badges(supervisor_id=boss.pk) == ["A-2"]
    assert badges(status="INACTIVE") == ["A-3"]
    assert badges(compliance_status="NON_COMPLIANT") == ["A-2"]
    assert badges(compliance_status="COMPLIANT", role_id=role.pk) == []
    page = list_workers(WorkerFilters(employee_id="A-3"), by=AUDITOR, language="en")
    assert page.items[0].compliance_status is None
    assert gone.pk == page.items[0].id
    with pytest.raises(Invalid):
        badges(compliance_status="GREEN")


def test_a_worker_is_shown_whole(django_assert_num_queries: Any) -> None:
    role, areas = make_role(title={"en": "Rigger", "tr": "Halatçı"}), [make_area(code="B"), make_area(code="A")]
    boss = make_worker()
    person = make_worker(role=role, areas=areas, supervisor=boss, email="a@b.az", start_date=date(2026, 1, 1))
    judge(person, Severity.IN_GRACE)
    with django_assert_num_queries(3):
        view = worker(person.pk, by=AUDITOR, language="tr")
    assert view.role is not None
    assert view.areas is not None
    assert view.supervisor is not None
    assert (view.role.title, view.compliance_status, view.email) == ("Halatçı", "IN_GRACE", "a@b.az")
    assert [(held.area.code, held.assigned_on) for held in view.areas] == [
        ("A", date(2026, 1, 5)),
        ("B", date(2026, 1, 5)),
    ]
    assert view.supervisor.employee_id == boss.employee_id
    with pytest.raises(NotFound):
        worker(2**70, by=AUDITOR, language="en")


def test_a_trainer_sees_no_people() -> None:
    trainer = actor(Role.TRAINER, trainer_id=1)
    person = make_worker()
    with pytest.raises(Forbidden):
        list_workers(WorkerFilters(), by=trainer, language="en")
    with pytest.raises(Forbidden):
        worker(person.pk, by=trainer, language="en")


def test_pages_follow_names_even_where_names_are_the_same() -> None:
    company = make_company()
    for number in range(7):
        make_worker(employee_id=f"W-{number}", first_name="Ali", last_name="Kaya", company=company)
    seen: list[str] = []
    cursor = None
    totals = []
    while True:
        page = list_workers(WorkerFilters(), by=AUDITOR, language="en", limit=3, cursor=cursor)
        seen += [row.employee_id for row in page.items]
        totals.append(page.total)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [f"W-{number}" for number in range(7)]
    assert totals == [7, None, None]


def test_a_list_costs_two_statements(django_assert_num_queries: Any) -> None:
    role, area = make_role(), make_area()
    for _ in range(15):
        judge(make_worker(role=role, areas=[area]), Severity.EXPIRING)
    filters = WorkerFilters(search="w", role_id=role.pk, area_id=area.pk, compliance_status="EXPIRING")
    with django_assert_num_queries(2):
        page = list_workers(filters, by=AUDITOR, language="en", limit=10)
    with django_assert_num_queries(1):
        rest = list_workers(filters, by=AUDITOR, language="en", cursor=page.next_cursor)
    assert (len(page.items), len(rest.items)) == (10, 5)
