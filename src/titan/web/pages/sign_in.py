"""Signing in, with a second factor where there is one, or by passkey alone; and out."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import LoginView, LogoutView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from titan.accounts.commands import change_sign_in
from titan.core import clock
from titan.core.actor import Actor, Role, Via
from titan.web.entrance import Careful, Entrance


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail and password. Any e-mail that a login may have can be typed, not only ASCII."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(max_length=254)
        self.order_fields(["login", "password"])

    def add_prefix(self, field_name: str) -> str:
        """Return the name of a field in the page."""
        return "email" if field_name == "login" else field_name

    def clean_login(self) -> str:
        """Return the e-mail as logins are kept."""
        return str(self.cleaned_data["login"]).strip().lower()


class PasskeyForm(Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """What a passkey says that signs in alone."""


class SecondPasskeyForm(Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """What a passkey says after the password."""


class SignIn(Entrance, LoginView):  # type: ignore[misc]
    """Ask for e-mail and password; too many wrong ones are told how long to wait."""

    form_class = SignInForm
    refused_status = 401

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees, with where to go afterwards: an address of our own, or Today."""
        context = super().get_context_data(**values)
        return {**context, "next": get_next_redirect_url(self.request) or ""}


class SecondStep(Entrance, AuthenticateView):  # type: ignore[misc]
    """Ask for the second factor of whoever gave the right password."""

    webauthn_form_class = SecondPasskeyForm
    refused_status = 401

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Begin anew when there is no second factor any more: the library would send the visitor to and fro."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if response.headers.get("Location") == reverse("sign_in") and not request.user.is_authenticated:
            request.session.flush()
        return response

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees; a passkey is asked for when there is one."""
        context = super().get_context_data(**values)
        asked = context["js_data"]["request_options"]["publicKey"]
        return {**context, "has_passkey": bool(asked.get("allowCredentials"))}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Take the code or the passkey; a recovery code that is used up is logged with it."""
        user = self.stage.login.user
        by = Actor(role=Role(user.role), via=Via.WEB, user_id=user.pk)
        take: Callable[[], HttpResponse] = partial(super().post, request, *args, **kwargs)
        return change_sign_in(take, by=by, at=clock.now())


class PasskeySignIn(LoginWebAuthnView):  # type: ignore[misc]
    """Sign in by a passkey alone."""

    form_class = PasskeyForm


sign_in = SignIn.as_view()
sign_out = require_POST(LogoutView.as_view())

# The library asks for addresses by its own names.
urlpatterns = [
    path("sign-in", sign_in, name="sign_in"),
    path("sign-in", sign_in, name="account_login"),
    path("sign-in/second", SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey", PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("sign-out", sign_out, name="sign_out"),
    path("sign-out", sign_out, name="account_logout"),
]
