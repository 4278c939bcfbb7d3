"""Irreversible acts ask once, in a dialog; without htmx the same words stand on a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from titan.core.errors import Refusal
from titan.web.visit import Visit, is_htmx, part, show


def dialog(
    request: HttpRequest, visit: Visit, template: str, values: Mapping[str, Any], refusal: Refusal | None
) -> HttpResponse:
    """Return what a dialog holds: for htmx the inside of one, else a page of its own."""
    status = refusal.status if refusal else 200
    if is_htmx(request):
        return part(request, visit, template, values, status=status)
    return show(request, visit, "worker/dialog.html", {**values, "inside": template}, status=status)
