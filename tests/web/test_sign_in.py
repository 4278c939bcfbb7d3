"""Signing in: by password, by password and second factor; refused, paused, closed; and what the audit log hears."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests import cast
from titan.accounts.commands import deactivate_user, end_sessions, reset_second_factors, update_user
from titan.accounts.models import Remembered, User
from titan.accounts.tasks import forget_failures, forget_sessions
from titan.audit.models import AuditEvent
from titan.core.actor import Role
from titan.core.errors import Forbidden, NotFound

TRIES = 5
BOSS = cast.actor(Role.SUPER_ADMIN)


@pytest.fixture
def clock(site: Any, at: datetime) -> Iterator[Any]:
    """The clock of the product, standing still until it is moved."""
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def send(browser: Client, email: str, password: str = cast.PASSWORD, **more: str) -> Any:
    return browser.post(reverse("sign_in"), {"email": email, "password": password, **more})


def signed_in(browser: Client) -> bool:
    return browser.get(reverse("account")).status_code == 200


def confirmed(role: Role = Role.HSE_ADMIN) -> tuple[Client, User]:
    """Return somebody signed in who has just given their password again."""
    client, user = Client(), cast.make_user(role)
    send(client, user.email)
    client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    return client, user


def code_of(secret: str, at: datetime) -> str:
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30))


def with_app(clock: Any, at: datetime) -> tuple[User, str, list[str]]:
    """Return somebody with an authenticator app: their login, the app's secret, and their recovery codes."""
    client, user = confirmed()
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    found = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert found is not None
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1], at)})
    codes = re.findall(r"<code>(\d{4} \d{4})</code>", client.get(answer["Location"]).content.decode())
    assert len(codes) == 10
    clock.move_to(at + timedelta(minutes=10))
    return user, found[1], codes


def actions() -> list[str]:
    return list(AuditEvent.objects.filter(entity="user").order_by("id").values_list("action", flat=True))


def test_any_case_of_the_e_mail_and_then_where_one_came_from(clock: Any, browser: Client) -> None:
    user = cast.make_user(email="rəşad.öz@titan.example", name="Rəşad Əliyev")
    asked = browser.get("/?cursor=x")["Location"]
    assert asked == "/sign-in?next=%2F%3Fcursor%3Dx"
    assert 'value="/?cursor=x"' in browser.get(asked).content.decode()
    assert send(browser, " RƏŞAD.Öz@TITAN.example ", next="/workers")["Location"] == "/workers"
    assert signed_in(browser)
    assert browser.get("/sign-in")["Location"] == "/"
    assert User.objects.get(pk=user.pk).name == "Rəşad Əliyev"
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_signing_in_never_leads_elsewhere(clock: Any, browser: Client, elsewhere: str) -> None:
    assert send(browser, cast.make_user().email, next=elsewhere)["Location"] == "/"


def test_unknown_wrong_and_closed_look_alike(clock: Any, browser: Client) -> None:
    user, closed = cast.make_user(), cast.make_user(is_active=False)
    answers = [send(browser, user.email, "wrong"), send(browser, "no@body.example"), send(browser, closed.email)]
    assert [answer.status_code for answer in answers] == [401] * 3
    assert all("Wrong e-mail or password." in answer.content.decode() for answer in answers)
    assert cast.PASSWORD not in answers[2].content.decode()
    assert not signed_in(browser)


@pytest.mark.parametrize("odd", ["", "x", "a\x00b", "ə" * 300, "a@b@c", "'; --"])
def test_odd_input_is_refused_in_words(clock: Any, browser: Client, odd: str) -> None:
    assert send(browser, odd).status_code == 401
    assert send(browser, cast.make_user().email, odd).status_code == 401


def test_wrong_passwords_are_paused_for_all_browsers_and_told_how_long(clock: Any, at: datetime) -> None:
    user, other = cast.make_user(), cast.make_user()
    for _number in range(TRIES):
        assert send(Client(), user.email, "wrong").status_code == 401
    paused = send(Client(), user.email.upper())
    assert (paused.status_code, paused["Retry-After"]) == (429, "300")
    assert "Try again in 5 minutes." in paused.content.decode()
    assert send(Client(), other.email).status_code == 302
    clock.move_to(at + timedelta(seconds=int(paused["Retry-After"]) + 1))
    assert send(Client(), user.email).status_code == 302


