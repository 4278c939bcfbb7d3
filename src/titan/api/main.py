"""The one API: every noun's module behind the same door."""

from __future__ import annotations

import functools
import pkgutil
from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.operation import Operation

import titan.api
from titan.api.auth import sign_in
from titan.api.caller import caller
from titan.api.errors import answer_errors
from titan.api.openapi import describe
from titan.api.order import EARLY_ANSWERS, first_checks, path_ids
from titan.api.render import SiteTimeRenderer
from titan.api.requests import JsonParser, check_request, prepare_upload

DESCRIPTION = """Training sessions that end in proof.

Sign in with `Authorization: Bearer <personal token>`, or with the session of the web pages and its CSRF token.
Errors are `application/problem+json`. Lists are paged by cursor. A POST with an `Idempotency-Key` happens once."""


ABOVE = ("main", "pages")
"""The modules that need the whole API, and so cannot be part of it."""


class TitanAPI(NinjaAPI):
    """Ninja's API, with our names of operations and our documented errors."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        return describe(self.get_openapi_schema())


def guarded(run: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a request in: signed in (401, 403, 429), of a shape that the operation can read (413, 415, 422)."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]

    @functools.wraps(run)
    def answer(request: HttpRequest, **path: Any) -> HttpResponse:
        request.titan_operation = operation  # type: ignore[attr-defined]
        try:
            prepare_upload(request)
            sign_in(request)
        except Exception as error:
            return operation.api.on_exception(request, error)
        try:
            check_request(request, operation, path)
            response = run(request, **path)
        except Exception as error:
            response = operation.api.on_exception(request, error)
        return _in_order(request, operation, path, response)

    return answer


def _in_order(request: HttpRequest, operation: Operation, path: dict[str, Any], response: HttpResponse) -> HttpResponse:
    """Say 403 or 404 where it applies instead of what is wrong with the values: the order of refusals of the API."""
    if response.status_code not in EARLY_ANSWERS:
        return response
    try:
        for check in first_checks(operation.view_func):
            check(caller(request).actor, **path_ids(path))
    except Exception as error:
        return operation.api.on_exception(request, error)
    return response


def build() -> TitanAPI:
    """Return the API with the router of every module beside this one."""
    made = TitanAPI(
        title="Titan",
        version="1.0.0",
        description=DESCRIPTION,
        urls_namespace="api",
        openapi_url=None,
        docs_url=None,
        renderer=SiteTimeRenderer(),
        parser=JsonParser(),
    )
    answer_errors(made)
    made.add_decorator(guarded, mode="view")
    for name in sorted(module.name for module in pkgutil.iter_modules(titan.api.__path__)):
        if name not in ABOVE:
            router = getattr(import_module(f"titan.api.{name}"), "router", None)
            if isinstance(router, Router):
                made.add_router("", router)
    return made


api = build()
