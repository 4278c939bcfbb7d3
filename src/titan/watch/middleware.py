"""Every request gets an id, a line in the log and its place in the figures."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.urls import resolve

from titan.watch.logs import REQUEST_ID
from titan.watch.metrics import REQUEST_SECONDS, REQUESTS

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
UNKNOWN = "unknown"
PROBES = frozenset({"/healthz", "/readyz", "/metrics"})

log = logging.getLogger("titan.requests")


class WatchMiddleware:
    """Outermost of all: what it measures is the whole answer, up to its first byte."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        got_request_exception.connect(_failed, dispatch_uid="titan.watch")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        given = request.headers.get(HEADER, "")
        token = REQUEST_ID.set(given if ACCEPTED.fullmatch(given) else secrets.token_hex(8))
        try:
            response = self.get_response(request)
            response[HEADER] = REQUEST_ID.get()
            _note(request, response, time.perf_counter() - begun)
            return response
        finally:
            REQUEST_ID.reset(token)


class ProbeMiddleware:
    """Answers those who watch the server from inside, by whatever name or address they call it.

    A container asks itself, a proxy and Prometheus ask by the name of a machine: none of these is a name of the site.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBES:
            return self.get_response(request)
        match = request.resolver_match = resolve(request.path_info)
        response: HttpResponse = match.func(request)
        return response


def _note(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    route = _route(request)
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "OTHER"
    REQUESTS.labels(method, route, str(response.status_code)).inc()
    REQUEST_SECONDS.labels(method, route).observe(seconds)
    level = logging.WARNING if response.status_code >= 500 else logging.INFO
    log.log(
        level,
        "%s /%s %s",
        method,
        route,
        response.status_code,
        extra={
            "method": method,
            "route": route,
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
            "user_id": _user_id(request),
        },
    )


def _failed(request: HttpRequest | None = None, **_: object) -> None:
    """Log an error that nobody handled, without its words."""
    if request is not None:
        log.error("%s /%s failed", request.method, _route(request), exc_info=True)


def _route(request: HttpRequest) -> str:
    # The pattern, never the address: an address may hold what somebody searched for.
    match = request.resolver_match
    return match.route if match is not None else UNKNOWN


def _user_id(request: HttpRequest) -> int | None:
    # Only when somebody asked already: no statement for the log's sake.
    user = getattr(request, "_cached_user", None) or getattr(request, "auth", None)
    found = getattr(user, "pk", None) or getattr(user, "user_id", None)
    return found if isinstance(found, int) else None
