"""The OpenAPI document is valid, complete, and says which errors to expect."""

from __future__ import annotations

import inspect
import re
from collections import defaultdict
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.client import BASE, ApiClient, body_of
from titan.api.main import api

OPERATIONS = [
    operation
    for router in api._get_bound_routers()
    for view in router.path_operations.values()
    for operation in view.operations
]


def test_the_document_is_valid(boss: ApiClient) -> None:
    document = body_of(boss.get("/openapi.json"))
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_every_operation_is_described(boss: ApiClient) -> None:
    names = defaultdict(list)
    for path, operations in api.document["paths"].items():
        for method, operation in operations.items():
            names[operation["operationId"]].append(path)
            assert operation.get("description"), (method, path)
            assert operation.get("tags"), (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"], (method, path, status)
    assert {name: paths for name, paths in names.items() if len(paths) > 1} == {}


def test_every_post_happens_once() -> None:
    for operation in OPERATIONS:
        if "POST" in operation.methods:
            assert "once(" in inspect.getsource(operation.view_func), operation.path


def test_no_two_models_share_a_name() -> None:
    found: dict[str, set[Any]] = defaultdict(set)
    for operation in OPERATIONS:
        for model in [*operation.models, *operation.response_models.values()]:
            _collect(model, found)
    assert {name: models for name, models in found.items() if len(models) > 1} == {}


def _collect(model: Any, found: dict[str, set[Any]]) -> None:
    if getattr(model, "model_fields", None) is None:
        return
    for field in model.model_fields.values():
        waiting = [field.annotation]
        while waiting:
            kind = waiting.pop()
            waiting.extend(getattr(kind, "__args__", ()))
            if isinstance(kind, type) and hasattr(kind, "model_fields") and kind not in found[kind.__name__]:
                found[kind.__name__].add(kind)
                _collect(kind, found)


@pytest.mark.django_db
def test_the_docs_need_nothing_from_elsewhere(boss: ApiClient, users: Any) -> None:
    from tests.api.test_auth import session_of
    from titan.core.actor import Role

    assert boss.http.get(f"{BASE}/docs").status_code == 302
    auditor = session_of(users[Role.AUDITOR])
    page = auditor.get(f"{BASE}/docs")
    text = page.content.decode()
    assert page.status_code == 200
    assert "https://" not in text
    assert "<style" not in text
    assert "style=" not in text
    policy = page["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    needed = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', text)
    assert {name.rsplit("/")[-1] for name in needed} >= {"swagger-ui.css", "swagger-ui-bundle.js"}
    assert {auditor.get(name).status_code for name in needed} == {200}
