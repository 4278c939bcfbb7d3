"""Who signed in, with the trainer and worker they are (domain.md §2): a login, seen from where people live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from titan.accounts.models import ApiToken, User
from titan.accounts.rules import looks_like_token, token_hash
from titan.core.actor import Actor, Role, Via
from titan.personnel.models import Worker
from titan.resources.models import Trainer


@dataclass(frozen=True)
class Person:
    """Whoever signed in: their login, and the actor they act as."""

    actor: Actor
    user_id: int
    email: str
    name: str
    language: str


# Every request asks this first, so it is written out: building it anew each time costs more than running it.
# A trainer that somebody else's login is linked to is that person, whatever e-mail the library holds.
_PERSON = f"""
SELECT u.id, u.email, u.name, u.language, u.role,
       COALESCE((SELECT t.id FROM {Trainer._meta.db_table} t WHERE t.user_id = u.id),
                (SELECT MIN(t.id) FROM {Trainer._meta.db_table} t
                 WHERE t.user_id IS NULL AND LOWER(t.email) = u.email)),
       (SELECT w.id FROM {Worker._meta.db_table} w WHERE w.user_id = u.id)
FROM {User._meta.db_table} u WHERE u.is_active AND u.id ="""
_OWNER = f"""(SELECT k.user_id FROM {ApiToken._meta.db_table} k
WHERE k.token_sha256 = %s AND k.revoked_at IS NULL AND k.expires_at > %s)"""


def person_of(user_id: int, *, via: Via) -> Person | None:
    """Return who the login `user_id` is, or None when there is no such active login. One statement."""
    return _person(f"{_PERSON} %s", [user_id], via)


def person_with_token(secret: str, *, via: Via, at: datetime) -> Person | None:
    """Return whose token `secret` is, in one statement; None: unknown, revoked, expired at `at`, owner inactive."""
    if not looks_like_token(secret):
        return None
    moment = connection.ops.adapt_datetimefield_value(at)
    return _person(f"{_PERSON} {_OWNER}", [token_hash(secret), moment], via)


def _person(statement: str, values: list[Any], via: Via) -> Person | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    if row is None:
        return None
    user_id, email, name, language, role, trainer_id, worker_id = row
    actor = Actor(role=Role(role), via=via, user_id=user_id, trainer_id=trainer_id, worker_id=worker_id)
    return Person(actor, user_id, email, name, language)
