"""A client that speaks JSON to the API, with a token."""

from __future__ import annotations

import json
from typing import Any, cast

from django.http import HttpResponse
from django.test import Client

from tests.cast import AT, actor
from titan.accounts.commands import create_token
from titan.accounts.models import User
from titan.core import clock
from titan.core.actor import Role

BASE = "/api/v1"


class ApiClient:
    """Sends JSON as the owner of a token; `token=None` for nobody."""

    def __init__(self, token: str | None, **defaults: Any) -> None:
        self.http = Client(raise_request_exception=False, **defaults)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send `body` as JSON (bytes as they are) to a path below the base."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = {"content_type": "application/json"} if body is not None else {"content_type": ""}
        answer = self.http.generic(method, BASE + path, data, headers={**self.headers, **extra}, **kind)
        return cast(HttpResponse, answer)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PATCH", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> HttpResponse:
        return self.send("DELETE", path, **headers)


def token_of(user: User) -> str:
    """Return a fresh token of `user`."""
    made = create_token(user.pk, "test", 365, by=actor(Role.SUPER_ADMIN), at=clock.now())
    return made.token


def client_of(user: User) -> ApiClient:
    """Return a client that acts as `user`."""
    return ApiClient(token_of(user))


def body_of(answer: HttpResponse) -> Any:
    """Return the JSON of an answer."""
    return json.loads(answer.content)


def need_problem(answer: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """Assert that `answer` is this problem, whole, and return it."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = body_of(answer)
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(problem)
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["detail"]
    assert "Traceback" not in answer.content.decode()
    return problem


__all__ = ["AT", "ApiClient", "body_of", "client_of", "need_problem", "token_of"]
