"""Companies, roles and areas: made, changed, moved, deleted only while nothing refers to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from tests.cast import (
    LONG_AGO,
    actor,
    make_area,
    make_company,
    make_course,
    make_role,
    make_worker,
    require,
)
from tests.compliance.invariant import verdict_equals_rebuild
from titan.audit.models import AuditEvent
from titan.compliance.commands import rebuild
from titan.compliance.models import RoleRequirement, WorkerVerdict
from titan.core.actor import Role
from titan.core.errors import Conflict, Forbidden, Invalid, NotFound
from titan.personnel import models
from titan.personnel.commands.areas import AreaChanges, AreaFields, create_area, delete_area, update_area
from titan.personnel.commands.companies import CompanyChanges, create_company, delete_company, update_company
from titan.personnel.commands.roles import RoleChanges, create_role, delete_role, update_role
from titan.personnel.models import Area, AreaAssignment, Company, RoleAssignment
from titan.personnel.queries.areas import area, lineage, list_areas
from titan.personnel.queries.companies import company, list_companies
from titan.personnel.queries.roles import list_roles, role

pytestmark = pytest.mark.django_db

ADMIN = actor()
AUDITOR = actor(Role.AUDITOR)


def events() -> list[tuple[str, Any, Any]]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "before", "after"))


def errors_of(call: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        call()
    return [(error.field, error.code) for error in refusal.value.errors]


def in_use(call: Callable[[], object]) -> bool:
    with pytest.raises(Conflict) as refusal:
        call()
    return refusal.value.code == "IN_USE"


def test_a_company_is_made_changed_and_found(at: datetime) -> None:
    company_id = create_company("AZ", "Şirkət Əlövlü MMC", by=ADMIN, at=at)
    update_company(company_id, CompanyChanges(name="İnşaat MMC"), by=ADMIN, at=at)
    update_company(company_id, CompanyChanges(code="AZ"), by=ADMIN, at=at)
    assert company(company_id, by=AUDITOR).name == "İnşaat MMC"
    assert events() == [
        ("company.created", None, {"code": "AZ", "name": "Şirkət Əlövlü MMC"}),
        ("company.updated", {"name": "Şirkət Əlövlü MMC"}, {"name": "İnşaat MMC"}),
    ]
    make_company(code="BB")
    assert [row.code for row in list_companies(by=AUDITOR, search="insaat").items] == ["AZ"]
    assert [row.code for row in list_companies(by=AUDITOR, search="az").items] == ["AZ"]
    assert [row.code for row in list_companies(by=AUDITOR, code="BB").items] == ["BB"]


def test_codes_are_unique_and_texts_are_checked(at: datetime) -> None:
    make_company(code="AZ")
    make_role(code="R")
    make_area(code="S")
    other = make_company(code="BZ")
    taken = [("code", "NOT_UNIQUE")]
    assert errors_of(lambda: create_company("AZ", "x", by=ADMIN, at=at)) == taken
    assert errors_of(lambda: update_company(other.pk, CompanyChanges(code="AZ"), by=ADMIN, at=at)) == taken
    assert errors_of(lambda: create_role("R", {"en": "x"}, by=ADMIN, at=at)) == taken
    assert errors_of(lambda: create_area(AreaFields("S", "x"), by=ADMIN, at=at)) == taken
    blanks = [("code", "REQUIRED"), ("name", "REQUIRED")]
    assert errors_of(lambda: create_company(" ", "\u200b", by=ADMIN, at=at)) == blanks
    assert errors_of(lambda: create_area(AreaFields("", ""), by=ADMIN, at=at)) == blanks
    assert errors_of(lambda: create_role("X", {"tr": "y"}, by=ADMIN, at=at)) == [("title.en", "REQUIRED")]


@pytest.mark.parametrize("kind", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_write(kind: Role, at: datetime) -> None:
    by = actor(kind)
    calls: list[Callable[[], object]] = [
        lambda: create_company("", "", by=by, at=at),
        lambda: update_company(9, CompanyChanges(), by=by, at=at),
        lambda: delete_company(9, by=by, at=at),
        lambda: create_role("", {}, by=by, at=at),
        lambda: update_role(9, RoleChanges(), by=by, at=at),
        lambda: delete_role(9, by=by, at=at),
        lambda: create_area(AreaFields("", ""), by=by, at=at),
        lambda: update_area(9, AreaChanges(), by=by, at=at),
        lambda: delete_area(9, by=by, at=at),
    ]
    for call in calls:
        with pytest.raises(Forbidden):
            call()


def test_a_trainer_sees_no_companies() -> None:
    trainer = actor(Role.TRAINER, trainer_id=1)
    with pytest.raises(Forbidden):
        list_companies(by=trainer)
    with pytest.raises(Forbidden):
        company(1, by=trainer)


def test_what_does_not_exist_is_not_found(at: datetime) -> None:
    calls: list[Callable[[], object]] = [
        lambda: update_company(2**70, CompanyChanges(), by=ADMIN, at=at),
        lambda: delete_role(999, by=ADMIN, at=at),
        lambda: update_area(999, AreaChanges(), by=ADMIN, at=at),
        lambda: company(999, by=ADMIN),
        lambda: role(999, language="en"),
        lambda: area(999),
        lambda: lineage(999),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


def test_unused_things_are_deleted(at: datetime) -> None:
    top = make_area()
    for call, row in (
        (delete_company, make_company()),
        (delete_role, make_role()),
        (delete_area, make_area(top)),
    ):
        call(row.pk, by=ADMIN, at=at)
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
    assert [event[0] for event in events()] == ["company.deleted", "role.deleted", "area.deleted"]


def test_used_things_are_not_deleted(at: datetime) -> None:
    worker = make_worker()
    assert in_use(lambda: delete_company(worker.company_id, by=ADMIN, at=at))
    held, was_held, asks, asked = make_role(), make_role(), make_role(), make_role()
    make_worker(role=held)
    RoleAssignment.objects.create(worker=worker, role=was_held, assigned_on=at.date(), since=LONG_AGO, until=at)
    require(asks, make_course())
    require(asked, make_course())
    RoleRequirement.objects.filter(role=asked).update(until=at)
    for used in (held, was_held, asks, asked):
        assert in_use(lambda used=used: delete_role(used.pk, by=ADMIN, at=at))  # type: ignore[misc]
    assert not AuditEvent.objects.exists()


def test_used_areas_are_not_deleted(at: datetime) -> None:
    parent, asks, was_held, was_parent = make_area(), make_area(), make_area(), make_area()
    make_area(parent)
    require(asks, make_course())
    AreaAssignment.objects.create(worker=make_worker(), area=was_held, assigned_on=at.date(), since=LONG_AGO, until=at)
    moved = make_area(was_parent)
    update_area(moved.pk, AreaChanges(parent_id=parent.pk), by=ADMIN, at=at)
    for used in (parent, asks, was_held, was_parent):
        assert in_use(lambda used=used: delete_area(used.pk, by=ADMIN, at=at))  # type: ignore[misc]
        assert Area.objects.filter(pk=used.pk).exists()


def test_a_role_is_made_changed_and_found(at: datetime) -> None:
    role_id = create_role("JOB-1", {"en": "Rigger", "tr": "Halatçı"}, by=ADMIN, at=at)
    update_role(role_id, RoleChanges(title={"en": "Rigger", "az": "Yükqaldıran"}), by=ADMIN, at=at)
    assert role(role_id, language="az").title == "Yükqaldıran"
    assert role(role_id, language="tr").title == "Rigger"
    make_role(code="JOB-2", title={"en": "Welder"})
    assert [row.code for row in list_roles(language="en", search="yukqaldiran").items] == ["JOB-1"]
    assert [row.code for row in list_roles(language="en", search="job").items] == ["JOB-1", "JOB-2"]
    assert [row.code for row in list_roles(language="en", code="JOB-2").items] == ["JOB-2"]


def test_an_area_is_made_renamed_and_moved(site: Any, at: datetime) -> None:
    top, other = make_area(code="TOP"), make_area(code="OTHER")
    area_id = create_area(AreaFields("U3", "Unit 3", top.pk), by=ADMIN, at=at)
    update_area(area_id, AreaChanges(name="Unit Three"), by=ADMIN, at=at)
    update_area(area_id, AreaChanges(parent_id=other.pk), by=ADMIN, at=at)
    update_area(area_id, AreaChanges(parent_id=None), by=ADMIN, at=at)
    placements = models.AreaPlacement.objects.filter(area_id=area_id).order_by("id")
    assert list(placements.values_list("parent_id", "until")) == [(top.pk, at), (other.pk, at), (None, None)]
    view = area(area_id)
    assert (view.name, view.parent) == ("Unit Three", None)
    assert [event[0] for event in events()] == ["area.created", *["area.updated"] * 3]
    assert events()[2][1:] == ({"parent_id": top.pk}, {"parent_id": other.pk})


def test_an_area_never_stands_inside_itself(at: datetime) -> None:
    top = make_area(code="TOP")
    middle = make_area(top, code="MID")
    low = make_area(middle, code="LOW")
    with pytest.raises(Invalid) as refusal:
        update_area(top.pk, AreaChanges(parent_id=low.pk), by=ADMIN, at=at)
    assert refusal.value.errors[0].message == "An area cannot stand inside itself: TOP → LOW → MID → TOP."
    assert errors_of(lambda: update_area(top.pk, AreaChanges(parent_id=top.pk), by=ADMIN, at=at)) == [
        ("parent_id", "CIRCLE")
    ]
    unknown = [("parent_id", "UNKNOWN")]
    assert errors_of(lambda: update_area(top.pk, AreaChanges(parent_id=2**70), by=ADMIN, at=at)) == unknown
    assert errors_of(lambda: create_area(AreaFields("N", "n", 999), by=ADMIN, at=at)) == unknown


def test_moving_an_area_moves_the_verdicts_of_everyone_below(site: Any, at: datetime) -> None:
    strict, lax = make_area(), make_area()
    require(strict, make_course())
    middle = make_area(lax)
    low = make_area(middle)
    worker = make_worker(areas=[low])
    rebuild(by=ADMIN, at=at)
    assert WorkerVerdict.objects.get(worker=worker).severity == 4
    update_area(middle.pk, AreaChanges(parent_id=strict.pk), by=ADMIN, at=at)
    assert WorkerVerdict.objects.get(worker=worker).severity == 0
    verdict_equals_rebuild(at)


def test_areas_are_listed_and_their_lineage_known() -> None:
    top = make_area(code="SITE", name="Sahə")
    low = make_area(top, code="PROC", name="Process")
    assert [(row.code, row.parent.code if row.parent else None) for row in list_areas().items] == [
        ("PROC", "SITE"),
        ("SITE", None),
    ]
    assert [row.code for row in list_areas(search="sahe").items] == ["SITE"]
    assert [row.code for row in list_areas(parent_id=top.pk).items] == ["PROC"]
    assert [row.code for row in list_areas(code="SITE").items] == ["SITE"]
    assert [step.code for step in lineage(low.pk)] == ["PROC", "SITE"]


def test_pages_are_in_the_same_order_on_every_database() -> None:
    for name in ("b", "ə", "A", "Ç", "a", "B"):
        make_company(code=name)
        make_role(code=name)
        make_area(code=name)
    lists: list[Callable[[str | None], Any]] = [
        lambda cursor: list_companies(by=ADMIN, limit=4, cursor=cursor),
        lambda cursor: list_roles(language="en", limit=4, cursor=cursor),
        lambda cursor: list_areas(limit=4, cursor=cursor),
    ]
    for page_of in lists:
        first = page_of(None)
        second = page_of(first.next_cursor)
        codes = [row.code for row in (*first.items, *second.items)]
        assert codes == ["A", "B", "a", "b", "Ç", "ə"]
        assert (first.total, second.total, second.next_cursor) == (6, None, None)


def test_a_race_for_a_code_is_refused_by_the_database() -> None:
    from django.db import IntegrityError, transaction

    from titan.core.guards import refusal_of

    for make in (make_company, make_role, make_area):
        make(code="SAME")
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            make(code="SAME")
        refusal = refusal_of(error.value)
        assert isinstance(refusal, Invalid)
        assert refusal.errors[0].field == "code"
    assert Company.objects.count() == 1
