"""What is accepted as evidence, what a label may hold, where bytes lie: pure, no Django (domain.md §10)."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

MAX_BYTES = 25 * 1024 * 1024
MAX_FILES = 50
MAX_TOTAL_BYTES = 100 * 1024 * 1024
MAX_PAGES = 200
MAX_LABEL = 255
UNNAMED = "unnamed"

# Invisible characters that reverse the reading order: "sheet[RLO]fdp.exe" would be shown as a PDF.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEY = re.compile(r"sha256/([0-9a-f]{2})/([0-9a-f]{2})/([0-9a-f]{64})")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    """What a file is to prove: a signed sheet or certificate, or a register of training done before Titan."""

    SHEET = "SHEET"
    REGISTER = "REGISTER"


class MediaType(StrEnum):
    """The accepted types; CSV and XLSX only as a register (domain.md §10)."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"
    HEIC = "image/heic"
    CSV = "text/csv"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def key_of(sha256: str) -> str:
    """Return the key of bytes with this hash; ValueError when it is not 64 lower-case hex digits."""
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"sha256/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def sha256_of(key: str) -> str | None:
    """Return the hash that `key` names, or None when it is no key of the store."""
    match = _KEY.fullmatch(key)
    if match is None or not match[3].startswith(match[1] + match[2]):
        return None
    return match[3]


def label_of(name: str) -> str:
    """Return `name` as a label to show: one line, storable, at most 255 characters, never a path to anything.

    Unicode stays as it is. Control characters, lone surrogates and characters that reverse the reading order
    go.
    """
    shown = "".join(
        letter
        for letter in name
        if unicodedata.category(letter) not in {"Cc", "Cs", "Zl", "Zp"} and letter not in _REORDERING
    )
    return shown[:MAX_LABEL].strip() or UNNAMED
