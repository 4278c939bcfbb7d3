"""The library: readers read, admins edit, errors stand at their field, and what a change reaches is shown first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.forms import Sent, form_in
from titan.catalogue.models import CourseVersion
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, RoleRequirement, Severity
from titan.core.actor import Role
from titan.personnel import models as personnel
from titan.resources.models import Trainer, Venue

COURSES_STATEMENTS, MOST_STATEMENTS = 12, 16


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def shown(client: Client, page: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(page, args=args), query)
    assert answer.status_code == 200
    return text_of(answer)


def a_course(**changes: Any) -> dict[str, Any]:
    return {
        "code": "H2S-1",
        "title.en": "H2S Awareness",
        "title.tr": "H2S Farkındalığı",
        "category": "HSE",
        "duration_minutes": "240",
        "validity_months": "24",
        "delivery_method": "BLENDED",
        "min_pass_score": "80",
        **changes,
    }


@pytest.mark.parametrize("page", ["library", "course_new"])
def test_trainers_see_nothing_of_it(now: datetime, page: str) -> None:
    assert client_of(Role.TRAINER).get(reverse(page)).status_code == 403


def test_a_course_is_made_found_published_and_changed(now: datetime) -> None:
    client = client_of()
    before = cast.make_course(code="BASE-1")
    answer = client.post(reverse("course_new"), a_course(prerequisite_ids=[before.pk], requires_verification="1"))
    version = CourseVersion.objects.get(course__code="H2S-1")
    assert answer["Location"] == reverse("course", args=[version.course_id])
    assert (version.title["tr"], version.min_pass_score, version.requires_verification) == (
        "H2S Farkındalığı",
        80,
        True,
    )
    assert [asked.course_id for asked in version.prerequisites.all()] == [before.pk]
    assert "H2S Awareness" in shown(client, "library", search="farkin")
    assert "No course matches" in shown(client, "library", search="nothing like it")
    page = shown(client, "course", version.course_id)
    assert "Publish version 1" in page
    client.post(reverse("course_publish", args=[version.course_id, 1]))
    page = shown(client, "course", version.course_id)
    assert "Version 1 is published." in page
    assert "2 years" in page
    edit = reverse("course_edit", args=[version.course_id])
    form = text_of(client.get(edit))
    assert 'value="version"' in form
    assert f'value="{before.pk}" checked' in form
    client.post(edit, a_course(validity_months="12", writes="version"))
    client.post(edit, a_course(validity_months="0", writes="draft"))
    draft = CourseVersion.objects.get(course_id=version.course_id, number=2)
    assert (draft.status, draft.validity_months) == ("DRAFT", 0)


def test_a_new_validity_says_whom_it_reaches(now: datetime) -> None:
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    workers = [cast.make_worker(role=role) for _number in range(3)]
    cast.make_record(workers[0], course)
    cast.make_session(course, status="SCHEDULED")
    rebuild(by=cast.actor(), at=now)
    cast.make_version(course, status="DRAFT", validity_months=36)
    page = shown(client_of(Role.AUDITOR), "course", course.pk)
    assert "A pass will be valid: 3 years, instead of: 1 year." in page
    assert "3 workers of whom it is required get this version" in page
    assert "1 record that is valid today keeps its own expiry." in page
    assert "1 session already scheduled keeps version 1." in page
    assert "<button" not in page.split('id="reach"')[1].split("</section>")[0]


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(now: datetime) -> None:
    answer = client_of().post(reverse("course_new"), a_course(**{"title.en": " ", "duration_minutes": "2"}))
    page = text_of(answer)
    assert answer.status_code == 422
    assert 'id="error-title.en"' in page
    assert 'id="error-duration_minutes"' in page
    assert 'value="H2S Farkındalığı"' in page
    assert not CourseVersion.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"duration_minutes": "many"},
        {"validity_months": ""},
        {"code": "A\x00B"},
        {"prerequisite_ids": ["x"]},
        {"prerequisite_ids": [str(2**70)]},
        {"prerequisite_ids": ["999"]},
        {"delivery_method": "SHOUTED"},
        {"min_pass_score": "9" * 30},
    ],
)
def test_nonsense_is_refused_at_its_field(now: datetime, bad: dict[str, Any]) -> None:
    answer = client_of().post(reverse("course_new"), a_course(**bad))
    assert answer.status_code == 422
    assert f'id="error-{next(iter(bad))}"' in text_of(answer)


def test_a_draft_published_meanwhile_is_not_written_over(now: datetime) -> None:
    course = cast.make_course()
    answer = client_of().post(reverse("course_edit", args=[course.pk]), a_course(writes="draft"))
    assert answer.status_code == 409
    assert "make a new version" in text_of(answer)
    again = client_of().post(reverse("course_publish", args=[course.pk, 1]))
    assert again.status_code == 409
    assert "only a draft can be published" in text_of(again)


def test_readers_read_courses_and_change_nothing(now: datetime) -> None:
    course = cast.make_course(status="DRAFT")
    for role in (Role.AUDITOR, Role.ASSESSOR):
        client = client_of(role)
        assert reverse("course_edit", args=[course.pk]) not in shown(client, "course", course.pk)
        assert reverse("course_new") not in shown(client, "library")
        assert client.get(reverse("course_new")).status_code == 403
        assert client.post(reverse("course_edit", args=[course.pk]), a_course()).status_code == 403
        assert client.post(reverse("course_publish", args=[course.pk, 1])).status_code == 403
    assert client_of().get(reverse("course", args=[10**6])).status_code == 404


def test_the_list_of_courses_costs_the_same_for_any_number(now: datetime, django_assert_num_queries: Any) -> None:
    client = client_of()
    before = cast.make_course()
    cast.make_course(prerequisites=[before])
    client.get(reverse("library"))
    with django_assert_num_queries(COURSES_STATEMENTS):
        client.get(reverse("library"))
    for _number in range(10):
        cast.make_course(prerequisites=[before])
    with django_assert_num_queries(COURSES_STATEMENTS):
        client.get(reverse("library"))


A_TRAINER = {"code": "TR-1", "first_name": "Ləman", "last_name": "Əliyeva", "type": "INTERNAL", "is_active": "1"}


def test_a_trainer_is_added_qualified_and_changed(now: datetime) -> None:
    client, course = client_of(), cast.make_course(code="HSE-1")
    answer = client.post(reverse("library_trainer_new"), A_TRAINER)
    trainer = Trainer.objects.get(code="TR-1")
    assert answer["Location"] == reverse("library_trainer", args=[trainer.pk])
    client.post(reverse("library_trainer_teaches", args=[trainer.pk]), {"course_ids": [course.pk]})
    page = shown(client, "library_trainer", trainer.pk)
    assert f'value="{course.pk}" checked' in page
    assert "Ləman Əliyeva" in shown(client, "trainers", course_id=course.pk)
    assert "No trainer matches" in shown(client, "trainers", is_active="no")
    client.post(reverse("library_trainer", args=[trainer.pk]), {**A_TRAINER, "first_name": "Leman", "is_active": ""})
    trainer.refresh_from_db()
    assert trainer.first_name == "Leman"
    refused = client.post(reverse("library_trainer_delete", args=[trainer.pk]))
    assert refused.status_code == 409
    assert "Not deleted." in text_of(refused)


def test_an_external_trainer_has_a_company(now: datetime) -> None:
    answer = client_of().post(reverse("library_trainer_new"), {**A_TRAINER, "type": "EXTERNAL"})
    assert answer.status_code == 422
    assert 'id="error-company_name"' in text_of(answer)
    assert 'value="Əliyeva"' in text_of(answer)


def test_a_trainer_nobody_refers_to_is_deleted(now: datetime) -> None:
    trainer = cast.make_trainer()
    answer = client_of().post(reverse("library_trainer_delete", args=[trainer.pk]))
    assert answer["Location"] == reverse("trainers")
    assert not Trainer.objects.exists()


def test_trainers_show_the_hours_of_this_week(now: datetime) -> None:
    course = cast.make_course()
    trainer = cast.make_trainer(course)
    start = datetime(2026, 11, 18, 9, 0, tzinfo=now.tzinfo)
    cast.make_session(course, trainer=trainer, slots=[(start, start + timedelta(hours=7.5))], status="SCHEDULED")
    assert '<td class="num">7.5</td>' in shown(client_of(Role.AUDITOR), "trainers")
    page = shown(client_of(Role.AUDITOR), "library_trainer", trainer.pk)
    assert "7.5" in page
    assert "<form" not in page.split('id="main"')[1]


def test_only_admins_change_trainers(now: datetime) -> None:
    trainer, client = cast.make_trainer(), client_of(Role.ASSESSOR)
    for page, args in [
        ("library_trainer", [trainer.pk]),
        ("library_trainer_new", []),
        ("library_trainer_teaches", [trainer.pk]),
        ("library_trainer_delete", [trainer.pk]),
    ]:
        assert client.post(reverse(page, args=args), A_TRAINER).status_code == 403
    assert client_of(Role.TRAINER).get(reverse("trainers")).status_code == 403
    bad = client_of().post(reverse("library_trainer_teaches", args=[trainer.pk]), {"course_ids": ["999"]})
    assert bad.status_code == 422
    assert 'id="error-course_ids"' in text_of(bad)


def asked(page: str, address: str, **rows: str) -> Sent:
    """Return what the form of requirements sends when `rows` such as type_7="PRE_MOB" are filled in."""
    return {**form_in(page, address), **{name.replace("_", "-"): value for name, value in rows.items()}}


def test_a_role_is_told_whom_it_touches_before_it_is_saved(now: datetime) -> None:
    course, later, role = cast.make_course(), cast.make_course(), cast.make_role()
    for _number in range(3):
        cast.make_worker(role=role, assigned_on=now.date())
    rebuild(by=cast.actor(), at=now)
    client, address = client_of(), reverse("library_role_requirements", args=[role.pk])
    rows = {f"type_{course.pk}": "PRE_MOB", f"type_{later.pk}": "POST_MOB", f"days_{later.pk}": "30"}
    page = text_of(client.post(address, asked(shown(client, "library_role", role.pk), address, **rows)))
    assert "2 requirements change." in page
    assert "It touches 3 workers: 3 may not work any more" in page
    assert not RoleRequirement.objects.exists()
    answer = client.post(address, asked(page, address, **rows))
    assert answer.status_code == 302
    assert dict(RoleRequirement.objects.values_list("course_id", "grace_period_days")) == {
        course.pk: None,
        later.pk: 30,
    }
    assert ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).count() == 3
    page = shown(client, "library_role", role.pk)
    assert "judged anew" in page
    assert "Nothing changes." in text_of(client.post(address, asked(page, address, **rows)))
    assert '<td class="num">3</td><td class="num">2</td>' in shown(client_of(Role.AUDITOR), "roles")


def test_nothing_is_saved_that_was_not_shown_or_is_wrong_or_stale(now: datetime) -> None:
    course, other, role = cast.make_course(), cast.make_course(), cast.make_role()
    client, address = client_of(), reverse("library_role_requirements", args=[role.pk])
    first = shown(client, "library_role", role.pk)
    seen = text_of(client.post(address, asked(first, address, **{f"type_{course.pk}": "PRE_MOB"})))
    changed = client.post(address, asked(seen, address, **{f"type_{other.pk}": "PRE_MOB"}))
    assert "Not saved yet." in text_of(changed)
    for days in ("", "400", "soon"):
        bad = client.post(
            address, asked(first, address, **{f"type_{course.pk}": "POST_MOB", f"days_{course.pk}": days})
        )
        assert bad.status_code == 422
        assert f'id="error-{course.pk}"' in text_of(bad)
    assert not RoleRequirement.objects.exists()
    cast.require(role, other)
    stale = client.post(address, asked(seen, address, **{f"type_{course.pk}": "PRE_MOB"}))
    assert stale.status_code == 409
    assert "Somebody changed this at the same time." in text_of(stale)
    assert RoleRequirement.objects.count() == 1


def test_roles_are_added_renamed_and_deleted(now: datetime) -> None:
    client = client_of()
    bad = client.post(reverse("library_role_new"), {"code": "", "title.en": "", "title.tr": "Kaynakçı"})
    assert bad.status_code == 422
    assert 'id="error-title.en"' in text_of(bad)
    client.post(reverse("library_role_new"), {"code": "WELD", "title.en": "Welder", "title.tr": "Kaynakçı"})
    role = personnel.Role.objects.get(code="WELD")
    client.post(reverse("library_role", args=[role.pk]), {"code": "WELD", "title.en": "Welder 6G", "title.tr": ""})
    role.refresh_from_db()
    assert role.title == {"en": "Welder 6G"}
    assert "Welder 6G" in shown(client, "roles", search="6g")
    used = cast.make_worker(role=cast.make_role()).role
    assert used is not None
    refused = client.post(reverse("library_role_delete", args=[used.pk]))
    assert (refused.status_code, "Not deleted." in text_of(refused)) == (409, True)
    assert client.post(reverse("library_role_delete", args=[role.pk]))["Location"] == reverse("roles")


def test_an_area_shows_where_each_requirement_comes_from(now: datetime) -> None:
    top = cast.make_area(name="Plant")
    inner = cast.make_area(top, name="Furnace hall")
    cast.require(top, cast.make_course(code="TOP-1"))
    cast.require(inner, cast.make_course(code="IN-1"), 14)
    cast.make_worker(areas=[inner])
    page = shown(client_of(Role.AUDITOR), "library_area", inner.pk)
    assert "Within 14 days after entry" in page
    assert f'<td><a href="{reverse("library_area", args=[top.pk])}">Plant</a></td>' in page
    assert "This area" in page
    assert "1 active worker here and inside" in shown(client_of(), "library_area", top.pk)
    tree = shown(client_of(), "areas")
    assert tree.index("Plant") < tree.index("Furnace hall")


def test_areas_are_added_moved_asked_and_deleted(now: datetime) -> None:
    client, top, course = client_of(), cast.make_area(), cast.make_course()
    client.post(reverse("library_area_new"), {"code": "A-9", "name": "Quay", "parent_id": str(top.pk)})
    quay = personnel.Area.objects.get(code="A-9")
    assert quay.parent_id == top.pk
    sent = {"code": top.code, "name": top.name, "parent_id": str(quay.pk)}
    circle = client.post(reverse("library_area", args=[top.pk]), sent)
    assert circle.status_code == 422
    assert 'id="error-parent_id"' in text_of(circle)
    client.post(reverse("library_area", args=[quay.pk]), {"code": "A-9", "name": "Quay", "parent_id": ""})
    quay.refresh_from_db()
    assert quay.parent_id is None
    cast.make_worker(areas=[quay])
    rebuild(by=cast.actor(), at=now)
    address = reverse("library_area_requirements", args=[quay.pk])
    rows = {f"type_{course.pk}": "PRE_MOB"}
    page = text_of(client.post(address, asked(shown(client, "library_area", quay.pk), address, **rows)))
    assert "It touches 1 worker:" in page
    assert client.post(address, asked(page, address, **rows)).status_code == 302
    assert client.post(reverse("library_area_delete", args=[quay.pk])).status_code == 409
    assert client.get(reverse("library_area", args=[10**6])).status_code == 404


def test_moving_an_area_says_who_turns_red_before_it_is_moved(now: datetime) -> None:
    plant, yard = cast.make_area(name="Plant"), cast.make_area(name="Yard")
    quay = cast.make_area(yard, name="Quay")
    cast.require(plant, cast.make_course(code="GAS-1", title={"en": "Gas"}))
    cast.require(yard, cast.make_course(code="DIG-1", title={"en": "Digging"}), 14)
    inside = [cast.make_worker(areas=[quay], last_name=f"Name{n:02}", assigned_on=now.date()) for n in range(14)]
    cast.make_worker(areas=[plant])
    rebuild(by=cast.actor(), at=now)
    client, address = client_of(), reverse("library_area", args=[quay.pk])
    sent = {**form_in(shown(client, "library_area", quay.pk), address), "parent_id": str(plant.pk), "name": "Quay 2"}
    page = text_of(client.post(address, sent))
    assert "It touches 14 workers: 14 may not work any more, 0 may work again." in page
    assert reverse("worker", args=[inside[0].pk]) in page
    assert "and 2 more" in page
    assert "asked of 14 workers more" in page
    assert "asked of 14 workers no more" in page
    quay.refresh_from_db()
    assert (quay.parent_id, quay.name) == (yard.pk, "Quay")
    assert ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).count() == 1

    seen = form_in(page, address)
    assert (seen["parent_id"], seen["name"]) == (str(plant.pk), "Quay 2")
    elsewhere = text_of(client.post(address, {**seen, "parent_id": ""}))
    assert "Not saved yet." in elsewhere
    assert client.post(address, seen).status_code == 302
    quay.refresh_from_db()
    assert (quay.parent_id, quay.name) == (plant.pk, "Quay 2")
    assert ComplianceItem.objects.filter(severity=Severity.NON_COMPLIANT).count() == 15


def test_only_admins_change_roles_and_areas(now: datetime) -> None:
    role, area = cast.make_role(), cast.make_area()
    auditor, trainer = client_of(Role.AUDITOR), client_of(Role.TRAINER)
    for kind, pk in [("role", role.pk), ("area", area.pk)]:
        for page in (f"library_{kind}", f"library_{kind}_requirements", f"library_{kind}_delete"):
            assert auditor.post(reverse(page, args=[pk]), {}).status_code == 403
        assert auditor.get(reverse(f"library_{kind}_new")).status_code == 403
        assert "<form" not in shown(auditor, f"library_{kind}", pk).split('id="main"')[1]
        assert trainer.get(reverse(f"library_{kind}", args=[pk])).status_code == 403
        assert trainer.get(reverse(f"{kind}s")).status_code == 403


def test_venues_are_added_changed_and_deleted_while_unused(now: datetime) -> None:
    client, room = client_of(), {"name": "Room A", "capacity": "20", "location": "Block 3", "is_active": "1"}
    assert client.post(reverse("venues"), room)["Location"] == reverse("venues")
    venue = Venue.objects.get()
    again = client.post(reverse("venues"), room)
    assert (again.status_code, 'id="error-name"' in text_of(again)) == (422, True)
    bad = client.post(reverse("library_venue", args=[venue.pk]), {**room, "capacity": "none", "location": "Quay"})
    assert (bad.status_code, 'id="error-capacity"' in text_of(bad)) == (422, True)
    assert 'value="Quay"' in text_of(bad)
    client.post(reverse("library_venue", args=[venue.pk]), {**room, "capacity": "24", "is_active": ""})
    venue.refresh_from_db()
    assert (venue.capacity, venue.is_active) == (24, False)
    assert "Room A" in shown(client, "venues", search="block 3")
    used = cast.make_venue()
    cast.make_session(cast.make_course(), venue=used)
    refused = client.post(reverse("library_venue_delete", args=[used.pk]))
    assert (refused.status_code, "Make it not active instead." in text_of(refused)) == (409, True)
    assert client.post(reverse("library_venue_delete", args=[venue.pk]))["Location"] == reverse("venues")
    assert list(Venue.objects.all()) == [used]


def test_companies_are_added_changed_and_deleted_while_unused(now: datetime) -> None:
    client = client_of()
    client.post(reverse("companies"), {"code": "BOS", "name": "Bos Shelf"})
    company = personnel.Company.objects.get()
    bad = client.post(reverse("companies"), {"code": "BOS", "name": "Another"})
    assert (bad.status_code, 'value="Another"' in text_of(bad)) == (422, True)
    client.post(reverse("library_company", args=[company.pk]), {"code": "BOS", "name": "Boş Şelf"})
    assert "Boş Şelf" in shown(client_of(Role.AUDITOR), "companies", search="bos sel")
    cast.make_worker(company=company)
    assert '">1</a>' in shown(client, "companies")
    assert client.post(reverse("library_company_delete", args=[company.pk])).status_code == 409
    other = cast.make_company()
    assert client.post(reverse("library_company_delete", args=[other.pk])).status_code == 302
    assert list(personnel.Company.objects.all()) == [company]


def test_a_method_is_added(now: datetime) -> None:
    client = client_of()
    client.post(reverse("methods"), {"code": "VR", "name": "Virtual reality"})
    assert "Virtual reality" in shown(client, "methods")
    bad = client.post(reverse("methods"), {"code": "VR", "name": "Voice radio"})
    assert (bad.status_code, 'value="Voice radio"' in text_of(bad)) == (422, True)


def test_only_admins_change_venues_companies_and_methods(now: datetime) -> None:
    venue, company = cast.make_venue(), cast.make_company()
    auditor = client_of(Role.AUDITOR)
    for page, args in [
        ("venues", []),
        ("companies", []),
        ("methods", []),
        ("library_venue", [venue.pk]),
        ("library_venue_delete", [venue.pk]),
        ("library_company", [company.pk]),
        ("library_company_delete", [company.pk]),
    ]:
        assert auditor.post(reverse(page, args=args), {}).status_code == 403
        if not args:
            assert 'method="post"' not in shown(auditor, page).split('id="main"')[1]
            assert client_of(Role.TRAINER).get(reverse(page)).status_code == 403


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
