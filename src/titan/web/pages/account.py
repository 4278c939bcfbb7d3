"""Signing in and out, and one's own account: name, language, password."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import authenticate, get_user_model, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from titan.accounts.commands import change_own_login, change_own_password
from titan.accounts.throttle import SIGN_IN, client_address
from titan.core import clock, settings
from titan.core.errors import Conflict, Refusal, invalid
from titan.web.form import Form, Reading, sent_form
from titan.web.visit import Visit, page, show


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


@never_cache
@require_http_methods(["GET", "POST"])
@page
def account(request: HttpRequest, visit: Visit) -> HttpResponse:
    """One's own name and language."""
    if request.method == "GET":
        return _account(request, visit)
    read = Reading(request.POST)
    try:
        change_own_login(read.text("name"), read.text("language"), by=visit.actor, at=visit.at)
    except Refusal as refusal:
        return _account(request, visit, login_form=sent_form(request, refusal), status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect("account")


@sensitive_post_parameters("current", "password", "again")
@never_cache
@require_POST
@page
def account_password(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Change one's own password; the current one is asked, and wrong ones are counted as at signing in."""
    current, password, again = (request.POST.get(name, "") for name in ("current", "password", "again"))
    key = f"{client_address(request.META)} {visit.person.email}"
    try:
        if SIGN_IN.wait(key, at=visit.at):
            raise Conflict("PAUSED", _("Too many wrong tries. Try again in a quarter of an hour."))
        if password != again:
            raise invalid("again", "DIFFERS", _("The two new passwords differ."))
        change_own_password(current, password, by=visit.actor, at=visit.at)
    except Refusal as refusal:
        if any(error.field == "current" for error in refusal.errors):
            SIGN_IN.failed(key, at=visit.at)
        return _account(request, visit, password_form=sent_form(request, refusal), status=refusal.status)
    SIGN_IN.forget(key)
    update_session_auth_hash(request, get_user_model().objects.get(pk=visit.person.user_id))
    messages.success(request, _("Your password is changed. Other browsers have to sign in again."))
    return redirect("account")


def _account(
    request: HttpRequest,
    visit: Visit,
    *,
    login_form: Form | None = None,
    password_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    stands = Form({"name": visit.person.name, "language": visit.person.language})
    values = {
        "form": login_form or stands,
        "password": password_form or Form(),
        "languages": django_settings.LANGUAGES,
        "here": "account",
    }
    return show(request, visit, "account/account.html", values, status=status)


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
    path("account", account, name="account"),
    path("account/password", account_password, name="account_password"),
]
