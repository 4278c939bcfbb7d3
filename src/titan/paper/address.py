"""Under which address people outside check a paper: printed once, so it must stay right for years."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def public_root(request: HttpRequest) -> str:
    """Return where Titan is reached from outside: TITAN_PUBLIC_URL, else what this request was sent to."""
    chosen: str = settings.TITAN_PUBLIC_URL
    return chosen or request.build_absolute_uri("/").rstrip("/")


def check_address(site_url: str, token: str) -> str:
    """Return the address of the public page of the certificate with this token."""
    return f"{site_url.rstrip('/')}/c/{token}"
