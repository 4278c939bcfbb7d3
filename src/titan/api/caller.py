"""Who asks, when, and on which site: what every endpoint passes down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest

from titan.core.actor import Actor
from titan.core.settings import Site


@dataclass(frozen=True)
class Caller:
    """The signed-in caller of one request. `at` is the one moment at which the whole request happens."""

    actor: Actor
    user_id: int
    email: str
    name: str
    language: str
    at: datetime
    site: Site

    def clock(self, moment: datetime | None) -> datetime | None:
        """Return a moment in site time."""
        return None if moment is None else moment.astimezone(self.site.zone)


def caller(request: HttpRequest) -> Caller:
    """Return who sent `request`; every endpoint runs after sign-in."""
    return cast(Caller, request.titan_caller)  # type: ignore[attr-defined]


def set_caller(request: HttpRequest, who: Caller) -> None:
    """Note who sent `request`."""
    request.titan_caller = who  # type: ignore[attr-defined]


def known_caller(request: HttpRequest) -> Caller | None:
    """Return who sent `request`, or None before sign-in."""
    return getattr(request, "titan_caller", None)
