"""Who gets in: tokens, sessions with their CSRF token, and how guessing is slowed down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from tests.api.client import BASE, ApiClient, body_of, client_of, need_problem, token_of
from tests.cast import PASSWORD, actor, make_trainer, make_user, make_worker
from titan.accounts.commands import create_token, deactivate_user, revoke_token
from titan.accounts.models import ApiToken
from titan.core import clock
from titan.core.actor import Role


def session_of(user: Any, *, checks_csrf: bool = True) -> Client:
    """Return a browser with `user` signed in."""
    browser = Client(enforce_csrf_checks=checks_csrf)
    assert browser.login(username=user.email, password=PASSWORD)
    return browser


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic dXNlcjpwdw==", "Bearer titan_é"])
def test_without_a_token_that_holds_is_401(site: Any, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = Client().get(f"{BASE}/me", headers=headers)
    assert need_problem(answer, 401, body_of(answer)["code"])["code"] in ("NOT_SIGNED_IN", "TOKEN_INVALID")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_every_operation_needs_a_sign_in(site: Any) -> None:
    from titan.api.main import api

    nobody = ApiClient(None)
    for path, operations in api.document["paths"].items():
        for method in operations:
            answer = nobody.http.generic(method.upper(), path.replace("{", "").replace("}", ""))
            need_problem(answer, 401, "NOT_SIGNED_IN")


def test_a_token_acts_as_its_owner(users: dict[Role, Any]) -> None:
    trainer = make_trainer(user=users[Role.TRAINER])
    worker = make_worker(user=users[Role.TRAINER])
    me = body_of(client_of(users[Role.TRAINER]).get("/me"))
    assert me == {
        "id": users[Role.TRAINER].pk,
        "email": "trainer@titan.example",
        "name": users[Role.TRAINER].name,
        "role": "TRAINER",
        "language": "en",
        "trainer_id": trainer.pk,
        "worker_id": worker.pk,
    }


def test_a_login_is_the_trainer_with_its_e_mail_unless_linked_by_choice(users: dict[Role, Any]) -> None:
    by_email = make_trainer(email="Trainer@Titan.example")
    client = client_of(users[Role.TRAINER])
    assert body_of(client.get("/me"))["trainer_id"] == by_email.pk
    chosen = make_trainer(user=users[Role.TRAINER])
    assert body_of(client.get("/me"))["trainer_id"] == chosen.pk


def test_a_trainer_linked_to_another_login_is_not_found_by_e_mail(users: dict[Role, Any]) -> None:
    make_trainer(email="trainer@titan.example", user=users[Role.ASSESSOR])
    assert body_of(client_of(users[Role.TRAINER]).get("/me"))["trainer_id"] is None


def test_the_underscore_of_an_e_mail_is_no_wildcard(site: Any) -> None:
    make_trainer(email="aXb@titan.example")
    user = make_user(Role.TRAINER, email="a_b@titan.example")
    assert body_of(client_of(user).get("/me"))["trainer_id"] is None


def test_revoked_expired_and_inactive_tokens_are_refused(users: dict[Role, Any]) -> None:
    user, by = users[Role.HSE_ADMIN], actor(Role.SUPER_ADMIN)
    made = create_token(user.pk, "a", 1, by=by, at=clock.now())
    client = ApiClient(made.token)
    assert client.get("/me").status_code == 200
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1), tick=False):
        need_problem(client.get("/me"), 401, "TOKEN_INVALID")
    revoke_token(made.row.id, by=by, at=clock.now())
    need_problem(client.get("/me"), 401, "TOKEN_INVALID")
    other = client_of(user)
    deactivate_user(user.pk, by=by, at=clock.now())
    need_problem(other.get("/me"), 401, "TOKEN_INVALID")


def test_only_the_hash_of_a_token_is_kept(users: dict[Role, Any]) -> None:
    token = token_of(users[Role.AUDITOR])
    row = ApiToken.objects.values().get()
    assert token not in str(row)
    assert token.startswith(row["prefix"])
    assert len(token) >= 32


def test_wrong_tokens_are_slowed_down_and_right_ones_still_pass(users: dict[Role, Any]) -> None:
    good, bad = client_of(users[Role.AUDITOR]), ApiClient("titan_000000_wrong")
    for _ in range(20):
        need_problem(bad.get("/me"), 401, "TOKEN_INVALID")
    answer = bad.get("/me")
    need_problem(answer, 429, "TOO_MANY_FAILURES")
    assert 1 <= int(answer["Retry-After"]) <= 61
    assert good.get("/me").status_code == 200
    elsewhere = ApiClient("titan_000000_wrong", REMOTE_ADDR="10.0.0.9")
    need_problem(elsewhere.get("/me"), 401, "TOKEN_INVALID")
    with time_machine.travel(clock.now() + timedelta(seconds=62), tick=False):
        need_problem(bad.get("/me"), 401, "TOKEN_INVALID")


def test_a_signed_in_client_is_not_slowed_down(boss: ApiClient) -> None:
    assert {boss.get("/me").status_code for _ in range(100)} == {200}


def test_a_session_reads(users: dict[Role, Any]) -> None:
    assert session_of(users[Role.AUDITOR]).get(f"{BASE}/me").json()["role"] == "AUDITOR"


def test_a_session_writes_with_its_csrf_token_only(users: dict[Role, Any]) -> None:
    browser = session_of(users[Role.AUDITOR])
    body = {"data": b'{"name": "x"}', "content_type": "application/json"}
    need_problem(browser.post(f"{BASE}/tokens", **body), 403, "CSRF_FAILED")
    browser.cookies["csrftoken"] = "a" * 32
    wrong = browser.post(f"{BASE}/tokens", **body, headers={"X-CSRFToken": "b" * 32})
    need_problem(wrong, 403, "CSRF_FAILED")
    right = browser.post(f"{BASE}/tokens", **body, headers={"X-CSRFToken": "a" * 32})
    assert right.status_code == 201


def test_the_session_of_a_closed_login_ends(users: dict[Role, Any]) -> None:
    browser = session_of(users[Role.AUDITOR])
    deactivate_user(users[Role.AUDITOR].pk, by=actor(Role.SUPER_ADMIN), at=clock.now())
    need_problem(browser.get(f"{BASE}/me"), 401, "NOT_SIGNED_IN")


def test_a_request_costs_a_fixed_number_of_statements(users: dict[Role, Any], django_assert_num_queries: Any) -> None:
    client = client_of(users[Role.AUDITOR])
    client.get("/me")
    with django_assert_num_queries(3):
        client.get("/me")
