"""Names: one stored key to sort by and one to search by, equal on every database."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

from django.db import connection, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Collate

SEPARATOR = "\x1f"
_LETTERS = str.maketrans({"ı": "i", "ə": "e", "ø": "o", "đ": "d", "ł": "l", "ß": "ss"})


def sort_key(*parts: str) -> str:
    """Return the case-folded key by which `parts` (last name, first name, badge) sort, part after part."""
    return SEPARATOR.join(unicodedata.normalize("NFC", part).casefold().strip() for part in parts)


def search_key(*parts: str) -> str:
    """Return `parts` folded for search: no case, no accents, dotless and dotted i alike."""
    text = unicodedata.normalize("NFKD", " ".join(part for part in parts if part).casefold())
    bare = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(bare.translate(_LETTERS).split())


def like_pattern(search: str) -> str:
    """Return `search` folded, as a LIKE pattern that finds it anywhere (escape character: backslash)."""
    folded = search_key(search).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{folded}%"


def is_found(search: str, *parts: str) -> bool:
    """Tell whether somebody who searches for `search` would expect `parts`; for lists that are read whole."""
    return search_key(search) in search_key(*parts)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return a text in `language`, else in its main language (pt for pt-br), else in English."""
    for key in (language, language.partition("-")[0], "en"):
        if key in texts:
            return texts[key]
    return next(iter(texts.values()), "")


def by_code_point(field: str) -> Collate:
    """Return `field` as something to sort and compare by, in the same order on every database."""
    return Collate(field, "C" if connection.vendor == "postgresql" else "BINARY")


class KeyField(models.TextField):  # type: ignore[type-arg]
    """Text compared by code point, on PostgreSQL as on SQLite, whatever the server's locale."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        # Not part of the type: a cast to an array of it (bulk_create) would be no SQL.
        collation = {"collation": "C"} if connection.vendor == "postgresql" else {}
        return {**super().db_parameters(connection), **collation}

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "titan.core.text.KeyField", args, kwargs