def test_right_passwords_are_no_tries(clock: Any) -> None:
    user = cast.make_user()
    for _number in range(TRIES + 1):
        assert send(Client(), user.email).status_code == 302


def test_an_address_that_tries_too_often_has_to_wait(clock: Any) -> None:
    answers = [send(Client(), f"user{number}@nobody.example") for number in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] == "60"
    assert "Wait a minute" in answers[-1].content.decode()


def test_old_counts_are_forgotten_at_night(clock: Any, at: datetime) -> None:
    send(Client(), "no@body.example")
    assert Remembered.objects.exists()
    forget_failures(at)
    assert Remembered.objects.exists()
    forget_failures(at + timedelta(hours=1))
    assert not Remembered.objects.exists()


def test_sessions_that_ran_out_are_forgotten_at_night(clock: Any, at: datetime) -> None:
    client, _user = confirmed()
    forget_sessions(at + timedelta(hours=1))
    assert signed_in(client)
    forget_sessions(at + timedelta(days=2))
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_closing_a_login_ends_its_sessions_for_good(clock: Any, at: datetime) -> None:
    client, user = confirmed()
    deactivate_user(user.pk, by=BOSS, at=at)
    assert client.get("/")["Location"].startswith("/sign-in")
    update_user(user.pk, {"is_active": True}, by=BOSS, at=at)
    assert client.get("/")["Location"].startswith("/sign-in")
    assert send(Client(), user.email).status_code == 302


