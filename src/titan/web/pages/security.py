"""How somebody signs in: password, second factors, recovery codes, sessions. Before a change the password is asked."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.forms import AddWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from titan.accounts.commands import end_sessions
from titan.accounts.queries import lacks_second_factor
from titan.web.entrance import Careful, InFrame, in_frame

BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
NAMES = {"Edg": "Edge", "OPR": "Opera"}
SYSTEMS = ("iPhone", "iPad", "Android", "Windows", "Mac OS", "Linux")


class NewPasskeyForm(Careful, AddWebAuthnForm):  # type: ignore[misc]
    """What a passkey says when it is made."""

    name = forms.CharField(required=False, max_length=100)


class ConfirmingPasskeyForm(Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """What a passkey says before a change."""


class Security(InFrame, IndexView):  # type: ignore[misc]
    """What guards one's own login, all on one page."""

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees."""
        context = super().get_context_data(**values)
        found = context["authenticators"]
        codes = found.get(Authenticator.Type.RECOVERY_CODES)
        return {
            **context,
            "has_app": Authenticator.Type.TOTP in found,
            "passkeys": found.get(Authenticator.Type.WEBAUTHN, []),
            "codes_left": len(codes.get_unused_codes()) if codes else None,
            "sessions": _sessions(self.request),
            "needed": lacks_second_factor(self.visit.actor),
        }


class Password(InFrame, PasswordChangeView):  # type: ignore[misc]
    """Change one's own password; the current one is asked, and other browsers have to sign in again."""

    success_url = reverse_lazy("mfa_index")


class Confirm(InFrame, ReauthenticateView):  # type: ignore[misc]
    """Ask for the password before a change."""


class ConfirmByCode(InFrame, CodeReauthenticateView):  # type: ignore[misc]
    """Ask for a code before a change."""


class ConfirmByPasskey(InFrame, ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Ask for a passkey before a change."""

    form_class = ConfirmingPasskeyForm

    def form_invalid(self, form: forms.BaseForm) -> HttpResponse:
        """Go back to the password, saying why; the library would go to the sign-in page."""
        for wrong in form.errors.get("credential", []):
            messages.error(self.request, str(wrong))
        return redirect(self.passthrough_next_url(reverse("account_reauthenticate")))


class AddApp(InFrame, ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app: show its secret, and take it once a code proves that it is there."""


class RemoveApp(InFrame, DeactivateTOTPView):  # type: ignore[misc]
    """Take the authenticator app off."""


class AddPasskey(InFrame, AddWebAuthnView):  # type: ignore[misc]
    """Make a passkey on this device or key."""

    form_class = NewPasskeyForm

    def get_context_data(self, **values: Any) -> dict[str, Any]:
        """Return what the template sees; the library leaves out the form, and so what is wrong with it."""
        values.setdefault("form", self.get_form())
        self.extra_context = {"form": values["form"]}
        return super().get_context_data(**values)


class RemovePasskey(InFrame, RemoveWebAuthnView):  # type: ignore[misc]
    """Take a passkey off."""


class Codes(InFrame, ViewRecoveryCodesView):  # type: ignore[misc]
    """Show new recovery codes, this once."""


class NewCodes(InFrame, GenerateRecoveryCodesView):  # type: ignore[misc]
    """Make new recovery codes; those before end."""


class Sessions(InFrame, ListUserSessionsView):  # type: ignore[misc]
    """Sign out everywhere but here."""

    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: forms.BaseForm) -> HttpResponse:
        """End all sessions of the visitor, also those the list does not know, and keep this one."""
        end_sessions(self.visit.person.user_id, by=self.visit.actor, at=self.visit.at)
        update_session_auth_hash(self.request, get_user_model().objects.get(pk=self.visit.person.user_id))
        response: HttpResponse = super().form_valid(form)
        UserSession.objects.create_from_request(self.request)
        return response


def _sessions(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the visitor's sessions, this browser's first, each with the words for where it is."""
    found = UserSession.objects.purge_and_list(request.user)
    if not any(one.is_current() for one in found):
        UserSession.objects.create_from_request(request)
        found = UserSession.objects.purge_and_list(request.user)
    rows = [
        {"here": one.is_current(), "device": device(one.user_agent), "ip": one.ip, "since": one.created_at}
        for one in found
    ]
    return sorted(rows, key=lambda row: (not row["here"], -row["since"].timestamp()))


def device(user_agent: str) -> str:
    """Return what a browser calls itself in two words, as far as one can tell."""
    browser = next((NAMES.get(mark, mark) for mark in BROWSERS if f"{mark}/" in user_agent), _("Another browser"))
    system = next((mark for mark in SYSTEMS if mark in user_agent), "")
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system} if system else browser


password = sensitive_post_parameters("oldpassword", "password1", "password2")(in_frame(Password))
security = in_frame(Security)

# The library asks for addresses by its own names.
urlpatterns = [
    path("account/security", security, name="mfa_index"),
    path("account/security", security, name="mfa_list_webauthn"),
    path("account/password", password, name="account_change_password"),
    path("account/confirm", sensitive_post_parameters("password")(in_frame(Confirm)), name="account_reauthenticate"),
    path("account/confirm/code", in_frame(ConfirmByCode), name="mfa_reauthenticate"),
    path("account/confirm/passkey", in_frame(ConfirmByPasskey), name="mfa_reauthenticate_webauthn"),
    path("account/app", in_frame(AddApp), name="mfa_activate_totp"),
    path("account/app/remove", in_frame(RemoveApp), name="mfa_deactivate_totp"),
    path("account/passkeys/new", in_frame(AddPasskey), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove", in_frame(RemovePasskey), name="mfa_remove_webauthn"),
    path("account/recovery-codes", in_frame(Codes), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new", in_frame(NewCodes), name="mfa_generate_recovery_codes"),
    path("account/sessions", require_POST(in_frame(Sessions)), name="usersessions_list"),
]
