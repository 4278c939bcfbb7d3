"""Roles and areas: whom a requirement or a move touches is shown before it is saved."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.forms import Sent, form_in
from tests.web.library.reading import shown, text_of
from titan.compliance.commands import rebuild
from titan.compliance.models import ComplianceItem, RoleRequirement, Severity
from titan.core.actor import Role
from titan.personnel import models as personnel


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
