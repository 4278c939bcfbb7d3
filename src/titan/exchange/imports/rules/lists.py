"""Several things in one cell, separated by whatever people use. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from titan.exchange.imports.rules.folding import tidy
from titan.exchange.imports.rules.words import is_dashes

_CERTAIN = re.compile(r"[\n\r;|•]+")
_COMMAS = re.compile(r"\s*[,،]\s*")
_DOUBTFUL = re.compile(r"\s*[/+&\\]\s*|\s+(?:ve|and|və|i)\s+|\s+[-–—]\s+", re.IGNORECASE)

Known = Callable[[str], bool]


def split_list(text: str, known: Known) -> list[str]:
    """Return the things that a cell lists, each once, in order.

    known: tells whether a text is the name or code of one of them: what is known as a whole is not split. Line breaks,
    semicolons, bars and commas separate; a slash, a plus, an “and” only where a part is known, for names hold those.
    """
    found: dict[str, None] = {}
    for piece in _CERTAIN.split(text):
        for part in _by_commas(tidy(piece), known):
            for thing in _by_doubt(part, known):
                if not is_dashes(thing):
                    found[thing] = None
    return list(found)


def _by_commas(text: str, known: Known) -> list[str]:
    if known(text):
        return [text]
    return [part for part in map(tidy, _COMMAS.split(text)) if part]


def _by_doubt(text: str, known: Known) -> list[str]:
    if known(text) or not _DOUBTFUL.search(text):
        return [text]
    parts = [part for part in map(tidy, _DOUBTFUL.split(text)) if part]
    return parts if any(known(part) for part in parts) else [text]
