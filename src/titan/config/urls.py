"""Which address leads where."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from titan.api import health, pages
from titan.api.main import api
from titan.watch.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/openapi.json", pages.document, name="openapi"),
    path("api/v1/docs", pages.docs, name="api_docs"),
    path("api/v1/", api.urls),
    path("", include("titan.web.urls")),
]

handler400 = "titan.web.pages.errors.bad_request"
handler403 = "titan.web.pages.errors.forbidden"
handler404 = "titan.web.pages.errors.not_found"
handler429 = "titan.web.pages.errors.too_many"
handler500 = "titan.web.pages.errors.server_error"
