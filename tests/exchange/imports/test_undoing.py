"""An import is undone as a whole, while nothing rests on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.imports.conftest import BY, Desk
from tests.exchange.imports.files import workbook
from titan.audit.models import AuditEvent
from titan.catalogue.models import Course, CourseVersion, VersionStatus
from titan.compliance.models import RoleRequirement
from titan.core.errors import Conflict, Forbidden, Invalid, Refusal
from titan.exchange.imports.commands import discard_import, undo_import
from titan.exchange.imports.queries.imports import undo_preview
from titan.exchange.imports.queries.views import ImportView
from titan.exchange.imports.rules.states import State
from titan.personnel.commands.workers import update_worker
from titan.personnel.models import Area, Company, Role, StatusPeriod, Worker
from titan.personnel.rules import WorkerChanges
from titan.records.extensions.commands import extend_validity
from titan.records.extensions.rules import AuthorityDecision, Extending
from titan.records.models import TrainingRecord
from titan.resources.models import Trainer, Venue

LATER = timedelta(hours=1)


@pytest.fixture
def applied(desk: Desk) -> ImportView:
    """A workbook that makes and changes something of every kind."""
    return desk.apply(
        desk.open(
            workbook(
                ("Companies", [["Code", "Name"], ["NEW", "New Ltd"], ["IDLE", "Idle Ltd"], ["NGT", "Northgate Group"]]),
                ("Roles", [["Code", "Title"], ["FIT", "Fitter"], ["GHOST", "Ghost"]]),
                (
                    "Areas",
                    [
                        ["Code", "Name", "Part of"],
                        ["DEP", "Depot", "SITE"],
                        ["YARD", "Yard", "DEP"],
                        ["UNIT", "Unit One", "SITE"],
                    ],
                ),
                (
                    "Courses",
                    [
                        ["Code", "Title", "Duration (h)", "Validity (months)"],
                        ["FIR", "Fire", 4, 12],
                        ["IND", "Induction", 3, 24],
                    ],
                ),
                (
                    "Role requirements",
                    [
                        ["Role", "Course", "Required", "Grace"],
                        ["FIT", "Fire", "pre mob", None],
                        ["RIG", "H2S", "post mob", 10],
                    ],
                ),
                (
                    "Trainers",
                    [
                        ["Trainer code", "Trainer", "May teach"],
                        ["T3", "Cem Kara", "FIR"],
                        ["T4", "Ada Ak", None],
                        ["T2", "Omaca Aksu", None],
                    ],
                ),
                ("Venues", [["Room", "Seats"], ["Room B", 5], ["Room A", 30]]),
                (
                    "Workers",
                    [
                        ["Badge", "First name", "Company", "Role", "Role since", "Areas", "E-mail"],
                        ["W-1", "Ali", "NEW", "FIT", "2026-01-01", "YARD", None],
                        ["N-1", "Günel", "BOS", "WEL", "2026-02-02", "PROC", "new@site.example"],
                        ["N-3", "Клавдий", "BOS", "RIG", "2026-03-03", "UNIT", None],
                    ],
                ),
                ("Records", [["Badge", "Course", "Date"], ["W-1", "FIR", "2026-02-01"], ["N-2", "IND", "2026-02-02"]]),
            )
        )
    )


def everything() -> dict[str, Any]:
    """What undoing brings back: values, not history."""
    workers = Worker.objects.exclude(employee_id__startswith="W-").order_by("employee_id")
    return {
        "companies": set(Company.objects.exclude(code="NEW").values_list("code", "name")),
        "roles": {(role.code, role.title["en"]) for role in Role.objects.exclude(code="FIT")},
        "areas": set(Area.objects.exclude(code__in=["DEP", "YARD"]).values_list("code", "name", "parent__code")),
        "venues": set(Venue.objects.values_list("name", "capacity")),
        "trainers": set(
            Trainer.objects.filter(is_active=True, qualifications__until=None).values_list(
                "code", "first_name", "qualifications__course__code"
            )
        ),
        "courses": {
            (version.course.code, version.title["en"], version.duration_minutes, version.validity_months)
            for version in CourseVersion.objects.filter(status=VersionStatus.PUBLISHED).select_related("course")
        },
        "requirements": set(
            RoleRequirement.objects.filter(until=None).values_list(
                "role__code", "course__code", "type", "grace_period_days"
            )
        ),
        "workers": [
            (
                worker.employee_id,
                worker.first_name,
                worker.company.code,
                worker.role.code if worker.role else None,
                worker.role_assigned_on,
                worker.email,
                worker.status,
                sorted(worker.area_assignments.filter(until=None).values_list("area__code", "assigned_on")),
            )
            for worker in workers
        ],
        "records": set(
            TrainingRecord.objects.filter(revoked_at=None).values_list("worker__employee_id", "completed_on")
        ),
    }


def test_all_of_it_goes_back(loaded: None, desk: Desk, request: pytest.FixtureRequest, at: datetime) -> None:
    before = everything()
    view: ImportView = request.getfixturevalue("applied")
    assert everything() != before
    verdict_equals_rebuild(at)
    preview = undo_preview(view.id, by=BY, at=at)
    assert preview.is_possible, preview.resting
    assert preview.sentences == (
        "2 records are revoked with your reason; they stay visible.",
        "1 worker becomes inactive: a worker is never deleted.",
        "4 companies, roles, areas, trainers and venues are deleted.",
        "4 companies, roles and areas stay, because somebody had them.",
        "1 trainer is no longer active, because they were qualified.",
        "1 course is no longer published.",
        "1 requirement ends.",
        "7 changed things become what they were.",
        "The file and the history of all this stay.",
    )
    with CaptureQueriesContext(connection) as queries:
        undo_import(view.id, "The wrong month", by=BY, at=at + LATER)
    assert len(queries) < 190
    assert everything() == before
    verdict_equals_rebuild(at + LATER)
    undone = desk.look(view.id)
    assert (undone.state, undone.undo_reason, undone.undone_at) == (State.UNDONE, "The wrong month", at + LATER)
    made = Worker.objects.get(employee_id="W-1")
    assert (made.status, made.company.code) == ("INACTIVE", "NEW")
    assert StatusPeriod.objects.filter(worker=made).count() == 2
    assert set(TrainingRecord.objects.filter(evidence_id=view.evidence_id).values_list("revoke_reason", flat=True)) == {
        "The wrong month"
    }
    assert not Company.objects.filter(code="IDLE").exists()
    assert not Role.objects.filter(code="GHOST").exists()
    assert Course.objects.filter(code="FIR").exists()
    assert AuditEvent.objects.filter(entity="import", action="import.undone").count() == 1
    with pytest.raises(Conflict) as again:
        undo_import(view.id, "Once more", by=BY, at=at + 2 * LATER)
    assert again.value.code == "NOT_APPLIED"


def resting(view: ImportView, at: datetime) -> set[str]:
    return {one.code for one in undo_preview(view.id, by=BY, at=at).resting}


def _change(at: datetime) -> None:
    worker = Worker.objects.get(employee_id="N-1")
    update_worker(worker.pk, WorkerChanges(phone="+90 555"), by=BY, at=at)


def _certify(at: datetime) -> None:
    from titan.records.commands.certify import certify

    certify([TrainingRecord.objects.latest("pk").pk], by=BY, at=at)


def _revoke(at: datetime) -> None:
    from titan.records.commands import revoke_record

    revoke_record(TrainingRecord.objects.latest("pk").pk, "wrong", by=BY, at=at)


def _extend(at: datetime) -> None:
    extending = Extending(
        Course.objects.get(code="IND").pk, "COMPLETED_ON", date(2026, 2, 1), date(2026, 2, 28), date(2029, 3, 31)
    )
    decision = AuthorityDecision("Order 118/26", at.date(), "The centre is closed.")
    extend_validity(extending, decision, None, by=BY, at=at)


def _session(_at: datetime) -> None:
    cast.make_session(Course.objects.get(code="FIR"))


def _attend(_at: datetime) -> None:
    cast.make_session(Course.objects.get(code="INV"), workers=[Worker.objects.get(employee_id="W-1")])


def _record(_at: datetime) -> None:
    cast.make_record(Worker.objects.get(employee_id="W-1"), Course.objects.get(code="INV"))


def _worker(_at: datetime) -> None:
    cast.make_worker(company=Company.objects.get(code="IDLE"))


def _venue(at: datetime) -> None:
    cast.make_session(Course.objects.get(code="INV"), venue=Venue.objects.get(name="Room B"))


def _require(_at: datetime) -> None:
    cast.require(Role.objects.get(code="WEL"), Course.objects.get(code="FIR"))


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (_change, "CHANGED_WORKER"),
        (_certify, "CHANGED_TRAINING_RECORD"),
        (_revoke, "CHANGED_TRAINING_RECORD"),
        (_extend, "CHANGED_TRAINING_RECORD"),
        (_session, "SESSIONS"),
        (_attend, "SESSIONS"),
        (_venue, "SESSIONS"),
        (_record, "RECORDS"),
        (_worker, "WORKERS"),
        (_require, "OTHER_ROLE_REQUIREMENT"),
    ],
)
def test_not_while_something_rests_on_it(applied: ImportView, at: datetime, what: Any, code: str) -> None:
    what(at + LATER)
    assert resting(applied, at) == {code}
    with pytest.raises(Conflict) as no:
        undo_import(applied.id, "Too late", by=BY, at=at + 2 * LATER)
    assert no.value.code == "RESTING"
    assert {one["code"] for one in no.value.extra["resting"]} == {code}


def test_who_may_and_what_must_be_said(applied: ImportView, at: datetime) -> None:
    refusals: list[tuple[Any, type[Refusal]]] = [
        (lambda: undo_import(applied.id, "", by=BY, at=at), Invalid),
        (lambda: undo_import(applied.id, "x", by=cast.actor("AUDITOR"), at=at), Forbidden),
        (lambda: undo_preview(applied.id, by=cast.actor("TRAINER"), at=at), Forbidden),
        (lambda: discard_import(applied.id, by=BY, at=at), Conflict),
    ]
    for work, refusal in refusals:
        with pytest.raises(refusal):
            work()


def test_the_same_file_can_come_again(applied: ImportView, desk: Desk, at: datetime) -> None:
    undo_import(applied.id, "Once more", by=BY, at=at)
    view = desk.sheet(
        ["Badge", "First name", "Company", "Role", "Role since", "Status"],
        ["W-1", "Ali", "NEW", "FIT", "2026-01-01", "Active"],
    )
    desk.apply(view)
    assert Worker.objects.get(employee_id="W-1").status == "ACTIVE"
    assert Worker.objects.get(employee_id="W-1").role_assigned_on == date(2026, 1, 1)
