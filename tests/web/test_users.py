"""Users and roles: super admins make, change, close and link logins; nobody else sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.accounts.models import User
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.personnel.models import Worker
from titan.resources.models import Trainer

USERS_STATEMENTS = 12


@pytest.fixture
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


def client_of(role: Role = Role.SUPER_ADMIN) -> Client:
    client = Client()
    client.force_login(cast.make_user(role))
    return client


def a_login(**changes: str) -> dict[str, str]:
    return {
        "email": "Leman@site.example",
        "name": "Ləman Əliyeva",
        "role": "ASSESSOR",
        "language": "tr",
        "is_active": "1",
        **changes,
    }


def test_a_login_is_made_changed_and_closed(now: datetime) -> None:
    client = client_of()
    answer = client.post(reverse("user_new"), a_login(password=cast.PASSWORD))
    user = User.objects.get(email="leman@site.example")
    assert answer["Location"] == reverse("user", args=[user.pk])
    assert (user.role, user.language, user.check_password(cast.PASSWORD)) == ("ASSESSOR", "tr", True)
    assert "Ləman Əliyeva" in client.get(reverse("users")).content.decode()
    client.post(reverse("user", args=[user.pk]), a_login(role="AUDITOR", is_active=""))
    user.refresh_from_db()
    assert (user.role, user.is_active) == ("AUDITOR", False)
    assert "Closed" in client.get(reverse("users")).content.decode()


@pytest.mark.parametrize(
    "bad", [{"email": "nobody"}, {"name": ""}, {"role": "KING"}, {"language": "??"}, {"password": "tiny"}]
)
def test_a_bad_login_is_refused_at_its_field(now: datetime, bad: dict[str, str]) -> None:
    answer = client_of().post(reverse("user_new"), a_login(**bad))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="error-{next(iter(bad))}"' in page
    assert "tiny" not in page
    assert not User.objects.filter(role="ASSESSOR").exists()


def test_a_taken_e_mail_and_the_last_super_admin_stay(now: datetime) -> None:
    client = client_of()
    me = User.objects.get()
    last = client.post(reverse("user", args=[me.pk]), a_login(email=me.email, role="AUDITOR"))
    assert (last.status_code, "last super admin" in last.content.decode()) == (409, True)
    other = cast.make_user(Role.AUDITOR)
    taken = client.post(reverse("user", args=[other.pk]), a_login(email=me.email))
    assert (taken.status_code, 'id="error-email"' in taken.content.decode()) == (422, True)


def test_a_new_password_ends_the_sessions_of_a_login(now: datetime) -> None:
    client, user = client_of(), cast.make_user(Role.AUDITOR)
    theirs = Client()
    theirs.force_login(user)
    weak = client.post(reverse("user_password", args=[user.pk]), {"password": "weak"})
    assert (weak.status_code, 'id="error-password"' in weak.content.decode()) == (422, True)
    client.post(reverse("user_password", args=[user.pk]), {"password": "Battery-staple-9"})
    assert User.objects.get(pk=user.pk).check_password("Battery-staple-9")
    assert theirs.get("/")["Location"].startswith("/sign-in")


def test_a_login_is_linked_and_let_go(now: datetime) -> None:
    client, user = client_of(), cast.make_user(Role.TRAINER)
    first, second, worker = cast.make_trainer(), cast.make_trainer(), cast.make_worker()
    address = reverse("user_links", args=[user.pk])
    client.post(address, {"trainer_id": str(first.pk), "badge": worker.employee_id})
    page = client.get(reverse("users")).content.decode()
    assert f"Trainer {first.name}" in page
    assert worker.employee_id in page
    client.post(address, {"trainer_id": str(second.pk), "badge": ""})
    assert dict(Trainer.objects.values_list("pk", "user_id")) == {first.pk: None, second.pk: user.pk}
    assert Worker.objects.get().user_id is None
    said = AuditEvent.objects.count()
    client.post(address, {"trainer_id": str(second.pk), "badge": ""})
    assert AuditEvent.objects.count() == said
    for bad in ({"badge": "NO-SUCH"}, {"badge": "A\x00"}, {"trainer_id": "x"}):
        answer = client.post(address, {"trainer_id": str(first.pk), "badge": "", **bad})
        assert answer.status_code == 422
        assert f'id="error-{next(iter(bad))}"' in answer.content.decode()
    assert client.post(reverse("user_links", args=[10**6]), {}).status_code == 404
    assert Trainer.objects.get(pk=second.pk).user_id == user.pk


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SUPER_ADMIN])
def test_only_super_admins_see_users(now: datetime, role: Role) -> None:
    client, user = client_of(role), cast.make_user(Role.AUDITOR)
    for page, args in [("users", []), ("user_new", []), ("user", [user.pk])]:
        assert client.get(reverse(page, args=args)).status_code == 403
    for page, args in [("user_new", []), ("user", [user.pk]), ("user_links", [user.pk]), ("user_password", [user.pk])]:
        assert client.post(reverse(page, args=args), a_login(password="Battery-staple-9")).status_code == 403
    assert not User.objects.filter(email="leman@site.example").exists()


def test_users_cost_the_same_for_any_number(now: datetime, django_assert_num_queries: Any) -> None:
    client = client_of()
    client.get(reverse("users"))
    with django_assert_num_queries(USERS_STATEMENTS):
        client.get(reverse("users"))
    for _number in range(10):
        cast.make_user(Role.AUDITOR)
    with django_assert_num_queries(USERS_STATEMENTS):
        client.get(reverse("users"))
