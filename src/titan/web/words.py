"""What templates say: each message is looked up once per language, since a page says the same words in every row."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from markupsafe import Markup

# More than the catalogue holds: what is no message of ours is looked up each time, and not kept.
KEPT = 10_000

Say = Callable[..., Markup]


@lru_cache(maxsize=16)
def words_of(language: str | None) -> Say:
    """Return what says a message in `language`, which must be active; `%(name)s` takes variables, escaped."""
    texts: dict[str, Markup] = {}
    whole: dict[str, Markup] = {}

    def say(message: str, **variables: Any) -> Markup:
        if variables:
            return _kept(texts, message, _text) % variables
        return _kept(whole, message, lambda asked: _text(asked) % {})

    return say


def _text(message: str) -> Markup:
    return Markup(translation.gettext(message))  # noqa: S704 - our own words


def _kept(known: dict[str, Markup], message: str, find: Callable[[str], Markup]) -> Markup:
    found = known.get(message)
    if found is None:
        found = find(message)
        if len(known) < KEPT:
            known[message] = found
    return found


def say(message: str, **variables: Any) -> Markup:
    """Say a message in the language that is active; for what is rendered without a request's context."""
    return words_of(translation.get_language())(message, **variables)


def words(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `_` bound to the language of this request."""
    return {"_": words_of(translation.get_language())}
