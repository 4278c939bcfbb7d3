"""Sign-in of the API: a personal token, or the web session with its CSRF token."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from ninja.utils import check_csrf

from titan.accounts.queries import lacks_second_factor
from titan.accounts.throttle import TOKENS, client_address
from titan.api.caller import Caller, set_caller
from titan.api.problem import Unwelcome
from titan.compliance.commands import catch_up
from titan.core import clock, settings
from titan.core.actor import Via
from titan.training.actors import Person, person_of, person_with_token

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="Titan"'}


def sign_in(request: HttpRequest) -> None:
    """Find out who sent `request` and bring the site to today.

    Raises Unwelcome: 401 without a sign-in that holds, 403 when a session comes without its CSRF token or without the
    second factor that its role needs, 429 after too many wrong tokens from one address (right ones still pass).
    """
    at = clock.now()
    header = request.headers.get("Authorization")
    person = _by_token(request, header, at) if header is not None else _by_session(request)
    # A read shows the truth of today, also when the server was off at midnight (domain.md §2, §9.5).
    catch_up(at=at)
    who = Caller(
        actor=person.actor,
        user_id=person.user_id,
        email=person.email,
        name=person.name,
        language=person.language,
        at=at,
        site=settings.current(),
    )
    set_caller(request, who)


def _by_token(request: HttpRequest, header: str, at: datetime) -> Person:
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unwelcome(401, "NOT_SIGNED_IN", "Send Authorization: Bearer with a personal API token.", CHALLENGE)
    person = person_with_token(secret.strip(), via=Via.API, at=at)
    if person is None:
        address = client_address(request.META)
        pause = TOKENS.wait(address, at=at)
        if pause:
            raise Unwelcome(
                429,
                "TOO_MANY_FAILURES",
                f"Too many wrong tokens. Wait {pause} s.",
                {"Retry-After": str(pause)},
            )
        TOKENS.failed(address, at=at)
        raise Unwelcome(401, "TOKEN_INVALID", "This token is unknown, expired or revoked. Make a new one.", CHALLENGE)
    return person


def _by_session(request: HttpRequest) -> Person:
    person = person_of(request.user.pk, via=Via.API) if request.user.is_authenticated else None
    if person is None:
        raise Unwelcome(
            401,
            "NOT_SIGNED_IN",
            "Sign in, or send Authorization: Bearer with a personal API token.",
            CHALLENGE,
        )
    if check_csrf(request) is not None:
        raise Unwelcome(403, "CSRF_FAILED", "Send the CSRF token of the signed-in page as X-CSRFToken.")
    if lacks_second_factor(person.actor):
        raise Unwelcome(
            403, "SECOND_FACTOR_NEEDED", "Your role needs a second factor. Add one under Sign-in and security."
        )
    return person
