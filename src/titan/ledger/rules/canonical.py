"""Canonical JSON: the one sequence of bytes that a value has (docs/ledger-format.md §1, RFC 8785)."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import orjson

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | bool | None"

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def canonical(value: Value) -> bytes:
    """Return the canonical bytes of `value`: strings, integers, booleans and null in objects with ASCII keys.

    Raises UnicodeEncodeError for a lone surrogate, which no JSON can carry.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        # What the fast encoder does not take is told in the words of the standard one.
        return _encode(value).encode()


def read(data: bytes) -> dict[str, Any]:
    """Return the object that `data` holds; raise ValueError unless these are exactly its canonical bytes."""
    value = json.loads(data)
    if not isinstance(value, dict) or canonical(value) != bytes(data):
        raise ValueError("These bytes are not the canonical form of an object.")
    return value
