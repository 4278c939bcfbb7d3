"""One's own account: name, language, password with the current one asked, and API tokens shown once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.accounts.models import ApiToken, User
from titan.audit.models import AuditEvent
from titan.core.actor import Role

NEW = "Battery-staple-9"
TOKENS_STATEMENTS = 10
TRIES = 5


@pytest.fixture
def now(site: Any, at: datetime) -> Iterator[datetime]:
    with time_machine.travel(at, tick=False):
        yield at


def visitor(role: Role = Role.TRAINER) -> tuple[Client, User]:
    user = cast.make_user(role)
    client = Client()
    client.force_login(user)
    return client, user


def passwords(**changes: str) -> dict[str, str]:
    return {"oldpassword": cast.PASSWORD, "password1": NEW, "password2": NEW, **changes}


@pytest.mark.parametrize("role", list(Role))
def test_everyone_has_an_account(now: datetime, role: Role) -> None:
    client, user = visitor(role)
    page = client.get(reverse("account")).content.decode()
    assert user.email in page
    assert (reverse("users") in page) == (role is Role.SUPER_ADMIN)
    assert f'href="{reverse("account")}"' in client.get(reverse("tokens")).content.decode()


def test_a_name_and_a_language_are_changed(now: datetime) -> None:
    client, user = visitor()
    client.post(reverse("account"), {"name": "Ayşe Demir", "language": "tr", "role": "SUPER_ADMIN"})
    user.refresh_from_db()
    assert (user.name, user.language, user.role) == ("Ayşe Demir", "tr", "TRAINER")
    assert '<html lang="tr"' in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize("bad", [{"name": " "}, {"name": "A\x00"}, {"language": "?"}])
def test_a_bad_name_or_language_is_refused_at_its_field(now: datetime, bad: dict[str, str]) -> None:
    client, user = visitor()
    answer = client.post(reverse("account"), {"name": "Ayşe", "language": "en", **bad})
    assert answer.status_code == 422
    assert f'id="error-{next(iter(bad))}"' in answer.content.decode()
    assert User.objects.get(pk=user.pk).name == user.name


def test_a_new_password_keeps_this_browser_and_ends_the_others(now: datetime) -> None:
    client, user = visitor()
    elsewhere = Client()
    elsewhere.force_login(user)
    assert client.post(reverse("account_change_password"), passwords())["Location"] == reverse("mfa_index")
    assert client.get(reverse("account")).status_code == 200
    assert elsewhere.get(reverse("account"))["Location"].startswith("/sign-in")
    assert User.objects.get(pk=user.pk).check_password(NEW)
    said = AuditEvent.objects.get(entity="user")
    assert (said.action, said.actor_id, said.via, said.entity_id) == ("user.password_set", user.pk, "WEB", user.pk)


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("oldpassword", {"oldpassword": "guess"}),
        ("password1", {"password1": "short", "password2": "short"}),
        ("password1", {"password1": f"{NEW}\x00", "password2": f"{NEW}\x00"}),
        ("password2", {"password2": "Something-else-1"}),
    ],
)
def test_a_password_is_not_changed_by_mistake(now: datetime, field: str, bad: dict[str, str]) -> None:
    client, user = visitor()
    answer = client.post(reverse("account_change_password"), passwords(**bad))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="error-{field}"' in page
    assert cast.PASSWORD not in page
    assert User.objects.get(pk=user.pk).check_password(cast.PASSWORD)


def test_guessing_the_current_password_is_paused(now: datetime) -> None:
    client, user = visitor()
    for _number in range(TRIES):
        client.post(reverse("account_change_password"), passwords(oldpassword="guess"))
    answer = client.post(reverse("account_change_password"), passwords())
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Wait a minute" in answer.content.decode()
    assert User.objects.get(pk=user.pk).check_password(cast.PASSWORD)


def test_a_token_is_shown_once_and_revoked(now: datetime) -> None:
    client, _user = visitor(Role.AUDITOR)
    answer = client.post(reverse("tokens"), {"name": "Nightly report", "days": "30"})
    found = re.search(r"titan_[0-9a-f]{6}_[\w-]+", answer.content.decode())
    assert found is not None
    assert "no-store" in answer["Cache-Control"]
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {found[0]}"}).status_code == 200
    page = client.get(reverse("tokens")).content.decode()
    assert "Nightly report" in page
    assert found[0] not in page
    token = ApiToken.objects.get()
    assert token.expires_at - token.created_at == timedelta(days=30)
    client.post(reverse("token_revoke", args=[token.pk]))
    assert "Revoked" in client.get(reverse("tokens")).content.decode()
    assert Client().get("/api/v1/me", headers={"Authorization": f"Bearer {found[0]}"}).status_code == 401


@pytest.mark.parametrize("bad", [{"days": "0"}, {"days": "many"}, {"name": ""}, {"days": str(2**63)}])
def test_a_bad_token_is_refused_at_its_field(now: datetime, bad: dict[str, str]) -> None:
    answer = visitor()[0].post(reverse("tokens"), {"name": "Robot", "days": "9", **bad})
    assert answer.status_code == 422
    assert f'id="error-{next(iter(bad))}"' in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_somebody_elses_token_is_not_there(now: datetime) -> None:
    client, _user = visitor()
    client.post(reverse("tokens"), {"name": "Mine", "days": "9"})
    other, _other = visitor()
    assert "Mine" not in other.get(reverse("tokens")).content.decode()
    assert other.post(reverse("token_revoke", args=[ApiToken.objects.get().pk])).status_code == 404


def test_tokens_cost_the_same_for_any_number(now: datetime, django_assert_max_num_queries: Any) -> None:
    client, _user = visitor(Role.AUDITOR)
    for number in range(12):
        client.post(reverse("tokens"), {"name": f"Token {number}", "days": "9"})
    with django_assert_max_num_queries(TOKENS_STATEMENTS):
        client.get(reverse("tokens"))
