"""What is done with logins and tokens: the only writers of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import F

from titan.accounts.models import ApiToken, User
from titan.accounts.queries import TOKEN_COLUMNS, TokenRow
from titan.accounts.rules import TOKEN_DAYS, login_errors, make_token, token_errors, token_expiry
from titan.core.actor import Actor, Role
from titan.core.command import command, nothing_changed, say
from titan.core.erasing import ERASED
from titan.core.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from titan.core.expected import need_expected
from titan.core.language import _
from titan.core.permit import need_role

R = TypeVar("R")

PERSONAL = ("email", "name")
CHANGEABLE = ("email", "name", "role", "language", "is_active")


@dataclass(frozen=True)
class IssuedToken:
    """A token just made. `token` is shown now and never again."""

    token: str
    row: TokenRow


@command
def create_user(
    email: str,
    role: Role,
    name: str,
    password: str | None = None,
    *,
    language: str = "en",
    by: Actor,
    at: datetime,
) -> int:
    """Make a login and return its id (domain.md §2). Without a password it cannot sign in until one is set.

    Linking it to a trainer or a worker is done where those live. Super admins only. Raises Invalid: e-mail malformed
    or taken (NOT_UNIQUE), name missing, password too weak.
    """
    need_role(by, Role.SUPER_ADMIN)
    email = email.strip().lower()
    user = User(email=email, role=role, name=name.strip(), language=language, created_at=at)
    errors = login_errors(email, name) + _language_errors(language)
    if User.objects.filter(email=email).exists():
        errors.append(_email_taken())
    if password is not None:
        errors += password_errors(password, user)
    if errors:
        raise Invalid(errors)
    user.set_password(password)
    user.save()
    say("user.created", "user", user.pk, after={"role": role.value, "language": language, "is_active": True})
    return user.pk


@command
def update_user(
    user_id: int, changes: dict[str, Any], *, expected: Mapping[str, Any] | None = None, by: Actor, at: datetime
) -> None:
    """Change some of a login's email, name, role, language, is_active. Super admins only.

    Deactivating revokes the login's tokens and ends its sessions. Raises NotFound, Invalid, and Conflict
    LAST_SUPER_ADMIN when nobody could manage users afterwards, or STALE when the login is no more what the editor saw
    (`expected`, by the same names).
    """
    need_role(by, Role.SUPER_ADMIN)
    user = _locked_user(user_id)
    before = {name: getattr(user, name) for name in CHANGEABLE}
    after = {**before, **{name: _clean(name, value) for name, value in changes.items()}}
    _check_changes(before, after)
    changed = [name for name in CHANGEABLE if before[name] != after[name]]
    if not changed:
        nothing_changed()
        return
    need_expected(before, expected or {}, _("login %(user)s") % {"user": user_id})
    if before["role"] == Role.SUPER_ADMIN and before["is_active"]:
        _keep_a_super_admin(user_id, after)
    User.objects.filter(pk=user_id).update(**{name: after[name] for name in changed})
    if "is_active" in changed and not after["is_active"]:
        ApiToken.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=at)
        _end_sessions(user_id)
    say("user.updated", "user", user_id, before=_spoken(before, changed), after=_spoken(after, changed))


@command
def deactivate_user(user_id: int, *, by: Actor, at: datetime) -> None:
    """Close a login: it can no longer sign in, and its tokens are revoked. Raises as update_user does."""
    update_user(user_id, {"is_active": False}, by=by, at=at)


@command
def set_password(user_id: int, password: str, *, by: Actor, at: datetime) -> None:
    """Give a login a new password, which ends its sessions elsewhere. For oneself or by a super admin.

    Raises Forbidden, NotFound, Invalid (too weak).
    """
    if by.role is not Role.SUPER_ADMIN and by.user_id != user_id:
        raise Forbidden(_("You may set your own password only."))
    user = _locked_user(user_id)
    errors = password_errors(password, user)
    if errors:
        raise Invalid(errors)
    user.set_password(password)
    User.objects.filter(pk=user_id).update(password=user.password)
    say("user.password_set", "user", user_id)


@command
def change_own_login(name: str, language: str, *, by: Actor, at: datetime) -> None:
    """Let people change their own name and language; everything else of a login is a super admin's. Raises Invalid."""
    user = _locked_user(by.user_id or 0)
    before = {field: getattr(user, field) for field in CHANGEABLE}
    after = {**before, "name": _clean("name", name), "language": language}
    _check_changes(before, after)
    changed = [field for field in CHANGEABLE if before[field] != after[field]]
    if not changed:
        nothing_changed()
        return
    User.objects.filter(pk=user.pk).update(**{field: after[field] for field in changed})
    say("user.updated", "user", user.pk, before=_spoken(before, changed), after=_spoken(after, changed))


