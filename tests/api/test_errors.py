"""Whatever goes wrong leaves as a problem: right status, a code for programs, words for people, and no trace."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.test.utils import override_settings

from tests.api.client import BASE, ApiClient, body_of, need_problem
from titan.accounts import queries
from titan.core.actor import Role

HUGE = 2**63


def fields_of(problem: dict[str, Any]) -> set[tuple[str, str]]:
    return {(error["field"], error["code"]) for error in problem["errors"]}


@pytest.mark.parametrize("path", ["/nothing", "/users/1/nothing", "/users/", "", "/tokens/1/2"])
def test_unknown_address_is_404(boss: ApiClient, path: str) -> None:
    need_problem(boss.get(path), 404, "NOT_FOUND")


def test_below_api_but_beside_the_version_is_404(db: None) -> None:
    need_problem(Client().get("/api/v2/users"), 404, "NOT_FOUND")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_wrong_method_is_405_and_says_which_are_possible(boss: ApiClient, method: str) -> None:
    answer = boss.send(method, "/users")
    assert answer.status_code == 405
    assert answer["Allow"] in ("GET, POST", "POST, GET")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [b"{", b"nonsense", b"\xff\xfe", b'{"name": "\\ud800"}', b"[" * 5000, b"NaN"])
def test_malformed_json_is_400(boss: ApiClient, body: bytes) -> None:
    need_problem(boss.post("/tokens", body), 400, "MALFORMED")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({}, {("name", "REQUIRED")}),
        (None, {("body", "REQUIRED")}),
        ([], {("body", "WRONG_TYPE")}),
        ({"name": 5}, {("name", "WRONG_TYPE")}),
        ({"name": "x", "days": "5"}, {("days", "WRONG_TYPE")}),
        ({"name": "x", "days": True}, {("days", "WRONG_TYPE")}),
        ({"name": "x", "days": 0}, {("days", "OUT_OF_RANGE")}),
        ({"name": "x", "days": 366}, {("days", "OUT_OF_RANGE")}),
        ({"name": "x", "days": HUGE}, {("days", "OUT_OF_RANGE")}),
        ({"name": "x", "days": -HUGE * 1000}, {("days", "OUT_OF_RANGE")}),
        ({"name": "a\x00b"}, {("name", "NUL_CHARACTER")}),
        ({"name": "a\nb"}, {("name", "CONTROL_CHARACTER")}),
        ({"name": "   "}, {("name", "REQUIRED")}),
        ({"name": ""}, {("name", "TOO_SHORT")}),
        ({"name": "x" * 101}, {("name", "TOO_LONG")}),
        ({"name": "x", "owner": 1, "a.b": [1]}, {("owner", "UNKNOWN_FIELD"), ("a.b", "UNKNOWN_FIELD")}),
        (
            {"nom": "x", "days": None},
            {("nom", "UNKNOWN_FIELD"), ("name", "REQUIRED"), ("days", "WRONG_TYPE")},
        ),
    ],
)
def test_values_that_do_not_fit_are_422_by_field(boss: ApiClient, body: Any, found: set[Any]) -> None:
    assert fields_of(need_problem(boss.post("/tokens", body), 422, "INVALID")) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("limit=0", {("limit", "OUT_OF_RANGE")}),
        ("limit=201", {("limit", "OUT_OF_RANGE")}),
        ("limit=ten", {("limit", "WRONG_TYPE")}),
        ("limit=1.5", {("limit", "WRONG_TYPE")}),
        ("entity_id=9223372036854775808", {("entity_id", "OUT_OF_RANGE")}),
        ("entity=%00", {("entity", "NUL_CHARACTER")}),
        ("from=2026-02-30", {("from", "DATE_INVALID")}),
        ("from=20260201&to=1", {("from", "DATE_INVALID"), ("to", "DATE_INVALID")}),
        ("to=9999-12-31", {("to", "OUT_OF_RANGE")}),
        ("limit=1&limit=2", {("limit", "REPEATED")}),
        ("actors=1", {("actors", "UNKNOWN_PARAMETER")}),
    ],
)
def test_parameters_that_do_not_fit_are_422_by_name(boss: ApiClient, query: str, found: set[Any]) -> None:
    assert fields_of(need_problem(boss.get(f"/audit?{query}"), 422, "INVALID")) == found


@pytest.mark.parametrize("cursor", ["x", "WzFd0", "W10", "WyJhIl0", "WzEsMl0", "WzkyMjMzNzIwMzY4NTQ3NzU4MDhd", "%00"])
def test_a_cursor_made_elsewhere_is_422(boss: ApiClient, cursor: str) -> None:
    problem = body_of(boss.get(f"/audit?cursor={cursor}"))
    assert (problem["status"], problem["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.parametrize("number", ["abc", "0", "-1", "1.5", "%00", "9223372036854775808", "9" * 400, "٣", "999999999"])
def test_a_path_id_that_is_none_is_404(boss: ApiClient, number: str) -> None:
    need_problem(boss.get(f"/users/{number}"), 404, "NOT_FOUND")


@pytest.mark.parametrize("content_type", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
def test_another_type_of_body_is_415(boss: ApiClient, content_type: str) -> None:
    answer = boss.http.generic(
        "POST", f"{BASE}/tokens", b'{"name": "x"}', content_type=content_type, headers=boss.headers
    )
    need_problem(answer, 415, "UNSUPPORTED_MEDIA_TYPE")


def test_a_body_that_is_too_large_is_413(boss: ApiClient) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        need_problem(boss.post("/tokens", {"name": "x" * 200}), 413, "TOO_LARGE")


def test_an_unknown_host_is_400(boss: ApiClient) -> None:
    answer = boss.http.get(f"{BASE}/me", headers={**boss.headers, "Host": "elsewhere.example"})
    need_problem(answer, 400, "MALFORMED")


def test_the_unexpected_is_500_without_a_trace(
    boss: ApiClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(queries, "list_users", fail)
    problem = need_problem(boss.get("/users"), 500, "UNEXPECTED")
    assert "secret" not in str(problem)
    assert "RuntimeError" in caplog.text
    assert "secret" not in caplog.text, "the words of an error may quote people (titan.watch.logs)"


def test_a_guard_of_the_database_is_a_refusal(boss: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise IntegrityError("UNIQUE constraint failed: accounts_user.email")

    monkeypatch.setattr(queries, "list_users", fail)
    problem = need_problem(boss.get("/users"), 422, "NOT_UNIQUE")
    assert fields_of(problem) == {("email", "NOT_UNIQUE")}


def test_403_and_404_come_before_422(clients: dict[Role, ApiClient]) -> None:
    need_problem(clients[Role.TRAINER].post("/users", {"role": 5}), 403, "FORBIDDEN")
    need_problem(clients[Role.TRAINER].post("/users", b"{"), 403, "FORBIDDEN")
    need_problem(clients[Role.TRAINER].get("/audit?limit=0"), 403, "FORBIDDEN")
    need_problem(clients[Role.SUPER_ADMIN].patch("/users/999999", {"role": 5}), 404, "NOT_FOUND")
    need_problem(clients[Role.SUPER_ADMIN].post("/users", {"role": 5}), 422, "INVALID")
