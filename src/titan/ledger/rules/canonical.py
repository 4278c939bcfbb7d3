"""Canonical JSON: the one sequence of bytes that a value has (docs/ledger-format.md §1, RFC 8785)."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import orjson

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | bool | None"

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
MOST_DIGITS = 17
_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


def canonical(value: Value) -> bytes:
    """Return the canonical bytes of `value`: strings, integers, booleans and null in objects with ASCII keys.

    Raises UnicodeEncodeError for a lone surrogate, which no JSON can carry.
    """
    try:
        # A copy of just their length: each result holds on to the kilobyte it was written into, and for a batch that is
        # kept the system hands out those in ten times the time of writing them.
        return bytes(memoryview(orjson.dumps(value, option=_OPTIONS)))
    except orjson.JSONEncodeError:
        # What the fast encoder does not take is told in the words of the standard one.
        return _encode(value).encode()


def _whole(digits: str) -> int:
    # Fractions and NaN come here too, and `int` refuses them.
    if len(digits) > MOST_DIGITS or abs(int(digits)) >= 2**53:
        raise ValueError(f"{digits[:MOST_DIGITS]} is no number that a leaf may hold.")
    return int(digits)


def readable(data: bytes) -> dict[str, Any]:
    """Return the object that `data` holds, for whoever shows what lies there; an empty one if somebody damaged it."""
    try:
        return read(data)
    except ValueError:
        return {}


def read(data: bytes) -> dict[str, Any]:
    """Return the object that `data` holds; raise ValueError unless these are exactly its canonical bytes."""
    try:
        value = json.loads(data, parse_int=_whole, parse_float=_whole, parse_constant=_whole)
    except RecursionError:
        raise ValueError("These bytes nest too deeply to be a leaf.") from None
    if not isinstance(value, dict) or canonical(value) != bytes(data):
        raise ValueError("These bytes are not the canonical form of an object.")
    return value
