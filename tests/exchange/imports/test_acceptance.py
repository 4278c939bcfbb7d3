"""3,100 rows as ugly as real ones: every good row right, every bad cell named, nothing guessed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.folders import write
from tests.exchange.imports.acceptance import Expected, make
from tests.exchange.imports.files import upload, workbook
from titan.core.actor import Via, system_actor
from titan.exchange.imports.choices import Given
from titan.exchange.imports.commands.at_once import apply_checked, open_and_check
from titan.exchange.imports.planning.check import Checked
from titan.exchange.imports.queries.imports import one_import
from titan.exchange.imports.rules.states import Outcome
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker

BY = system_actor(Via.CLI)


@pytest.fixture(scope="module")
def expected() -> Expected:
    return make()


@pytest.fixture(scope="module")
def content(expected: Expected) -> bytes:
    return workbook(("Personel 2026", expected.rows), merged=[(0, 0, 0, 12)])


@pytest.fixture
def loaded(db: None, tmp_path: Path, at: datetime) -> None:
    load_site(write(tmp_path / "site"), by=BY, at=at - timedelta(hours=1))


def reasons(checked: Checked) -> dict[str, str]:
    """Return codes by place, without the sheet."""
    return {
        plan.use.place(plan.row, problem.column).partition("!")[2]: problem.reason.code
        for plan in checked.context.plans
        if plan.outcome is Outcome.REFUSED
        for problem in plan.problems
    }


def as_they_are() -> dict[str, dict[str, Any]]:
    found = Worker.objects.select_related("company", "role").prefetch_related("area_assignments__area")
    return {
        worker.employee_id: {
            "employee_id": worker.employee_id,
            "first_name": worker.first_name,
            "last_name": worker.last_name,
            "company": worker.company.code,
            "role": worker.role.code if worker.role else "",
            "role_assigned_on": worker.role_assigned_on,
            "start_date": worker.start_date,
            "status": worker.status,
            "areas": tuple(sorted(held.area.code for held in worker.area_assignments.all() if held.until is None)),
            "phone": worker.phone,
            "email": worker.email,
        }
        for worker in found
        if not worker.employee_id.startswith("N-")
    }


def test_every_row_comes_to_what_it_should(loaded: None, expected: Expected, content: bytes, at: datetime) -> None:
    number, checked = open_and_check(upload(content), Given(), by=BY, at=at)
    found = reasons(checked)
    assert found == expected.refused
    ignored = {plan.row for plan in checked.context.plans if plan.outcome is Outcome.IGNORED}
    assert ignored == expected.ignored
    view = one_import(number, by=BY, at=at)
    assert view.sheets[0].header_row == 5
    assert not [question for question in view.questions if question.open]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        apply_checked(number, checked, skip_refused=True, by=BY, at=at)
    assert len(queries) < 90
    assert as_they_are() == expected.workers
    verdict_equals_rebuild(at)
    _number, again = open_and_check(upload(content), Given(), by=BY, at=at)
    assert {plan.outcome for plan in again.context.plans} == {Outcome.UNCHANGED, Outcome.REFUSED, Outcome.IGNORED}
    assert reasons(again) == expected.refused
