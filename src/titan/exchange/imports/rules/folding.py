"""Texts as people compare them: headings, words, names and codes. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from titan.core.text import search_key

_NOT_A_WORD = re.compile(r"[^\w%#]+|_+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SPACES = re.compile(r"\s+")
_ASIDE = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*")
_ONE_I = str.maketrans({"ı": "i", "I": "i", "İ": "i"})


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Return a text by which headings, words and titles are compared: no case, accents, punctuation, i and ı alike."""
    return " ".join(_NOT_A_WORD.sub(" ", search_key(text)).split())


def fold_heading(text: str) -> str:
    """Return a heading folded, without what stands in brackets (units, formats) and marks of required columns."""
    return fold(_ASIDE.sub(" ", text)) or fold(text)


def asides(text: str) -> list[str]:
    """Return what stands in brackets in a heading, such as `gg.aa.yyyy` or `saat`."""
    return [part.strip().strip("()[]{}").strip() for part in _ASIDE.findall(text)]


def tidy(text: str) -> str:
    """Return a text without unseen characters, its spaces and line breaks as single blanks, in NFC."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    clean = _UNSEEN.sub("", unicodedata.normalize("NFC", text))
    return _SPACES.sub(" ", clean).strip()


def case_key(text: str) -> str:
    """Return a name without case and with single blanks: İ, I, ı and i are one letter here, ö and o are two."""
    return tidy(text).translate(_ONE_I).casefold()


def code_key(code: str) -> str:
    """Return what two badges or codes have in common that differ only in case, blanks, dashes or leading zeros."""
    bare = re.sub(r"[\s._/-]+", "", case_key(code))
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", bare)
