"""What we know about logins and tokens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings

from titan.accounts.models import ApiToken, User
from titan.core.actor import Actor, Role
from titan.core.bulk import id_set
from titan.core.errors import NotFound
from titan.core.page import DEFAULT_LIMIT, Page, decode_cursor, encode_cursor
from titan.core.permit import need_role


@dataclass(frozen=True)
class UserRow:
    """A login as administrators see it."""

    id: int
    email: str
    name: str
    role: Role
    language: str
    is_active: bool
    created_at: datetime


@dataclass(frozen=True)
class TokenRow:
    """A personal API token without its secret, which nobody can read back."""

    id: int
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


USER_COLUMNS = ("id", "email", "name", "role", "language", "is_active", "created_at")
TOKEN_COLUMNS = ("id", "name", "prefix", "created_at", "expires_at", "revoked_at")


def list_users(*, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[UserRow]:
    """Return a page of logins, oldest first. For super admins; raises Forbidden. Two statements."""
    need_role(by, Role.SUPER_ADMIN)
    rows = User.objects.order_by("id").values(*USER_COLUMNS)
    total = User.objects.count()
    if cursor is not None:
        rows = rows.filter(id__gt=decode_cursor(cursor, int)[0])
    found = [_user(row) for row in rows[: limit + 1]]
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more, total)


def one_user(user_id: int, *, by: Actor) -> UserRow:
    """Return one login: one's own, or any for a super admin; raises NotFound."""
    row = User.objects.filter(id=user_id).values(*USER_COLUMNS).first()
    if row is None or (by.role is not Role.SUPER_ADMIN and by.user_id != user_id):
        raise NotFound("user", user_id)
    return _user(row)


def second_factors(ids: Iterable[int]) -> dict[int, frozenset[str]]:
    """Return the kinds of second factor (totp, webauthn) of those logins that have any, in one statement."""
    wanted = set(ids)
    found: dict[int, frozenset[str]] = {}
    if wanted:
        rows = Authenticator.objects.filter(user_id__in=id_set(wanted)).exclude(type="recovery_codes")
        for user_id, kind in rows.values_list("user_id", "type").distinct():
            found[user_id] = found.get(user_id, frozenset()) | {kind}
    return found


def lacks_second_factor(by: Actor) -> bool:
    """Whether the site wants a second factor of `by` and there is none; no statement when it wants none."""
    if by.user_id is None or by.role not in settings.TITAN_REQUIRE_MFA:
        return False
    return not second_factors([by.user_id])


def user_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these logins by id, in one statement; none when there are no ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    return dict(User.objects.filter(id__in=id_set(wanted)).values_list("id", "name"))


def list_tokens(*, by: Actor, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> Page[TokenRow]:
    """Return a page of the caller's own tokens, newest first, revoked and expired ones included."""
    rows = ApiToken.objects.filter(user_id=by.user_id or 0).order_by("-id").values(*TOKEN_COLUMNS)
    total = rows.count()
    if cursor is not None:
        rows = rows.filter(id__lt=decode_cursor(cursor, int)[0])
    found = [TokenRow(**row) for row in rows[: limit + 1]]
    more = encode_cursor(found[limit - 1].id) if len(found) > limit else None
    return Page(found[:limit], more, total)


def _user(row: dict[str, object]) -> UserRow:
    return UserRow(**{**row, "role": Role(str(row["role"]))})  # type: ignore[arg-type]
