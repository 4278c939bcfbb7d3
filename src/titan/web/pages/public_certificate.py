"""What anybody may see of a certificate: the page behind its QR code. No login, no listing, as little as will do."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from titan.accounts.throttle import CERTIFICATES, client_address
from titan.core import clock
from titan.paper.certificates import ledger_lines
from titan.records.queries.certificates import PublicView, State, public_view
from titan.web.pages.errors import too_many
from titan.web.shown import State as Shown
from titan.web.shown import date_words

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"}


@require_safe
def public_certificate(request: HttpRequest, token: str) -> HttpResponse:
    """How the certificate with this token stands today: valid, expired, revoked, being checked, or unknown (404).

    Each address may look sixty times a minute. An unknown token costs the same statements and is answered alike.
    """
    at, address = clock.now(), client_address(request.META)
    pause = CERTIFICATES.wait(address, at=at)
    if pause:
        response = too_many(request)
        response["Retry-After"] = str(pause)
    else:
        CERTIFICATES.failed(address, at=at)
        response = _answer(request, public_view(token, at=at), at)
    for name, value in HEADERS.items():
        response[name] = value
    return response


def _answer(request: HttpRequest, view: PublicView, at: datetime) -> HttpResponse:
    values = {
        "certificate": view,
        "state": _words(view),
        "today": view.site.today(at),
        "ledger": ledger_lines(view.ledger_entry, view.checkpoint),
    }
    status = 404 if view.state is State.UNKNOWN else 200
    return render(request, "certificate/public.html", values, status=status)


def _words(view: PublicView) -> Shown:
    """Return the colour and the words of the state."""
    if view.state is State.VALID:
        return Shown("green", _("Valid"))
    if view.state is State.EXPIRED and view.expires_on:
        day = view.extended.until if view.extended else view.expires_on
        return Shown("red", _("Expired on %(day)s") % {"day": date_words(day)})
    if view.state is State.REVOKED and view.revoked_on:
        return Shown("red", _("Revoked on %(day)s") % {"day": date_words(view.revoked_on)})
    if view.state is State.CHECKING:
        return Shown("amber", _("Being checked"))
    return Shown("red", _("Unknown"))


urlpatterns = [path("c/<str:token>", public_certificate, name="public_certificate")]
