"""Two people edit the same thing: whoever saves second sees what the other one did, loses nothing, and decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse

from tests import cast
from tests.web.classes import client_of
from tests.web.forms import form_in
from titan.accounts.models import User
from titan.audit.models import AuditEvent
from titan.catalogue.models import CourseVersion
from titan.compliance.models import RoleRequirement
from titan.core.actor import Role
from titan.personnel import models as personnel
from titan.resources.models import Qualification, Trainer, Venue


def a_trainer() -> Trainer:
    return cast.make_trainer(cast.make_course(code="HSE-1"), first_name="Leman", email="leman@site.example")


@dataclass(frozen=True)
class Edited:
    """Something with a form on `page`: what I change, what the other one changes, and what both change."""

    page: str
    make: Callable[[], Any]
    mine: tuple[str, str]
    theirs: tuple[str, str]
    both: tuple[str, str, str]


FORMS = [
    Edited(
        "library_role",
        lambda: cast.make_role(code="RIG", title={"en": "Rigger", "tr": "Rigger"}),
        ("title.en", "Rigger II"),
        ("title.tr", "Sapancı"),
        ("code", "RIG-A", "RIG-B"),
    ),
    Edited(
        "library_area",
        lambda: cast.make_area(code="QUAY", name="Quay"),
        ("name", "Quay 2"),
        ("code", "Q-2"),
        ("name", "Quay 3", "Quay 4"),
    ),
    Edited(
        "library_company",
        lambda: cast.make_company(code="BOS", name="Bos Shelf"),
        ("name", "Boş Şelf"),
        ("code", "BS"),
        ("name", "One", "Two"),
    ),
    Edited(
        "library_venue",
        lambda: cast.make_venue(name="Room A", capacity=20, location="Block 1"),
        ("capacity", "24"),
        ("location", "Block 2"),
        ("capacity", "30", "40"),
    ),
    Edited(
        "library_trainer",
        a_trainer,
        ("first_name", "Ləman"),
        ("email", "other@site.example"),
        ("first_name", "Nigar", "Aynur"),
    ),
    Edited(
        "course_edit",
        lambda: cast.make_course(status="DRAFT", duration_minutes=60, validity_months=12),
        ("duration_minutes", "90"),
        ("validity_months", "24"),
        ("title.en", "Mine", "Theirs"),
    ),
    Edited(
        "worker_edit",
        lambda: cast.make_worker(last_name="Aslan", phone="1"),
        ("last_name", "Arslan"),
        ("phone", "2"),
        ("first_name", "Ali", "Veli"),
    ),
    Edited(
        "user",
        lambda: cast.make_user(Role.AUDITOR, name="Ayla"),
        ("name", "Ayla Öz"),
        ("language", "tr"),
        ("name", "One", "Two"),
    ),
]


@pytest.mark.parametrize("edited", FORMS, ids=lambda edited: edited.page)
def test_the_second_one_sees_the_first_and_loses_nothing(now: datetime, edited: Edited) -> None:
    address = reverse(edited.page, args=[edited.make().pk])
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran <Q>")
    (mine, wanted), (theirs, stored) = edited.mine, edited.theirs
    opened = form_in(me.get(address).content.decode(), address)
    assert other.post(address, {**opened, theirs: stored}).status_code == 302

    refused = me.post(address, {**opened, mine: wanted})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Kamran &lt;Q&gt; changed this at the same time" in page
    assert "Taken over from theirs." in page
    assert "You both changed it" not in page
    merged = form_in(page, address)
    assert (merged[mine], merged[theirs]) == (wanted, stored)
    assert me.post(address, merged).status_code == 302
    stands = form_in(me.get(address).content.decode(), address)
    assert (stands[mine], stands[theirs]) == (wanted, stored)


@pytest.mark.parametrize("edited", FORMS, ids=lambda edited: edited.page)
def test_what_both_changed_is_for_the_second_one_to_decide(now: datetime, edited: Edited) -> None:
    address = reverse(edited.page, args=[edited.make().pk])
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    field, wanted, stored = edited.both
    opened = form_in(me.get(address).content.decode(), address)
    assert other.post(address, {**opened, field: stored}).status_code == 302

    refused = me.post(address, {**opened, field: wanted})
    page = refused.content.decode()
    assert refused.status_code == 409
    assert f"The field holds yours; theirs is: {stored}" in page
    assert f'aria-describedby="theirs-{field}"' in page
    merged = form_in(page, address)
    assert merged[field] == wanted
    assert me.post(address, merged).status_code == 302
    assert form_in(me.get(address).content.decode(), address)[field] == wanted


def test_the_same_change_twice_is_no_conflict(now: datetime) -> None:
    venue = cast.make_venue(name="Room A", capacity=20)
    address = reverse("library_venue", args=[venue.pk])
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Other")
    opened = form_in(me.get(address).content.decode(), address)
    for client in (other, me):
        assert client.post(address, {**opened, "capacity": "24"}).status_code == 302
    assert AuditEvent.objects.filter(action="venue.updated").count() == 1


def test_what_a_form_held_may_not_be_lost_on_the_way(now: datetime) -> None:
    venue = cast.make_venue(name="Room A", capacity=20)
    address = reverse("library_venue", args=[venue.pk])
    client = client_of(Role.SUPER_ADMIN, name="Me")
    opened = form_in(client.get(address).content.decode(), address)
    for broken in ("{", "[1]", '{"name": 3}', '{"capacity": "many"}', "null", "[" * 10_000):
        answer = client.post(address, {**opened, "seen": broken, "capacity": "24"})
        assert answer.status_code in {409, 422}
    assert Venue.objects.get().capacity == 20


def test_a_draft_that_was_published_meanwhile_becomes_the_next_version(now: datetime) -> None:
    course = cast.make_course(status="DRAFT", validity_months=12)
    address = reverse("course_edit", args=[course.pk])
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = form_in(me.get(address).content.decode(), address)
    other.post(reverse("course_publish", args=[course.pk, 1]))
    refused = me.post(address, {**opened, "validity_months": "24"})
    assert refused.status_code == 409
    assert "Kamran changed this at the same time" in refused.content.decode()
    assert me.post(address, form_in(refused.content.decode(), address)).status_code == 302
    found = CourseVersion.objects.filter(course=course).order_by("number")
    assert list(found.values_list("status", "validity_months")) == [("PUBLISHED", 12), ("DRAFT", 24)]


def test_two_who_begin_the_same_new_version_write_one_draft(now: datetime) -> None:
    course = cast.make_course(validity_months=12, duration_minutes=60)
    address = reverse("course_edit", args=[course.pk])
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = form_in(me.get(address).content.decode(), address)
    assert other.post(address, {**opened, "duration_minutes": "90"}).status_code == 302
    refused = me.post(address, {**opened, "validity_months": "24"})
    assert refused.status_code == 409
    merged = form_in(refused.content.decode(), address)
    assert merged["duration_minutes"] == "90"
    assert me.post(address, merged).status_code == 302
    draft = CourseVersion.objects.get(course=course, status="DRAFT")
    assert (draft.number, draft.validity_months, draft.duration_minutes) == (2, 24, 90)


def test_qualifications_that_both_changed(now: datetime) -> None:
    trainer, more, last = a_trainer(), cast.make_course(code="HSE-2"), cast.make_course(code="HSE-3")
    page, address = (reverse(name, args=[trainer.pk]) for name in ("library_trainer", "library_trainer_teaches"))
    held = str(Qualification.objects.get().course_id)
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = form_in(me.get(page).content.decode(), address)
    other.post(address, {**opened, "course_ids": [held, str(more.pk)]})
    refused = me.post(address, {**opened, "course_ids": [held, str(last.pk)]})
    again = refused.content.decode()
    assert refused.status_code == 409
    assert "Kamran changed this at the same time" in again
    merged = form_in(again, address)
    assert merged["course_ids"] == [held, str(last.pk)]
    me.post(address, merged)
    assert set(Qualification.objects.filter(until=None).values_list("course_id", flat=True)) == {int(held), last.pk}


def test_requirements_that_both_changed(now: datetime) -> None:
    role, mine, theirs, both = cast.make_role(), *(cast.make_course() for _number in range(3))
    page, address = (reverse(name, args=[role.pk]) for name in ("library_role", "library_role_requirements"))
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = form_in(me.get(page).content.decode(), address)
    changed = {**opened, f"type-{theirs.pk}": "PRE_MOB", f"type-{both.pk}": "POST_MOB", f"days-{both.pk}": "30"}
    assert other.post(address, form_in(other.post(address, changed).content.decode(), address)).status_code == 302
    refused = me.post(address, {**opened, f"type-{mine.pk}": "PRE_MOB", f"type-{both.pk}": "PRE_MOB"})
    again = refused.content.decode()
    assert refused.status_code == 409
    assert "Kamran changed this at the same time" in again
    assert "Taken over from theirs." in again
    assert "theirs is: Within 30 days after entry" in again
    shown = me.post(address, form_in(again, address)).content.decode()
    assert me.post(address, form_in(shown, address)).status_code == 302
    asked = RoleRequirement.objects.filter(until=None).values_list("course_id", "type")
    assert dict(asked) == dict.fromkeys((mine.pk, theirs.pk, both.pk), "PRE_MOB")


def test_renaming_a_role_and_changing_what_it_requires_do_not_meet(now: datetime) -> None:
    role, course = cast.make_role(), cast.make_course()
    page, address = (reverse(name, args=[role.pk]) for name in ("library_role", "library_role_requirements"))
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = me.get(page).content.decode()
    shown = other.post(address, {**form_in(opened, address), f"type-{course.pk}": "PRE_MOB"}).content.decode()
    assert other.post(address, form_in(shown, address)).status_code == 302
    assert me.post(page, {**form_in(opened, page), "title.en": "Other"}).status_code == 302
    assert personnel.Role.objects.get().title["en"] == "Other"


def test_two_links_of_one_login(now: datetime) -> None:
    login, first, second = cast.make_user(Role.TRAINER), cast.make_trainer(), cast.make_trainer()
    page, address = (reverse(name, args=[login.pk]) for name in ("user", "user_links"))
    me, other = client_of(Role.SUPER_ADMIN, name="Me"), client_of(Role.SUPER_ADMIN, name="Kamran")
    opened = form_in(me.get(page).content.decode(), address)
    other.post(address, {**opened, "trainer_id": str(first.pk)})
    refused = me.post(address, {**opened, "trainer_id": str(second.pk)})
    assert refused.status_code == 409
    assert first.code in refused.content.decode().split('id="theirs-trainer_id"')[1].split("</p>")[0]
    assert Trainer.objects.get(user=User.objects.get(pk=login.pk)).pk == first.pk
