"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from titan.accounts.throttle import SIGN_IN, client_address
from titan.core import clock, settings


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail and password; five wrong ones from one place pause that login for a quarter of an hour."""
    if request.method == "GET":
        return _form(request)
    email = request.POST.get("email", "").strip().lower()[:254]
    key = f"{client_address(request.META)} {email}"
    at = clock.now()
    pause = SIGN_IN.wait(key, at=at)
    if pause:
        return _paused(request, email, pause)
    user = authenticate(request, username=email, password=request.POST.get("password", ""))
    if user is None:
        return _wrong(request, email, SIGN_IN.failed(key, at=at))
    SIGN_IN.forget(key)
    login(request, user)
    return redirect(_next(request))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session of this browser."""
    logout(request)
    return redirect("sign_in")


def _form(request: HttpRequest, *, email: str = "", error: str = "", note: str = "", status: int = 200) -> HttpResponse:
    values = {"email": email, "error": error, "note": note, "next": _next(request), "site": settings.current()}
    return render(request, "account/sign_in.html", values, status=status)


def _wrong(request: HttpRequest, email: str, left: int) -> HttpResponse:
    note = ngettext("%(n)d try left before a pause of 15 min.", "%(n)d tries left before a pause of 15 min.", left)
    return _form(request, email=email, error=_("Wrong e-mail or password."), note=note % {"n": left}, status=401)


def _paused(request: HttpRequest, email: str, pause: int) -> HttpResponse:
    minutes = -(-pause // 60)
    note = ngettext("Try again in %(n)d minute.", "Try again in %(n)d minutes.", minutes) % {"n": minutes}
    response = _form(request, email=email, error=_("Too many wrong tries."), note=note, status=429)
    response["Retry-After"] = str(pause)
    return response


def _next(request: HttpRequest) -> str:
    """Return where to go after signing in: an address of our own, or Today."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if own else reverse("today")


urlpatterns = [
    path("sign-in", sign_in, name="sign_in"),
    path("sign-out", sign_out, name="sign_out"),
]
