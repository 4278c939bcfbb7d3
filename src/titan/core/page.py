"""Pages of a list: keyset cursors, so that the last page costs what the first one does."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from titan.core.errors import Invalid, invalid
from titan.core.language import _

T = TypeVar("T")
DEFAULT_LIMIT = 50
MAX_LIMIT = 200


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items, where to go on (None: the end), and how many there are in all (None: not counted)."""

    items: list[T]
    next_cursor: str | None
    total: int | None


def encode_cursor(*position: Any) -> str:
    """Return an opaque cursor for the position after which the next page begins."""
    return base64.urlsafe_b64encode(json.dumps(position, default=str).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *types: type) -> list[Any]:
    """Return the position held by `cursor`, one value of each of `types`; refuse (422) anything made elsewhere."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        position = None
    fits = isinstance(position, list) and len(position) == len(types)
    if not fits or not all(_usable(value, kind) for value, kind in zip(position, types, strict=True)):
        raise cursor_invalid()
    return list(position)


def cursor_invalid() -> Invalid:
    """Return the refusal (422) of a cursor that no page gave out."""
    return invalid("cursor", "CURSOR_INVALID", _("Leave the cursor out, or take it from next_cursor of a page."))


def _usable(value: Any, kind: type) -> bool:
    if type(value) is not kind:
        return False
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    # No database stores NUL or half a letter.
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in str(value))
