"""Who signed in, with the trainer and the worker they are (domain.md §2): a login, seen from where people live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

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


def person_of(user_id: int, *, via: Via) -> Person | None:
    """Return who the login `user_id` is, or None when there is no such active login. One statement."""
    return _first(User.objects.filter(pk=user_id), via)


def person_with_token(secret: str, *, via: Via, at: datetime) -> Person | None:
    """Return whose token `secret` is, or None: unknown, revoked, expired at `at`, its owner inactive. One statement."""
    if not looks_like_token(secret):
        return None
    token = ApiToken.objects.filter(token_sha256=token_hash(secret), revoked_at=None, expires_at__gt=at)
    return _first(User.objects.filter(pk__in=token.values("user_id")), via)


def actor_of(user: User, *, via: Via) -> Actor | None:
    """Return the actor a login acts as, or None when it is inactive. One statement."""
    person = person_of(user.pk, via=via)
    return person.actor if person else None


def _first(users: QuerySet[User], via: Via) -> Person | None:
    trainers = Trainer.objects.order_by("id")
    by_choice = trainers.filter(user_id=OuterRef("pk"))
    # A trainer somebody else's login is linked to is that person, whatever e-mail the library holds.
    by_email = trainers.annotate(address=Lower("email")).filter(user=None, address=Lower(OuterRef("email")))
    row = (
        users.filter(is_active=True)
        .annotate(
            trainer_number=Coalesce(Subquery(by_choice.values("id")[:1]), Subquery(by_email.values("id")[:1])),
            worker_number=Subquery(Worker.objects.filter(user_id=OuterRef("pk")).values("id")[:1]),
        )
        .values("id", "email", "name", "language", "role", "trainer_number", "worker_number")
        .first()
    )
    if row is None:
        return None
    actor = Actor(
        role=Role(row["role"]),
        via=via,
        user_id=row["id"],
        trainer_id=row["trainer_number"],
        worker_id=row["worker_number"],
    )
    return Person(actor, row["id"], row["email"], row["name"], row["language"])
