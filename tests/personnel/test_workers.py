"""Workers: made, changed with their history kept, anonymised; the audit log knows no names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.cast import (
    actor,
    make_area,
    make_company,
    make_course,
    make_record,
    make_role,
    make_user,
    make_worker,
    require,
)
from tests.compliance.invariant import verdict_equals_rebuild
from titan.audit.models import AuditEvent
from titan.compliance.models import ComplianceItem, WorkerVerdict
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound
from titan.personnel.commands.anonymise import anonymise_worker
from titan.personnel.commands.workers import create_worker, update_worker
from titan.personnel.models import AreaAssignment, RoleAssignment, StatusPeriod, Worker
from titan.personnel.rules import PERSONAL, AreaGiven, WorkerChanges, WorkerFields

pytestmark = pytest.mark.django_db

ADMIN = actor()
SUPER = actor(Role.SUPER_ADMIN)
TODAY = date(2026, 11, 22)


def new(**values: Any) -> WorkerFields:
    return WorkerFields(
        **{
            "employee_id": "NGT-0001",
            "first_name": "Rəşad",
            "last_name": "Əliyev",
            "company_id": values.pop("company_id", None) or make_company().pk,
            **values,
        }
    )


def errors_of(call: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        call()
    return [(error.field, error.code) for error in refusal.value.errors]


def roles_of(worker_id: int) -> list[tuple[int, date, bool]]:
    rows = RoleAssignment.objects.filter(worker_id=worker_id).order_by("id")
    return [(row.role_id, row.assigned_on, row.until is None) for row in rows]


def areas_of(worker_id: int) -> list[tuple[int, date, bool]]:
    rows = AreaAssignment.objects.filter(worker_id=worker_id).order_by("id")
    return [(row.area_id, row.assigned_on, row.until is None) for row in rows]


def statuses_of(worker_id: int) -> list[tuple[str, bool]]:
    rows = StatusPeriod.objects.filter(worker_id=worker_id).order_by("id")
    return [(row.status, row.until is None) for row in rows]


def test_a_worker_is_made_with_all_histories(site: Any, at: datetime) -> None:
    role, area = make_role(), make_area()
    require(role, make_course())
    supervisor = make_worker(status="INACTIVE")
    worker_id = create_worker(
        new(role_id=role.pk, areas=(AreaGiven(area.pk, date(2026, 2, 1)),), supervisor_id=supervisor.pk),
        by=ADMIN,
        at=at,
    )
    worker = Worker.objects.get(pk=worker_id)
    assert (worker.status, worker.role_assigned_on, worker.created_at) == ("ACTIVE", TODAY, at)
    assert worker.search_key == "resad eliyev resad ngt-0001"
    assert roles_of(worker_id) == [(role.pk, TODAY, True)]
    assert areas_of(worker_id) == [(area.pk, date(2026, 2, 1), True)]
    assert statuses_of(worker_id) == [("ACTIVE", True)]
    assert WorkerVerdict.objects.get(worker_id=worker_id).severity == 0
    verdict_equals_rebuild(at)


def test_everything_wrong_is_refused_at_once_and_nothing_is_made(site: Any, at: datetime) -> None:
    make_worker(employee_id="NGT-0001")
    fields = new(
        company_id=998,
        first_name=" ",
        role_id=999,
        supervisor_id=999,
        areas=(AreaGiven(make_area().pk), AreaGiven(999), AreaGiven(2**70)),
        status="GONE",
    )
    assert sorted(errors_of(lambda: create_worker(fields, by=ADMIN, at=at))) == [
        ("areas.1.area_id", "UNKNOWN"),
        ("areas.2.area_id", "UNKNOWN"),
        ("company_id", "UNKNOWN"),
        ("employee_id", "NOT_UNIQUE"),
        ("first_name", "REQUIRED"),
        ("role_id", "UNKNOWN"),
        ("status", "UNKNOWN_CHOICE"),
        ("supervisor_id", "UNKNOWN"),
    ]
    assert Worker.objects.count() == 1
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("kind", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_write(kind: Role, at: datetime) -> None:
    by = actor(kind)
    with pytest.raises(Forbidden):
        create_worker(new(first_name="", company_id=1), by=by, at=at)
    with pytest.raises(Forbidden):
        update_worker(999, WorkerChanges(), by=by, at=at)
    with pytest.raises(Forbidden):
        anonymise_worker(999, "", by=by, at=at)


def test_a_new_role_counts_from_its_own_day(site: Any, at: datetime) -> None:
    first, second = make_role(), make_role()
    course = make_course()
    require(second, course, 30)
    worker = make_worker(role=first)
    update_worker(worker.pk, WorkerChanges(role_id=second.pk), by=ADMIN, at=at)
    assert roles_of(worker.pk) == [(first.pk, date(2026, 1, 5), False), (second.pk, TODAY, True)]
    assert ComplianceItem.objects.get(worker=worker).due_on == TODAY + timedelta(days=30)
    update_worker(worker.pk, WorkerChanges(role_assigned_on=date(2026, 6, 1)), by=ADMIN, at=at)
    assert roles_of(worker.pk)[1:] == [(second.pk, TODAY, False), (second.pk, date(2026, 6, 1), True)]
    verdict_equals_rebuild(at)
    update_worker(worker.pk, WorkerChanges(role_id=None), by=ADMIN, at=at)
    worker.refresh_from_db()
    assert (worker.role_id, worker.role_assigned_on) == (None, None)
    assert not RoleAssignment.objects.filter(worker=worker, until=None).exists()
    assert not ComplianceItem.objects.filter(worker=worker).exists()
    verdict_equals_rebuild(at)


def test_areas_are_replaced_as_a_whole(site: Any, at: datetime) -> None:
    kept, gone, moved, fresh = (make_area() for _ in range(4))
    require(gone, make_course())
    require(fresh, make_course())
    worker = make_worker(areas=[kept, gone, moved])
    january, june = date(2026, 1, 5), date(2026, 6, 1)
    wanted = (AreaGiven(fresh.pk), AreaGiven(moved.pk, june), AreaGiven(kept.pk))
    update_worker(worker.pk, WorkerChanges(areas=wanted), by=ADMIN, at=at)
    assert sorted(areas_of(worker.pk)) == sorted(
        [
            (kept.pk, january, True),
            (gone.pk, january, False),
            (moved.pk, january, False),
            (moved.pk, june, True),
            (fresh.pk, TODAY, True),
        ]
    )
    assert ComplianceItem.objects.count() == 1
    verdict_equals_rebuild(at)
    update_worker(worker.pk, WorkerChanges(areas=()), by=ADMIN, at=at)
    assert not AreaAssignment.objects.filter(worker=worker, until=None).exists()
    assert errors_of(lambda: update_worker(worker.pk, WorkerChanges(areas=(AreaGiven(999),)), by=ADMIN, at=at)) == [
        ("areas.0.area_id", "UNKNOWN")
    ]


def test_who_leaves_has_no_items_and_who_returns_has_them_again(site: Any, at: datetime) -> None:
    role = make_role()
    require(role, make_course(), 365)
    worker = make_worker(role=role)
    for status, reason in (("BLACKLISTED", "Smoked at the flare"), ("INACTIVE", ""), ("ACTIVE", "Came back")):
        update_worker(worker.pk, WorkerChanges(status=status), reason=reason, by=ADMIN, at=at)
        assert ComplianceItem.objects.filter(worker=worker).exists() == (status == "ACTIVE")
        assert WorkerVerdict.objects.filter(worker=worker).exists() == (status == "ACTIVE")
        verdict_equals_rebuild(at)
    assert statuses_of(worker.pk) == [
        ("ACTIVE", False),
        ("BLACKLISTED", False),
        ("INACTIVE", False),
        ("ACTIVE", True),
    ]
    assert ComplianceItem.objects.get(worker=worker).due_on == date(2027, 1, 5)
    assert list(AuditEvent.objects.order_by("id").values_list("reason", flat=True)) == [
        "Smoked at the flare",
        "",
        "Came back",
    ]


def test_a_change_that_changes_nothing_says_nothing(site: Any, at: datetime) -> None:
    role, areas = make_role(), [make_area(), make_area()]
    worker = make_worker(role=role, areas=areas)
    same = WorkerChanges(
        first_name=worker.first_name,
        role_id=role.pk,
        areas=tuple(AreaGiven(area.pk) for area in reversed(areas)),
        status="ACTIVE",
    )
    update_worker(worker.pk, same, by=ADMIN, at=at)
    assert not AuditEvent.objects.exists()
    assert (len(roles_of(worker.pk)), len(areas_of(worker.pk)), len(statuses_of(worker.pk))) == (1, 2, 1)


def test_a_new_name_sorts_and_is_found(site: Any, at: datetime) -> None:
    worker = make_worker(first_name="A", last_name="B", employee_id="C")
    update_worker(worker.pk, WorkerChanges(last_name="Çelik"), by=ADMIN, at=at)
    worker.refresh_from_db()
    assert (worker.name_key, worker.search_key) == ("çelik\x1fa\x1fc", "a celik a c")


def test_nobody_supervises_themselves_over_any_number_of_steps(site: Any, at: datetime) -> None:
    top = make_worker(employee_id="TOP")
    middle = make_worker(employee_id="MID", supervisor=top)
    low = make_worker(employee_id="LOW", supervisor=middle)
    with pytest.raises(Invalid) as refusal:
        update_worker(top.pk, WorkerChanges(supervisor_id=low.pk), by=ADMIN, at=at)
    assert refusal.value.errors[0].message == "Nobody can be their own supervisor: TOP → LOW → MID → TOP."
    circle = [("supervisor_id", "CIRCLE")]
    assert errors_of(lambda: update_worker(top.pk, WorkerChanges(supervisor_id=top.pk), by=ADMIN, at=at)) == circle
    unknown = [("supervisor_id", "UNKNOWN")]
    for nobody in (999, 2**70):
        changes = WorkerChanges(supervisor_id=nobody)
        assert errors_of(lambda changes=changes: update_worker(top.pk, changes, by=ADMIN, at=at)) == unknown  # type: ignore[misc]
    update_worker(low.pk, WorkerChanges(supervisor_id=top.pk), by=ADMIN, at=at)
    update_worker(top.pk, WorkerChanges(supervisor_id=make_worker(status="INACTIVE").pk), by=ADMIN, at=at)
    update_worker(low.pk, WorkerChanges(supervisor_id=None), by=ADMIN, at=at)
    low.refresh_from_db()
    assert low.supervisor_id is None


def test_only_a_super_admin_links_a_login(site: Any, at: datetime) -> None:
    user, taken = make_user(), make_user()
    worker = make_worker()
    make_worker(user=taken)
    with pytest.raises(Forbidden):
        update_worker(worker.pk, WorkerChanges(user_id=user.pk), by=ADMIN, at=at)
    with pytest.raises(Forbidden):
        create_worker(new(user_id=user.pk), by=ADMIN, at=at)
    update_worker(worker.pk, WorkerChanges(user_id=user.pk), by=SUPER, at=at)
    update_worker(worker.pk, WorkerChanges(user_id=user.pk, phone="1"), by=ADMIN, at=at)
    assert errors_of(lambda: update_worker(worker.pk, WorkerChanges(user_id=taken.pk), by=SUPER, at=at)) == [
        ("user_id", "NOT_UNIQUE")
    ]
    assert errors_of(lambda: update_worker(worker.pk, WorkerChanges(user_id=999), by=SUPER, at=at)) == [
        ("user_id", "UNKNOWN")
    ]


def test_anonymising_erases_who_it_was_and_keeps_the_records(site: Any, at: datetime) -> None:
    worker = make_worker(
        employee_id="NGT-7",
        first_name="Rəşad",
        last_name="Əliyev",
        email="r@x.az",
        phone="123",
        start_date=TODAY,
        end_date=TODAY,
        user=make_user(),
        status="INACTIVE",
    )
    record = make_record(worker, make_course())
    with pytest.raises(Forbidden):
        anonymise_worker(worker.pk, "Asked for it", by=ADMIN, at=at)
    assert errors_of(lambda: anonymise_worker(worker.pk, " ", by=SUPER, at=at)) == [("reason", "REQUIRED")]
    anonymise_worker(worker.pk, "Asked for it", by=SUPER, at=at)
    worker.refresh_from_db()
    assert (worker.employee_id, worker.first_name, worker.last_name) == (f"ANON-{worker.pk}", "", "Anonymised")
    assert (worker.email, worker.phone, worker.start_date, worker.end_date) == ("", "", None, None)
    assert (worker.user_id, worker.anonymised_at) == (None, at)
    assert "resad" not in worker.search_key
    assert "rəşad" not in worker.name_key
    record.refresh_from_db()
    assert record.worker_id == worker.pk
    event = AuditEvent.objects.get(action="worker.anonymised")
    assert event.reason == "Asked for it"
    with pytest.raises(Conflict) as again:
        anonymise_worker(worker.pk, "Again", by=SUPER, at=at)
    assert again.value.code == "ALREADY_ANONYMISED"
    with pytest.raises(Conflict) as change:
        update_worker(worker.pk, WorkerChanges(status="ACTIVE"), by=ADMIN, at=at)
    assert change.value.code == "WORKER_ANONYMISED"
    verdict_equals_rebuild(at)


def test_an_active_worker_is_not_anonymised(site: Any, at: datetime) -> None:
    worker = make_worker()
    with pytest.raises(Conflict) as refusal:
        anonymise_worker(worker.pk, "Asked for it", by=SUPER, at=at)
    assert refusal.value.code == "WORKER_ACTIVE"
    with pytest.raises(NotFound):
        anonymise_worker(999, "Asked for it", by=SUPER, at=at)


def test_the_audit_log_holds_no_personal_value(site: Any, at: datetime) -> None:
    """Whatever identifies the worker is changed in every way; none of it can be read from the log."""
    role, area = make_role(), make_area()
    secrets = {
        "employee_id": "SECRET-BADGE",
        "first_name": "SecretFirst",
        "last_name": "SecretLast",
        "email": "secret@mail.az",
        "phone": "+994501112233",
        "start_date": date(2019, 3, 14),
        "end_date": date(2029, 3, 15),
    }
    assert set(secrets) == set(PERSONAL)
    worker_id = create_worker(new(**secrets, role_id=role.pk, areas=(AreaGiven(area.pk),)), by=SUPER, at=at)
    others = {**secrets, **{name: f"{secrets[name]}9" for name in ("employee_id", "first_name", "phone")}}
    update_worker(worker_id, WorkerChanges(**others, status="INACTIVE", role_id=None), by=SUPER, at=at)
    anonymise_worker(worker_id, "Asked for it", by=SUPER, at=at)
    written = json.dumps(list(AuditEvent.objects.values("before", "after", "reason")), ensure_ascii=False)
    for value in secrets.values():
        assert str(value) not in written
    first, second, _ = AuditEvent.objects.order_by("id")
    assert first.after is not None
    assert second.after is not None
    assert first.after["personal_fields"] == list(PERSONAL)
    assert first.after["areas"] == [{"area_id": area.pk, "assigned_on": "2026-11-22"}]
    assert second.before == {"role_id": role.pk, "role_assigned_on": "2026-11-22", "status": "ACTIVE"}
    assert second.after["personal_fields"] == ["employee_id", "first_name", "phone"]


def test_statements_do_not_grow_with_areas(site: Any, at: datetime) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    company = make_company().pk
    counts = []
    for number in (1, 20):
        areas = tuple(AreaGiven(make_area().pk) for _ in range(number))
        with CaptureQueriesContext(connection) as made:
            worker_id = create_worker(new(employee_id=f"B{number}", company_id=company, areas=areas), by=ADMIN, at=at)
        with CaptureQueriesContext(connection) as changed:
            update_worker(worker_id, WorkerChanges(areas=areas[:1], phone="1"), by=ADMIN, at=at)
        counts.append((len(made), len(changed)))
    assert counts[0][0] == counts[1][0]
    assert counts[1][0] <= 25
    assert counts[1][1] <= 25


def test_a_race_for_a_badge_is_refused_by_the_database() -> None:
    from django.db import IntegrityError, transaction

    from titan.core.guards import refusal_of

    make_worker(employee_id="SAME")
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_worker(employee_id="SAME")
    refusal = refusal_of(error.value)
    assert isinstance(refusal, Invalid)
    assert refusal.errors[0].field == "employee_id"
