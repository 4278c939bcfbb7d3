"""Alive, and ready: for whoever watches the server. No sign-in, no numbers."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from titan.api.problem import problem
from titan.core import guards
from titan.core.errors import FieldError
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.storage import evidence_store


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer that the process is alive."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether work is possible: database there with all its guards, evidence store writable; else 503."""
    errors = [*_database_errors(), *_storage_errors()]
    if errors:
        return problem(503, "NOT_READY", "Titan cannot work now; see errors.", errors=errors)
    return JsonResponse({"status": "ready"})


def _database_errors() -> list[FieldError]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_read_only" if connection.vendor == "postgresql" else "SELECT 'off'")
            (read_only,) = cursor.fetchone()
        missing = guards.missing()
    except DatabaseError:
        return [FieldError("database", "UNREACHABLE", "The database does not answer.")]
    if read_only == "on":
        return [FieldError("database", "READ_ONLY", "The database can only be read.")]
    return [FieldError("database", "GUARD_MISSING", f"The guard {name} is missing.") for name in missing]


def _storage_errors() -> list[FieldError]:
    try:
        evidence_store().check()
    except EvidenceUnavailable as error:
        return [FieldError("storage", "NOT_WRITABLE", f"Evidence cannot be stored: {error.why}.")]
    return []
