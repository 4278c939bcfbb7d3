"""In which languages a paper is printed: what is asked for, else the site's, else the reader's.

Two of them stand side by side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from titan.core.errors import Invalid
from titan.core.language import with_catalogue, words_in
from titan.core.settings import Site, paper_language_errors

T = TypeVar("T")


def paper_languages(asked: str, *, site: Site, reader: str) -> tuple[str, ...]:
    """Return the languages of a paper, the first one first.

    asked: one or two codes with a comma between them, such as en,tr; nothing leaves it to the site, and a site that
    chose none to its reader. Raises Invalid (at `languages`) for languages that papers cannot be written in.
    """
    given = tuple(code for part in asked.lower().split(",") if (code := part.strip()))
    errors = paper_language_errors("languages", given)
    if errors:
        raise Invalid(errors)
    return given or site.paper_languages or (reader,)


def in_each(languages: Sequence[str], say: Callable[[str], T]) -> list[T]:
    """Return what `say` says in each of these languages; it is told which one, for titles that are kept by language."""
    said = []
    for language in languages:
        with words_in(language):
            said.append(say(language))
    return said


def once(texts: Sequence[str]) -> list[str]:
    """Return the texts without those that an earlier one says already, such as a title that nobody translated."""
    return list(dict.fromkeys(text for text in texts if text))


def spoken(languages: Sequence[str]) -> dict[str, Any]:
    """Return what a template has to know of the languages of its words: the file's, and that of each text."""
    tags = [with_catalogue(language).partition("-")[0] for language in languages]
    return {"language": tags[0], "languages": tags}