@command
def end_sessions(user_id: int, *, by: Actor, at: datetime) -> None:
    """Sign a login out everywhere. For oneself or by a super admin. Raises Forbidden, NotFound."""
    if by.role is not Role.SUPER_ADMIN and by.user_id != user_id:
        raise Forbidden(_("You may end your own sessions only."))
    _locked_user(user_id)
    _end_sessions(user_id)
    say("user.sessions_ended", "user", user_id)


@command
def change_sign_in(work: Callable[[], R], *, by: Actor, at: datetime) -> R:
    """Return what `work` returns, done as one unit: what the sign-in library changes in it is logged with it.

    factors.py tells the log of each change; most visits change nothing.
    """
    nothing_changed()
    return work()


@command
def reset_second_factors(user_id: int, *, by: Actor, at: datetime) -> None:
    """Take all second factors off a login and end its sessions, for somebody who lost them. Super admins only.

    Raises Forbidden, NotFound.
    """
    need_role(by, Role.SUPER_ADMIN)
    _locked_user(user_id)
    if not Authenticator.objects.filter(user_id=user_id).exists():
        nothing_changed()
        return
    Authenticator.objects.filter(user_id=user_id).delete()
    end_sessions(user_id, by=by, at=at)


@command
def erase_login(user_id: int, *, by: Actor, at: datetime) -> None:
    """Erase whose login it was, for good: it is closed, and its name, e-mail, tokens' names and sessions go.

    Super admins only. Raises Forbidden, NotFound, Conflict LAST_SUPER_ADMIN.
    """
    need_role(by, Role.SUPER_ADMIN)
    user = _locked_user(user_id)
    if user.role == Role.SUPER_ADMIN:
        _keep_a_super_admin(user_id, {"role": user.role, "is_active": False})
    ended = list(UserSession.objects.filter(user_id=user_id).values_list("session_key", flat=True))
    Session.objects.filter(pk__in=ended).delete()
    UserSession.objects.filter(user_id=user_id).delete()
    Authenticator.objects.filter(user_id=user_id).delete()
    EmailAddress.objects.filter(user_id=user_id).delete()
    ApiToken.objects.filter(user_id=user_id).update(name=ERASED)
    ApiToken.objects.filter(user_id=user_id, revoked_at=None).update(revoked_at=at)
    user.email, user.name, user.is_active = f"erased-{user_id}@invalid", ERASED, False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    _end_sessions(user_id)
    say("user.updated", "user", user_id, after={"is_active": False, "personal_fields": list(PERSONAL)})


@command
def change_login(user_id: int, changes: dict[str, Any], password: str | None, *, by: Actor, at: datetime) -> None:
    """Change a login and, when one is given, its password, both or neither. Super admins only; raises as each does."""
    update_user(user_id, changes, by=by, at=at)
    if password is not None:
        set_password(user_id, password, by=by, at=at)


