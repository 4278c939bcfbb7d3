"""From whatever went wrong to a problem: refusals, values that do not fit, and the unexpected."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from titan.api.problem import problem, problem_of
from titan.core.errors import FieldError, Invalid, NotFound, Refusal
from titan.core.guards import refusal_of
from titan.core.outage import RETRY_AFTER_SECONDS, is_outage

logger = logging.getLogger("titan.api")

CODES = {
    "missing": "REQUIRED",
    "extra_forbidden": "UNKNOWN_FIELD",
    "string_too_long": "TOO_LONG",
    "string_too_short": "TOO_SHORT",
    "too_long": "TOO_MANY",
    "too_short": "TOO_FEW",
    "string_pattern_mismatch": "WRONG_FORMAT",
    "enum": "NOT_ALLOWED",
    "literal_error": "NOT_ALLOWED",
    "greater_than": "OUT_OF_RANGE",
    "greater_than_equal": "OUT_OF_RANGE",
    "less_than": "OUT_OF_RANGE",
    "less_than_equal": "OUT_OF_RANGE",
}


def answer_errors(api: NinjaAPI) -> None:
    """Make every exception of `api` a problem."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _not_found)
    for kind in (RequestDataTooBig, RawPostDataException, MultiPartParserError, UnreadablePostError):
        api.add_exception_handler(kind, _unreadable)
    api.add_exception_handler(BadRequest, _unreadable)
    api.add_exception_handler(SuspiciousOperation, _unreadable)
    api.add_exception_handler(DatabaseError, _database_error)
    api.add_exception_handler(InterfaceError, _database_error)
    api.add_exception_handler(Exception, _unexpected)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(error)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    found = [item for item in error.errors if item["loc"][0] == "path"]
    if found:
        return problem_of(NotFound("such thing", request.path.rsplit("/", 1)[-1][:100]))
    fields = [_field_error(item) for item in error.errors]
    detail = " ".join(f"{item.field}: {item.message}" for item in fields[:3])
    return problem_of(Invalid(fields, detail=detail))


def _field_error(item: dict[str, Any]) -> FieldError:
    source, *place = item["loc"]
    if source in ("body", "form", "file") and len(place) > 1:
        # The first step is the name of our own parameter, which the client never sent.
        place = place[1:]
    elif source == "body":
        place = ["body"]
    kind = str(item["type"])
    code = CODES.get(kind) or ("WRONG_TYPE" if kind.endswith(("_type", "_parsing")) else kind.upper())
    message = str(item["msg"]).rstrip(".") + "."
    return FieldError(".".join(str(step) for step in place), code, message)


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    cause = error.__cause__
    if isinstance(cause, Exception) and not isinstance(cause, ValueError):
        return _by_kind(request, cause)
    return problem(error.status_code, "MALFORMED", "The body is no valid JSON.")


def _by_kind(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, Refusal):
        return problem_of(error)
    return _unreadable(request, error)


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_of(NotFound("such thing"))


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    if isinstance(error, RequestDataTooBig):
        return problem(413, "TOO_LARGE", "The body is too large.")
    if isinstance(error, RawPostDataException):
        return problem(415, "UNSUPPORTED_MEDIA_TYPE", "Send application/json.")
    return problem(400, "MALFORMED", "The request cannot be read.")


def _database_error(request: HttpRequest, error: Any) -> HttpResponse:
    refusal = refusal_of(error)
    if refusal is not None:
        return problem_of(refusal)
    return _away(request, error) if is_outage(error) else _unexpected(request, error)


def _away(request: HttpRequest, error: Any) -> HttpResponse:
    logger.warning("%s %s: the database does not answer (%s)", request.method, request.path, type(error).__name__)
    # A connection that is lost while it commits leaves open whether it did.
    return problem(
        503,
        "UNAVAILABLE",
        "The database does not answer. Look whether your change was saved, then send it again; with the same "
        "Idempotency-Key it is done once.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _unexpected(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return problem(500, "UNEXPECTED", "Nothing was saved. Something went wrong in Titan; it is in the server's log.")
