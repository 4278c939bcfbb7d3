"""What was true when stays known: histories, published versions, the audit log, the people (domain.md §3, §4)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import models

from tests import cast
from tests.guards.raw import refused, refuses, refuses_emptying, run, state
from titan.audit.models import AuditEvent
from titan.catalogue.models import CourseVersion, Prerequisite
from titan.compliance.models import AreaRequirement, RoleRequirement
from titan.core.models import SiteSettings
from titan.personnel.models import AreaAssignment, AreaPlacement, RoleAssignment, StatusPeriod, Worker
from titan.resources.models import Qualification

pytestmark = pytest.mark.django_db

LATER = cast.AT + timedelta(days=1)
HISTORIES: dict[type[models.Model], str] = {
    RoleAssignment: "assigned_on = '2026-01-06'",
    AreaAssignment: "assigned_on = '2026-01-06'",
    StatusPeriod: "status = 'INACTIVE'",
    AreaPlacement: "parent_id = NULL",
    RoleRequirement: "grace_period_days = 99, type = 'POST_MOB'",
    AreaRequirement: "grace_period_days = 99",
    Qualification: "trainer_id = trainer_id + 1",
    SiteSettings: "warning_days = 60",
}


@pytest.fixture
def one_of_each(site: Any) -> None:
    course, role = cast.make_course(), cast.make_role()
    area = cast.make_area(cast.make_area())
    cast.require(role, course)
    cast.require(area, course, 30)
    cast.make_worker(role=role, areas=[area])
    cast.make_trainer(course)


@pytest.mark.parametrize("model", HISTORIES, ids=lambda model: model.__name__)
def test_a_history_row_ends_once_and_never_changes(one_of_each: None, model: type[models.Model]) -> None:
    table = model._meta.db_table
    row = model._default_manager.latest("pk").pk
    before = state(model)
    refuses("HISTORY_IMMUTABLE", f"UPDATE {table} SET {HISTORIES[model]} WHERE id = %s", row)
    refuses("HISTORY_IMMUTABLE", f"UPDATE {table} SET since = %s WHERE id = %s", LATER, row)
    refuses("HISTORY_IMMUTABLE", f"DELETE FROM {table} WHERE id = %s", row)
    assert state(model) == before

    assert run(f"UPDATE {table} SET until = %s WHERE id = %s", cast.AT, row) == 1
    refuses("HISTORY_IMMUTABLE", f"UPDATE {table} SET until = NULL WHERE id = %s", row)
    refuses("HISTORY_IMMUTABLE", f"UPDATE {table} SET until = %s WHERE id = %s", cast.LONG_AGO, row)
    refuses("HISTORY_IMMUTABLE", f"DELETE FROM {table} WHERE id = %s", row)
    refuses_emptying("HISTORY_IMMUTABLE", model, until="NULL")


def test_what_nobody_ever_had_may_be_deleted_with_its_requirements() -> None:
    course, role, area = cast.make_course(), cast.make_role(), cast.make_area()
    cast.require(role, course)
    cast.require(area, course)
    assert run("DELETE FROM compliance_rolerequirement") == 1
    assert run("DELETE FROM personnel_role") == 1
    assert run("DELETE FROM compliance_arearequirement") == 1
    assert run("DELETE FROM personnel_areaplacement") == 1
    assert run("DELETE FROM personnel_area WHERE id = %s", area.pk) == 1


def test_only_one_row_of_a_history_is_current(one_of_each: None) -> None:
    assignment = RoleAssignment.objects.get()
    again = {"worker_id": assignment.worker_id, "role_id": assignment.role_id, "since": cast.AT}
    with refused("CHANGED_MEANWHILE"):
        RoleAssignment.objects.create(assigned_on=date(2026, 1, 1), **again)
    with refused("CHANGED_MEANWHILE"):
        SiteSettings.objects.create(name="Second", timezone="UTC", since=cast.AT)
    qualification = Qualification.objects.get()
    with refused("CHANGED_MEANWHILE"):
        Qualification.objects.create(
            trainer_id=qualification.trainer_id, course_id=qualification.course_id, since=cast.AT
        )


VERSION = "UPDATE catalogue_courseversion SET "


def test_a_draft_version_changes_and_is_published_with_its_day() -> None:
    course = cast.make_course(status="DRAFT", prerequisites=[cast.make_course()])
    where = f" WHERE course_id = {course.pk}"
    assert run(f"{VERSION} validity_months = 6{where}") == 1
    refuses("VERSION_IMMUTABLE", f"{VERSION} status = 'PUBLISHED'{where}")
    refuses("VERSION_IMMUTABLE", f"{VERSION} status = 'ARCHIVED', archived_at = %s{where}", cast.AT)
    assert run(f"{VERSION} status = 'PUBLISHED', published_at = %s{where}", cast.AT) == 1


@pytest.mark.parametrize(
    "change",
    [
        "validity_months = 600",
        'title = \'{"en": "x"}\'',
        "min_pass_score = 1",
        "duration_minutes = 5",
        "requires_verification = NOT requires_verification",
        "number = 9",
        "published_at = '2020-02-02 00:00:00+00'",
        "status = 'DRAFT'",
        "status = 'ARCHIVED'",
        "course_id = course_id + 1",
    ],
)
def test_a_published_version_never_changes(change: str) -> None:
    cast.make_course()
    before = state(CourseVersion)
    refuses("VERSION_IMMUTABLE", VERSION + change)
    assert state(CourseVersion) == before


def test_an_archived_version_stays_archived() -> None:
    cast.make_course()
    assert run(f"{VERSION} status = 'ARCHIVED', archived_at = %s", cast.AT) == 1
    for change in ("status = 'PUBLISHED'", "archived_at = NULL", "validity_months = 1", "status = 'DRAFT'"):
        refuses("VERSION_IMMUTABLE", VERSION + change)


def test_only_drafts_are_deleted() -> None:
    cast.make_course()
    refuses("VERSION_IMMUTABLE", "DELETE FROM catalogue_courseversion")
    draft = cast.make_course(status="DRAFT")
    assert run("DELETE FROM catalogue_courseversion WHERE course_id = %s", draft.pk) == 1
    refuses_emptying("VERSION_IMMUTABLE", CourseVersion, validity_months="1")


def test_prerequisites_change_in_a_draft_alone() -> None:
    first, second = cast.make_course(), cast.make_course()
    fixed = cast.published(cast.make_course(prerequisites=[first]))
    draft = cast.make_course(prerequisites=[first], status="DRAFT").versions.get()
    refuses("VERSION_IMMUTABLE", "DELETE FROM catalogue_prerequisite WHERE version_id = %s", fixed.pk)
    refuses(
        "VERSION_IMMUTABLE",
        "UPDATE catalogue_prerequisite SET course_id = %s WHERE version_id = %s",
        second.pk,
        fixed.pk,
    )
    refuses("VERSION_IMMUTABLE", "UPDATE catalogue_prerequisite SET version_id = %s", fixed.pk)
    with refused("VERSION_IMMUTABLE"):
        Prerequisite.objects.create(version=fixed, course=second)
    Prerequisite.objects.create(version=draft, course=second)
    assert run("DELETE FROM catalogue_prerequisite WHERE version_id = %s", draft.pk) == 2


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE audit_auditevent SET reason = 'nothing happened'",
        "UPDATE audit_auditevent SET actor_id = NULL",
        "UPDATE audit_auditevent SET id = id",
        "DELETE FROM audit_auditevent",
    ],
)
def test_the_audit_log_is_only_added_to(attempt: str) -> None:
    AuditEvent.objects.create(at=cast.AT, actor_role="HSE_ADMIN", via="API", action="x.done", entity="x", entity_id=1)
    before = state(AuditEvent)
    refuses("AUDIT_IMMUTABLE", attempt)
    refuses_emptying("AUDIT_IMMUTABLE", AuditEvent, action="'y.done'")
    assert state(AuditEvent) == before


def test_a_worker_is_never_deleted() -> None:
    worker = cast.make_worker()
    refuses("WORKER_KEPT", "DELETE FROM personnel_worker WHERE id = %s", worker.pk)
    assert run("UPDATE personnel_worker SET first_name = 'Anonymised' WHERE id = %s", worker.pk) == 1
    refuses_emptying("WORKER_KEPT", Worker, first_name="'x'")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", ["personnel_company", "personnel_role", "resources_trainer", "resources_venue"])
def test_what_is_in_use_is_not_deleted(table: str) -> None:
    course = cast.make_course()
    cast.make_worker(role=cast.make_role())
    cast.make_session(course, status="SCHEDULED")
    refuses("IN_USE", f"DELETE FROM {table}")


def test_areas_make_no_circle() -> None:
    top = cast.make_area()
    middle = cast.make_area(top)
    bottom = cast.make_area(middle)
    move = "UPDATE personnel_area SET parent_id = %s WHERE id = %s"
    refuses("AREA_CIRCLE", move, bottom.pk, top.pk)
    refuses("AREA_CIRCLE", move, middle.pk, top.pk)
    refuses("AREA_CIRCLE", move, top.pk, top.pk)
    assert run(move, top.pk, bottom.pk) == 1
    assert run(move, bottom.pk, middle.pk) == 1


def test_supervisors_make_no_circle() -> None:
    top = cast.make_worker()
    middle = cast.make_worker(supervisor=top)
    bottom = cast.make_worker(supervisor=middle)
    report = "UPDATE personnel_worker SET supervisor_id = %s WHERE id = %s"
    refuses("SUPERVISOR_CIRCLE", report, bottom.pk, top.pk)
    refuses("SUPERVISOR_CIRCLE", report, top.pk, top.pk)
    assert run(report, top.pk, bottom.pk) == 1
    assert run(report, None, middle.pk) == 1
    assert run(report, middle.pk, top.pk) == 1
