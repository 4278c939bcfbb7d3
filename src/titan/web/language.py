"""In which language a request is answered (domain.md §2): the visitor's own, before sign-in what the browser asks for.

The words come from the catalogues that there are (`locale/`); a visitor whose language has none reads English, and
still sees course and role titles in their own where somebody wrote them. Below /api/ all words are English.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from titan.core.language import ENGLISH, own_name, with_catalogue

T = TypeVar("T")
# Programs read the API, and its messages are part of its contract.
API = "/api/"
_titles: ContextVar[str] = ContextVar("titan_language_of_titles", default=ENGLISH)


class LanguageMiddleware:
    """Answers each request in the language of whoever asks; stands below the sign-in, whose user it needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with speaking(_wanted(request)):
            response = self.get_response(request)
            if not request.path.startswith(API):
                response.headers.setdefault("Content-Language", translation.get_language() or ENGLISH)
                patch_vary_headers(response, ("Accept-Language",))
            return response


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Answer in `language`, such as tr or pt-br: its catalogue, else that of its main language, else English."""
    token = _titles.set(language)
    try:
        with translation.override(with_catalogue(language)):
            yield
    finally:
        _titles.reset(token)


def languages(*held: str) -> list[tuple[str, str]]:
    """Return code and own name of each language to choose from: those with a catalogue, and those `held` already."""
    with_words = [code for code, _name in settings.LANGUAGES]
    return [(code, own_name(code)) for code in dict.fromkeys((*with_words, *held))]


def language_of_titles() -> str:
    """Return the language in which the reader of this request wants titles that are kept by language."""
    return _titles.get()


def spoken(parts: Iterable[T]) -> Iterator[T]:
    """Yield `parts` in the language of now: a streamed answer is made after the request's language was put back."""
    language, making = language_of_titles(), iter(parts)
    return _spoken(making, language)


def _spoken(making: Iterator[T], language: str) -> Iterator[T]:
    while True:
        with speaking(language):
            try:
                part = next(making)
            except StopIteration:
                return
        yield part


def _wanted(request: HttpRequest) -> str:
    if request.path.startswith(API):
        return ENGLISH
    own = getattr(request.user, "language", "") if request.user.is_authenticated else ""
    return own or translation.get_language_from_request(request) or settings.LANGUAGE_CODE
