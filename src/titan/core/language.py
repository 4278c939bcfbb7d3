"""The words for people, in the language of whoever reads: the only place of translation below the faces.

English texts stand in the code. `_` and `ngettext` look them up in the catalogues (`locale/`) when they are called, in
the language that a face chose for the request (the API and the command line: English), so call them where the text is
made, never when a module is imported. What must stand at import is marked with `N_` and looked up where it is used.
Nothing that is stored may be translated: the audit log, receipts and codes are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import (
    get_language,
    get_supported_language_variant,
    gettext,
    ngettext,
    override,
)

__all__ = [
    "N_",
    "_",
    "languages_with_words",
    "list_separator",
    "ngettext",
    "number",
    "own_name",
    "paper_day",
    "short_day",
    "with_catalogue",
    "words_in",
]

ENGLISH = "en"


def _(message: str) -> str:
    """Return `message` in the language of now."""
    return _in(get_language(), message)


@lru_cache(maxsize=8192)
def _in(_language: str | None, message: str) -> str:
    # A list says the same few words hundreds of times, and looking one up takes longer than anything else of a row.
    return gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the usual name of the mark
    """Return `message` as it is. Django's own mark reads the settings, which an import must not."""
    return message


def number(value: float, digits: int = 0) -> str:
    """Return a number as the reader's language groups it, with `digits` behind the point."""
    return number_format(value, decimal_pos=digits, force_grouping=True)


def own_name(code: str) -> str:
    """Return what a language calls itself, such as Türkçe for tr; its code when nobody knows."""
    name = str(LANG_INFO.get(code, {}).get("name_local", code))
    return name[:1].upper() + name[1:]


def list_separator() -> str:
    """Return what separates the cells of a CSV file for spreadsheets of the reader's language.

    A comma, unless numbers are written with one: then spreadsheets expect a semicolon.
    """
    return ";" if get_format("DECIMAL_SEPARATOR") == "," else ","


def paper_day(day: date) -> str:
    """Return a day as papers print it, in full: 24 November 2026."""
    return date_format(day, "j F Y")


def short_day(day: date) -> str:
    """Return a day with its weekday, as lists print it: Tue 24 Nov 2026."""
    return date_format(day, "D j M Y")


def languages_with_words() -> list[str]:
    """Return the codes of the languages that our words are written in: English, and those with a catalogue."""
    return [code for code, _name in settings.LANGUAGES]


def with_catalogue(language: str) -> str:
    """Return the language nearest to `language` that our words are written in."""
    try:
        return get_supported_language_variant(language)
    except LookupError:
        return ENGLISH


@contextmanager
def words_in(language: str) -> Iterator[str]:
    """Speak `language` inside, for what is made for one reader, such as a paper; yields the language of the words."""
    with override(with_catalogue(language)):
        yield get_language() or ENGLISH
