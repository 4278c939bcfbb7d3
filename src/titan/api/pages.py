"""What describes the API: its OpenAPI document, and a page to read and try it, all of it served from here."""

from __future__ import annotations

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from titan.api.auth import sign_in
from titan.api.main import api


@require_GET
def document(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document, to whoever is signed in."""
    try:
        sign_in(request)
    except Exception as error:
        return api.on_exception(request, error)
    return HttpResponse(orjson.dumps(api.document, option=orjson.OPT_NON_STR_KEYS), content_type="application/json")


@require_GET
@login_required
def docs(request: HttpRequest) -> HttpResponse:
    """Answer with the page that explains the API."""
    return render(request, "api/docs.html")
