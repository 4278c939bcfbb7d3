"""How the sign-in library (django-allauth) works on Titan's own logins: no second list of e-mails, no e-mail sent."""

from __future__ import annotations

import base64
import logging
import secrets
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from titan.accounts.commands import password_errors, set_password
from titan.accounts.models import User
from titan.core.command import current_unit
from titan.core.language import _, ngettext

logger = logging.getLogger(__name__)

PAUSED = "too_many_login_attempts"
PAUSES = frozenset({PAUSED, "rate_limited"})
WRONG = frozenset({"email_password_mismatch", "username_password_mismatch"})


def name_of(user: User) -> str:
    """Return the name by which a passkey calls its login."""
    return user.name


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in by the e-mail of a login; passwords are written by Titan's command."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Logins are made by a super admin, never by their owner."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Titan sends no e-mail."""

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether this is the password of `user`; the library would look for their e-mail in a list of its own."""
        found = self.authenticate(context.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def clean_password(self, password: str, user: AbstractBaseUser | None = None) -> str:
        """Return the new password; raises ValidationError with everything that is wrong with it."""
        errors = password_errors(password, cast(User, user))
        if errors:
            raise ValidationError([str(error.message) for error in errors])
        return password

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Write the password by the command, inside the unit of work of the page."""
        unit = current_unit()
        set_password(user.pk, password, by=unit.by, at=unit.at)
        user.refresh_from_db(fields=["password"])

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Say to a closed login no more than to an unknown one."""
        messages.error(request, _("This did not work. Sign in with your e-mail and password."))
        return redirect("sign_in")

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error in Titan's words; a pause says how long to wait at most."""
        if code in PAUSES:
            minutes = -(-settings.TITAN_SIGN_IN_PAUSE // 60)
            words = ngettext(
                "Too many wrong tries. Try again in %(n)d minute.",
                "Too many wrong tries. Try again in %(n)d minutes.",
                minutes,
            )
            return ValidationError(words % {"n": minutes}, code=PAUSED)
        if code in WRONG:
            return ValidationError(_("Wrong e-mail or password."), code=code)
        if code in {"incorrect_password", "enter_current_password"}:
            return ValidationError(_("This is not your password."), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error


class FactorsAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors, whose secrets lie in the database under Titan's secret key."""

    def encrypt(self, text: str) -> str:
        """Return `text` as it is kept."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was kept. After the secret key was changed that is lost, and no code fits any more."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            logger.warning("A second factor was made under another secret key; a super admin can reset it.")
            return base64.b32encode(secrets.token_bytes(20)).decode()

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Return the name that a new passkey has unless its owner gives it another."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return _("Passkey %(number)d") % {"number": number}

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Return the error in Titan's words."""
        if code == "incorrect_code":
            return ValidationError(_("This did not fit. Try again, with a new code."), code=code)
        error: ValidationError = super().validation_error(code, *args)
        return error


def _cipher() -> Fernet:
    key = salted_hmac("titan.accounts.second-factors", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
