"""The same POST under the same key happens once, and gets the first answer again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from datetime import timedelta
from subprocess import PIPE
from typing import Any

import pytest
import time_machine
from django.test import RequestFactory

from tests.api.client import ApiClient, body_of, client_of, need_problem
from tests.cast import make_site, make_user
from titan.accounts.models import User
from titan.api.idempotency import forget_old_answers, request_digest
from titan.core import clock
from titan.core.actor import Role
from titan.core.models import RememberedAnswer

NEW = {"email": "new@titan.example", "name": "Rəşad Əliyev", "role": "TRAINER"}


def key() -> str:
    return str(uuid.uuid4())


def test_the_same_key_and_body_get_the_first_answer_again(boss: ApiClient) -> None:
    mine = key()
    first = boss.post("/users", NEW, Idempotency_Key=mine)
    again = boss.post(
        "/users",
        b'{"role":"TRAINER",  "name":"R\xc9\x99\xc5\x9fad \xc6\x8fliyev", "email":"new@titan.example"}',
        Idempotency_Key=mine,
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Content-Type"] == again["Content-Type"]
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert User.objects.filter(email=NEW["email"]).count() == 1


def test_without_a_key_every_post_runs(boss: ApiClient) -> None:
    assert [boss.post("/tokens", {"name": "x"}).status_code for _ in range(2)] == [201, 201]
    assert not RememberedAnswer.objects.exists()


def test_another_body_or_path_under_the_key_is_refused(boss: ApiClient) -> None:
    mine = key()
    boss.post("/users", NEW, Idempotency_Key=mine)
    other = boss.post("/users", {**NEW, "name": "Other"}, Idempotency_Key=mine)
    need_problem(other, 422, "IDEMPOTENCY_KEY_REUSED")
    need_problem(boss.post("/tokens", {"name": "x"}, Idempotency_Key=mine), 422, "IDEMPOTENCY_KEY_REUSED")


def test_a_refusal_is_remembered_and_changes_nothing(boss: ApiClient) -> None:
    boss.post("/users", NEW)
    mine = key()
    refused = boss.post("/users", NEW, Idempotency_Key=mine)
    need_problem(refused, 422, "INVALID")
    User.objects.filter(email=NEW["email"]).update(email="moved@titan.example")
    again = boss.post("/users", NEW, Idempotency_Key=mine)
    assert again.content == refused.content
    assert again["Content-Type"] == "application/problem+json"
    assert boss.post("/users", NEW, Idempotency_Key=key()).status_code == 201


def test_a_key_belongs_to_its_caller(boss: ApiClient, clients: dict[Role, ApiClient]) -> None:
    mine = key()
    assert boss.post("/tokens", {"name": "x"}, Idempotency_Key=mine).status_code == 201
    other = clients[Role.AUDITOR].post("/tokens", {"name": "y"}, Idempotency_Key=mine)
    assert other.status_code == 201


def test_a_key_is_free_again_after_a_day(boss: ApiClient) -> None:
    mine = key()
    boss.post("/tokens", {"name": "first"}, Idempotency_Key=mine)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=5), tick=False):
        later = boss.post("/tokens", {"name": "second"}, Idempotency_Key=mine)
        assert body_of(later)["name"] == "second"
        again = boss.post("/tokens", {"name": "second"}, Idempotency_Key=mine)
        assert again["Idempotent-Replayed"] == "true"


def test_a_token_is_shown_once_and_never_stored(boss: ApiClient) -> None:
    mine = key()
    first, again = (body_of(boss.post("/tokens", {"name": "x"}, Idempotency_Key=mine)) for _ in range(2))
    assert first["token"].startswith("titan_")
    assert again == {**first, "token": None}
    assert first["token"] not in str(list(RememberedAnswer.objects.values()))


@pytest.mark.parametrize("bad", ["", "x" * 256, "a b", "ключ", "a\x7fb"])
def test_a_key_that_is_none_is_422(boss: ApiClient, bad: str) -> None:
    need_problem(boss.post("/tokens", {"name": "x"}, Idempotency_Key=bad), 422, "IDEMPOTENCY_KEY_INVALID")


def test_an_unexpected_failure_is_not_remembered(boss: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from titan.accounts import commands

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    mine = key()
    with monkeypatch.context() as broken:
        broken.setattr(commands, "create_token", fail)
        need_problem(boss.post("/tokens", {"name": "x"}, Idempotency_Key=mine), 500, "UNEXPECTED")
    assert boss.post("/tokens", {"name": "x"}, Idempotency_Key=mine).status_code == 201


def test_old_answers_are_forgotten(boss: ApiClient) -> None:
    boss.post("/tokens", {"name": "x"}, Idempotency_Key=key())
    now = clock.now()
    assert forget_old_answers(at=now + timedelta(hours=23)) == 0
    assert forget_old_answers(at=now + timedelta(hours=25)) == 1


def test_the_digest_of_an_upload_is_its_values_and_bytes_not_its_boundaries() -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test.client import encode_multipart

    def digest(boundary: str, content: bytes, label: str = "x") -> str:
        file = SimpleUploadedFile("sheet.pdf", content)
        body = encode_multipart(boundary, {"data": label, "file": file})
        kind = f"multipart/form-data; boundary={boundary}"
        return request_digest(RequestFactory().generic("POST", "/x", body, kind))

    assert digest("one", b"%PDF") == digest("two", b"%PDF")
    assert len({digest("one", b"%PDF"), digest("one", b"%PDG"), digest("one", b"%PDF", "y")}) == 3


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_at_once_one_runs_and_the_others_get_its_answer(database_url: str) -> None:
    make_site()
    token = client_of(make_user(Role.SUPER_ADMIN)).headers["Authorization"].split()[1]
    ask = [sys.executable, "-m", "tests.api.one_post", token, key(), "/users", json.dumps(NEW)]
    environment = {**os.environ, "TITAN_DATABASE_URL": database_url}
    racers = [subprocess.Popen(ask, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) for _ in range(4)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    answers = {racer.communicate()[0] for racer in racers}
    assert len(answers) == 1
    assert answers.pop().startswith("201 ")
    assert User.objects.filter(email=NEW["email"]).count() == 1