@command
def create_token(user_id: int, name: str, days: int = TOKEN_DAYS, *, by: Actor, at: datetime) -> IssuedToken:
    """Make a personal API token that lives `days` days (1–365) and acts with its owner's role.

    For oneself or by a super admin; its secret is in the answer and nowhere else. Raises Forbidden, NotFound, Invalid.
    """
    if by.role is not Role.SUPER_ADMIN and by.user_id != user_id:
        raise Forbidden(_("You may make tokens for yourself only."))
    errors = token_errors(name, days)
    if errors:
        raise Invalid(errors)
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        raise NotFound("active user", user_id)
    made = make_token()
    row = ApiToken.objects.create(
        user_id=user_id,
        name=name.strip(),
        prefix=made.prefix,
        token_sha256=made.sha256,
        created_at=at,
        expires_at=token_expiry(days, at),
    )
    say("api_token.created", "api_token", row.pk, after={"user_id": user_id, "days": days})
    return IssuedToken(made.secret, TokenRow(**{column: getattr(row, column) for column in TOKEN_COLUMNS}))


@command
def revoke_token(token_id: int, *, by: Actor, at: datetime) -> None:
    """End a token at once. For its owner or a super admin, others get NotFound; revoking twice changes nothing."""
    token = ApiToken.objects.filter(pk=token_id).values("user_id", "revoked_at").first()
    if token is None or (by.role is not Role.SUPER_ADMIN and token["user_id"] != by.user_id):
        raise NotFound("token", token_id)
    if ApiToken.objects.filter(pk=token_id, revoked_at=None).update(revoked_at=at) == 0:
        nothing_changed()
        return
    say("api_token.revoked", "api_token", token_id, after={"user_id": token["user_id"]})


def password_errors(password: str, user: User) -> list[FieldError]:
    """Return everything that is wrong with a new password of `user`."""
    if "\x00" in password or len(password) > 1_000:
        return [FieldError("password", "PASSWORD_WEAK", _("Give a password of at most 1,000 letters, without NUL."))]
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [FieldError("password", "PASSWORD_WEAK", message) for message in error.messages]
    return []


def _end_sessions(user_id: int) -> None:
    User.objects.filter(pk=user_id).update(sessions_ended=F("sessions_ended") + 1)


def _locked_user(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotFound("user", user_id)
    return user


def _clean(name: str, value: Any) -> Any:
    if name == "email":
        return value.strip().lower()
    return value.strip() if name == "name" else value


def _check_changes(before: dict[str, Any], after: dict[str, Any]) -> None:
    errors = login_errors(after["email"], after["name"]) + _language_errors(after["language"])
    if after["email"] != before["email"] and User.objects.filter(email=after["email"]).exists():
        errors.append(_email_taken())
    if errors:
        raise Invalid(errors)


def _keep_a_super_admin(user_id: int, after: dict[str, Any]) -> None:
    if after["role"] == Role.SUPER_ADMIN and after["is_active"]:
        return
    # All of them are locked, so that two super admins cannot close each other at the same moment.
    remaining = User.objects.select_for_update().filter(role=Role.SUPER_ADMIN, is_active=True).order_by("pk")
    if all(user.pk == user_id for user in remaining):
        raise Conflict("LAST_SUPER_ADMIN", _("This is the last super admin. Make another one first."))


def _language_errors(language: str) -> list[FieldError]:
    if 2 <= len(language) <= 8 and language.replace("-", "").isalpha() and language.isascii():
        return []
    return [FieldError("language", "LANGUAGE_INVALID", _("Give a language code such as en or tr."))]


def _email_taken() -> FieldError:
    return FieldError("email", "NOT_UNIQUE", _("Another login has this e-mail."))


def _spoken(values: dict[str, Any], changed: list[str]) -> dict[str, Any]:
    spoken = {name: str(values[name]) if name == "role" else values[name] for name in changed if name not in PERSONAL}
    personal = [name for name in changed if name in PERSONAL]
    return {**spoken, "personal_fields": personal} if personal else spoken