def test_a_form_without_its_token_is_refused_in_words(site: Any) -> None:
    answer = Client(enforce_csrf_checks=True).post(reverse("sign_in"), {"email": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "Reload the page" in answer.content.decode()


def test_signing_out_needs_a_click_not_a_link(clock: Any) -> None:
    client, _user = confirmed()
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.post(reverse("sign_out"))["Location"] == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").content.decode()
    assert not signed_in(client)


def test_before_a_change_the_password_is_asked(clock: Any) -> None:
    client, user = Client(), cast.make_user()
    send(client, user.email)
    for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        for answer in (client.get(reverse(name)), client.post(reverse(name), {"code": "000000"})):
            assert answer["Location"] == f"/account/confirm?next={reverse(name).replace('/', '%2F')}"
    wrong = client.post(reverse("account_reauthenticate"), {"password": "guess"})
    assert (wrong.status_code, 'id="error-password"' in wrong.content.decode()) == (422, True)
    address = f"/account/confirm?next={reverse('mfa_activate_totp')}"
    assert client.post(address, {"password": cast.PASSWORD})["Location"] == reverse("mfa_activate_totp")
    assert not Authenticator.objects.exists()
    assert actions() == []


def test_the_password_alone_signs_nobody_in_who_has_an_app(clock: Any, at: datetime, browser: Client) -> None:
    user, secret, _codes = with_app(clock, at)
    now = at + timedelta(minutes=10)
    assert send(browser, user.email, next="/workers")["Location"] == reverse("mfa_authenticate")
    assert not signed_in(browser)
    assert browser.get("/api/v1/me").status_code == 401
    assert "recovery code" in browser.get(reverse("mfa_authenticate")).content.decode()
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert (wrong.status_code, "did not fit" in wrong.content.decode()) == (401, True)
    assert browser.post(reverse("mfa_authenticate"), {"code": code_of(secret, now)})["Location"] == "/workers"
    assert signed_in(browser)
    assert browser.get("/api/v1/me").status_code == 200
    again = Client()
    send(again, user.email)
    assert again.post(reverse("mfa_authenticate"), {"code": code_of(secret, now)}).status_code == 401


def test_codes_are_not_guessed(clock: Any, at: datetime, browser: Client) -> None:
    user, secret, _codes = with_app(clock, at)
    send(browser, user.email)
    for number in range(TRIES):
        assert browser.post(reverse("mfa_authenticate"), {"code": f"{number:06}"}).status_code == 401
    paused = browser.post(reverse("mfa_authenticate"), {"code": code_of(secret, at + timedelta(minutes=10))})
    assert (paused.status_code, paused["Retry-After"]) == (429, "300")


def test_a_recovery_code_works_once_and_is_logged(clock: Any, at: datetime) -> None:
    user, _secret, codes = with_app(clock, at)
    for expected in (302, 401):
        client = Client()
        send(client, user.email)
        assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == expected
    assert actions() == ["user.factor_added", "user.recovery_codes_made", "user.recovery_code_used"]
    last = AuditEvent.objects.order_by("id").last()
    assert last is not None
    assert (last.actor_id, last.entity, last.entity_id, last.after) == (user.pk, "user", user.pk, {"codes_left": 9})


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(clock: Any, at: datetime) -> None:
    user, _secret, old = with_app(clock, at)
    client = Client()
    send(client, user.email)
    client.post(reverse("mfa_authenticate"), {"code": old[0]})
    client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    assert old[1] not in client.get(reverse("mfa_view_recovery_codes")).content.decode()
    client.post(reverse("mfa_generate_recovery_codes"))
    page = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    new = re.findall(r"<code>(\d{4} \d{4})</code>", page)
    assert len(new) == 10
    assert not set(new) & set(old)
    assert actions()[-2:] == ["user.recovery_codes_removed", "user.recovery_codes_made"]
    assert "10 codes are left" in client.get(reverse("mfa_index")).content.decode()


def test_taking_the_app_off_takes_the_codes_with_it(clock: Any, at: datetime) -> None:
    user, _secret, codes = with_app(clock, at)
    client = Client()
    send(client, user.email)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    client.post(reverse("account_reauthenticate"), {"password": cast.PASSWORD})
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert sorted(actions()[-2:]) == ["user.factor_removed", "user.recovery_codes_removed"]
    assert send(Client(), user.email)["Location"] == "/"


def test_secrets_of_factors_are_not_in_the_database(clock: Any, at: datetime, settings: Any) -> None:
    user, secret, codes = with_app(clock, at)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    settings.SECRET_KEY = "another key, of a database restored without its own"
    client = Client()
    send(client, user.email)
    for code in (code_of(secret, at + timedelta(minutes=10)), codes[0]):
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 401


def test_a_super_admin_resets_what_was_lost(clock: Any, at: datetime) -> None:
    user, _secret, codes = with_app(clock, at)
    theirs = Client()
    send(theirs, user.email)
    theirs.post(reverse("mfa_authenticate"), {"code": codes[0]})
    boss, _me = confirmed(Role.SUPER_ADMIN)
    assert "<td>app</td>" in boss.get(reverse("users")).content.decode()
    assert "Reset it" in boss.get(reverse("user", args=[user.pk])).content.decode()
    boss.post(reverse("user_factors_reset", args=[user.pk]))
    assert sorted(actions()[-3:]) == ["user.factor_removed", "user.recovery_codes_removed", "user.sessions_ended"]
    assert not signed_in(theirs)
    assert send(Client(), user.email)["Location"] == "/"
    said = AuditEvent.objects.count()
    boss.post(reverse("user_factors_reset", args=[user.pk]))
    assert AuditEvent.objects.count() == said
    assert boss.post(reverse("user_factors_reset", args=[10**6])).status_code == 404
    assert confirmed(Role.HSE_ADMIN)[0].post(reverse("user_factors_reset", args=[user.pk])).status_code == 403


def test_a_reset_reaches_who_waits_at_the_second_step(clock: Any, at: datetime, browser: Client) -> None:
    user, _secret, _codes = with_app(clock, at)
    send(browser, user.email)
    reset_second_factors(user.pk, by=BOSS, at=at)
    assert browser.get(reverse("mfa_authenticate"))["Location"] == "/sign-in"
    assert browser.get("/sign-in").status_code == 200
    assert send(browser, user.email)["Location"] == "/"


def test_a_code_can_stand_for_the_password_before_a_change(clock: Any, at: datetime) -> None:
    user, secret, codes = with_app(clock, at)
    client = Client()
    send(client, user.email)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert reverse("mfa_reauthenticate") in client.get(reverse("account_reauthenticate")).content.decode()
    assert client.get(reverse("mfa_reauthenticate")).status_code == 200
    assert client.post(reverse("mfa_reauthenticate"), {"code": "000000"}).status_code == 422
    assert client.post(reverse("mfa_reauthenticate"), {"code": code_of(secret, at)}).status_code == 422
    address = f"{reverse('mfa_reauthenticate')}?next={reverse('mfa_deactivate_totp')}"
    now = at + timedelta(minutes=10)
    assert client.post(address, {"code": code_of(secret, now)})["Location"] == reverse("mfa_deactivate_totp")
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200


def test_only_oneself_or_a_super_admin_ends_sessions(site: Any, at: datetime) -> None:
    user = cast.make_user()
    for act in (end_sessions, reset_second_factors):
        with pytest.raises(Forbidden):
            act(user.pk, by=cast.actor(Role.HSE_ADMIN, user_id=user.pk + 1), at=at)
        with pytest.raises(NotFound):
            act(10**6, by=BOSS, at=at)
    end_sessions(user.pk, by=cast.actor(Role.HSE_ADMIN, user_id=user.pk), at=at)


def test_factors_change_in_commands_alone(site: Any) -> None:
    with pytest.raises(LookupError):
        Authenticator.objects.create(user=cast.make_user(), type="totp", data={})


def test_ones_sessions_are_listed_and_the_others_signed_out(clock: Any) -> None:
    client, user = confirmed()
    other = Client(headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"})
    send(other, user.email)
    unlisted = Client()
    unlisted.force_login(user)
    page = client.get(reverse("mfa_index")).content.decode()
    assert "Firefox on Linux" in page
    assert page.count("This browser") == 1
    assert client.post(reverse("usersessions_list"))["Location"] == reverse("mfa_index")
    page = client.get(reverse("mfa_index")).content.decode()
    assert "You are signed out everywhere but here." in page
    assert "Firefox on Linux" not in page
    assert page.count("This browser") == 1
    assert [signed_in(one) for one in (client, other, unlisted)] == [True, False, False]
    assert actions() == ["user.sessions_ended"]


@pytest.mark.parametrize(
    "credential",
    [
        *("", "x", "[]", "{}", "1", "null", '"x"', '{"id": 1}', '{"response": 1}'),
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"userHandle": "AA"}}',
        json.dumps(
            {
                "id": "AA",
                "rawId": "AA",
                "type": "public-key",
                "response": {"clientDataJSON": "e30", "attestationObject": "AA", "userHandle": "\x00"},
            }
        ),
    ],
)
def test_a_false_passkey_signs_nobody_in(clock: Any, browser: Client, credential: str) -> None:
    options = browser.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["rpId"] == "testserver"
    answer = browser.post(reverse("mfa_login_webauthn"), {"credential": credential})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in")
    assert not signed_in(browser)
    client, _user = confirmed()
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
    assert client.post(reverse("mfa_add_webauthn"), {"credential": credential}).status_code == 422
    assert not Authenticator.objects.exists()


def test_a_role_may_need_a_second_factor(clock: Any, at: datetime, settings: Any) -> None:
    settings.TITAN_REQUIRE_MFA = frozenset({"SUPER_ADMIN"})
    client, _user = confirmed(Role.SUPER_ADMIN)
    for name in ("today", "tokens", "account", "users"):
        assert client.get(reverse(name))["Location"] == reverse("mfa_index")
    assert client.get("/api/v1/me").json()["code"] == "SECOND_FACTOR_NEEDED"
    assert "Your role needs a second factor." in client.get(reverse("mfa_index")).content.decode()
    found = re.search(r'class="secret">([A-Z2-7]+)<', client.get(reverse("mfa_activate_totp")).content.decode())
    assert found is not None
    client.post(reverse("mfa_activate_totp"), {"code": code_of(found[1], at)})
    assert client.get(reverse("tokens")).status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert confirmed(Role.AUDITOR)[0].get(reverse("tokens")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_all_counted(transactional_db: None) -> None:
    cast.make_site()
    user = cast.make_user()

    def guess(_number: int) -> int:
        try:
            return int(send(Client(), user.email, "wrong").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count(401) <= TRIES
    assert set(answers) <= {401, 429}
    assert send(Client(), user.email).status_code == 429
