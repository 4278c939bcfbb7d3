"""Errors as RFC 9457 problems: the one shape of everything that is not a success."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpResponse

from titan.core.errors import FieldError, Refusal

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    title: str = "",
    errors: Sequence[FieldError] = (),
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return the answer that says what is wrong: `code` for programs, `detail` for people, `errors` by field."""
    body = {
        "type": f"urn:problem-type:titan:{code.lower().replace('_', '-')}",
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [{"field": e.field, "code": e.code, "message": e.message} for e in errors],
        **(extra or {}),
    }
    response = HttpResponse(orjson.dumps(body, default=str), status=status, content_type=MEDIA_TYPE)
    for name, value in (headers or {}).items():
        response[name] = value
    return response


def problem_of(refusal: Refusal) -> HttpResponse:
    """Return the answer of a refusal."""
    return problem(
        refusal.status,
        refusal.code,
        refusal.detail,
        title=refusal.title,
        errors=refusal.errors,
        extra=refusal.extra,
        headers=refusal.headers if isinstance(refusal, Unwelcome) else None,
    )


class Unwelcome(Refusal):
    """Refused before any endpoint was asked, with headers that say how to go on."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code, detail)
        self.status = status
        self.title = HTTPStatus(status).phrase
        self.headers = dict(headers or {})
