"""What logins and tokens may be: pure rules, no database (domain.md §2)."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from titan.core.errors import FieldError
from titan.core.language import _

TOKEN_MARK = "titan_"  # noqa: S105 - the public beginning of every token, not a secret
TOKEN_DAYS = 90
TOKEN_MAX_DAYS = 365
TOKEN_BYTES = 32
_PREFIX_BYTES = 3
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True)
class NewToken:
    """A token as it is shown once: the whole of it, its public first letters, and the hash that is kept."""

    secret: str
    prefix: str
    sha256: str


def make_token(mark: str = TOKEN_MARK) -> NewToken:
    """Return a new random token: its mark, six letters to tell tokens apart, and 256 bits of secret."""
    prefix = mark + secrets.token_hex(_PREFIX_BYTES)
    secret = f"{prefix}_{secrets.token_urlsafe(TOKEN_BYTES)}"
    return NewToken(secret, prefix, token_hash(secret))


def token_hash(secret: str) -> str:
    """Return the SHA-256 by which a token is stored and found; a random 256 bit secret needs no slower hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def looks_like_token(secret: str) -> bool:
    """Say whether `secret` could be one of ours, so that anything else costs no look-up."""
    return secret.startswith(TOKEN_MARK) and secret.isascii() and len(secret) <= 100


def token_expiry(days: int, at: datetime) -> datetime:
    """Return when a token made at `at` for `days` days ends."""
    return at + timedelta(days=days)


def token_errors(name: str, days: int) -> list[FieldError]:
    """Return what is wrong with a new token's `name` or its life in `days` (1 to 365)."""
    errors = []
    if not 1 <= len(name.strip()) <= 100:
        errors.append(FieldError("name", "NAME_LENGTH", _("Give the token a name of 1 to 100 letters.")))
    if not 1 <= days <= TOKEN_MAX_DAYS:
        errors.append(FieldError("days", "OUT_OF_RANGE", _("Give 1 to %(limit)s days.") % {"limit": TOKEN_MAX_DAYS}))
    return errors


def login_errors(email: str, name: str) -> list[FieldError]:
    """Return what is wrong with a login's e-mail or name."""
    errors = []
    if not _EMAIL.fullmatch(email) or len(email) > 254 or "\x00" in email:
        errors.append(FieldError("email", "EMAIL_INVALID", _("%(email)r is no e-mail address.") % {"email": email}))
    if not 1 <= len(name.strip()) <= 200 or "\x00" in name:
        errors.append(FieldError("name", "NAME_LENGTH", _("Give a name of 1 to 200 letters.")))
    return errors
