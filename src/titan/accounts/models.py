"""Logins, their roles, and personal API tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac

from titan.core.actor import Role


class UserManager(BaseUserManager["User"]):
    """Finds logins by e-mail, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A login: an e-mail, a name, one of the five roles."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=16, choices=[(role, role) for role in Role])
    language = models.CharField(max_length=8, default="en")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    # How often all sessions of this login were ended; each of them knows the number it began under.
    sessions_ended = models.PositiveIntegerField(default=0, db_default=0)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_session_auth_hash(self) -> str:
        """Return what a session must hold to stay signed in; a new password changes it, and so does an end to all."""
        of_password = super().get_session_auth_hash()
        if not self.sessions_ended:
            return of_password
        salt = "titan.accounts.sessions"
        return salted_hmac(salt, f"{self.sessions_ended} {of_password}", algorithm="sha256").hexdigest()


class ApiToken(models.Model):
    """A personal API token; only its hash is kept, and its first letters so that people can tell tokens apart."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    token_sha256 = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)


class Remembered(models.Model):
    """What all processes must know alike for a short while: counts of tries, codes used (Django's database cache)."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)
