"""The catalogues of translation: extracted from the code, merged, compiled; `make messages` runs this.

Nothing but words changes a file: no dates, no line numbers, sorted by message, so that merges are easy.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent / "src" / "titan"
LOCALE = ROOT / "locale"
TEMPLATES = ("web/templates/**.html", "web/templates/**.txt")
METHODS = [("**.py", "python"), *((pattern, "jinja2") for pattern in TEMPLATES)]
OPTIONS = {pattern: {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"} for pattern in TEMPLATES}
# What is looked up where it is told: the floor of refusals translates the sentence that these are given.
KEYWORDS = DEFAULT_KEYWORDS | {
    "NotFound": (1,),
    "NotAccepted": (1,),
    "conflict_means": (3,),
    "check_means": (4,),
    "unique_means": (4,),
}
HEADER = "# Write what belongs between the quotes of msgstr, then run: make messages"


class Words(Catalog):
    """A catalogue whose header says only what readers need."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:  # type: ignore[override]
        return [
            ("Language", self.locale_identifier or ""),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def languages() -> list[str]:
    """Return the names of the folders that hold a catalogue, such as tr."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def po_file(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def extracted() -> Catalog:
    """Return every string that is marked in code and templates, with the files it stands in."""
    found = Catalog()
    for name, _line, message, _comments, context in extract_from_dir(
        ROOT, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=()
    ):
        if message:
            found.add(message, None, [(Path(name).as_posix(), 0)], context=context)
    return found


def read(language: str) -> Catalog:
    """Return the catalogue of `language` as its .po file has it; an empty one where there is none."""
    path = po_file(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, language, abort_invalid=True)


def merged(language: str) -> Words:
    """Return the catalogue of `language` with what is marked now: translations kept, what is gone left out."""
    known = read(language)
    words = Words(language, fuzzy=False, header_comment=HEADER)
    for message in _messages(extracted()):
        old = known.get(message.id, message.context)
        # A message that became plural, or ceased to be, is a new one.
        string = old.string if old and isinstance(old.id, str) == isinstance(message.id, str) else None
        words.add(message.id, string, _once(message.locations), message.flags, context=message.context)
    return words


def as_po(words: Catalog) -> bytes:
    """Return a catalogue as text, for people and for merges."""
    file = io.BytesIO()
    write_po(file, words, width=110, sort_output=True, include_lineno=False)
    return file.getvalue()


def as_mo(words: Catalog) -> bytes:
    """Return a catalogue as Django reads it; what is not translated is left out and falls back to English."""
    told = Words(words.locale, fuzzy=False)
    for message in filter(is_translated, _messages(words)):
        told.add(message.id, message.string, context=message.context)
    file = io.BytesIO()
    write_mo(file, told)
    return file.getvalue()


def _messages(words: Catalog) -> Iterable[Message]:
    return (message for message in words if message.id)


def _once(locations: Iterable[tuple[str, int | None]]) -> list[tuple[str, int]]:
    return [(name, 0) for name in sorted({name for name, _line in locations})]


def main(new: Iterable[str]) -> None:
    """Bring all catalogues, and those of the languages in `new`, up to what is marked; say what is untranslated."""
    for language in sorted({*languages(), *new}):
        words = merged(language)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(as_po(words))
        po_file(language).with_suffix(".mo").write_bytes(as_mo(words))
        everything = list(_messages(words))
        lacking = [message for message in everything if not is_translated(message)]
        print(f"{language}: {len(everything)} messages, {len(lacking)} not translated.")


def is_translated(message: Message) -> bool:
    """Tell whether a message has its words, every plural form included."""
    return bool(message.string) and (isinstance(message.string, str) or all(message.string))


if __name__ == "__main__":
    main(sys.argv[1:])
