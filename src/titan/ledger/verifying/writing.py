"""The bytes that a leaf must have, by a form filled in from the columns of a row.

A form is made by the same function that builds the leaf when it is entered: given marks instead of values, it shows
where each value goes. Filling it in costs a tenth of building the leaf anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from titan.ledger.entering import NewLeaf
from titan.ledger.rules.canonical import canonical

VERSION = 1
OPEN = "\x00"
"""What stands where a form is left open; JSON never holds it."""
_MARK = re.compile(r'"\\u0000(\w+)\\u0000"')
_HEX = '"[0-9a-f]{%d}"'
_DAY, _HOUR = "[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])", "(?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}"
_OPEN = {
    "at": rf'"{_DAY}T{_HOUR}\.[0-9]{{6}}Z"',
    "by": "null|[1-9][0-9]{0,15}",
    "nonce": _HEX % 32,
    "note": f"null|{_HEX % 64}",
    "subject": _HEX % 64,
}
"""What a form may leave open, for no column says it, or it is checked in another way: how it is written."""
_FRAME = re.compile(f"{_OPEN['at']}{OPEN}(?:{_OPEN['by']}){OPEN}{VERSION}")
_LENGTHS = {"at": 29, "nonce": 34, "subject": 66}
"""How long those are that are always as long."""
KEPT = 20_000


class Mark(str):
    """Stands for a value while a form is made."""

    __slots__ = ()

    def isoformat(self) -> str:
        return str(self)


class Form:
    """One form. pattern: takes the values `names`, in JSON, in this order, and leaves `gaps` open.

    at, worker, texts: the columns of when it was said, of whom it is about, and of what people wrote.
    """

    def __init__(self, leaf: NewLeaf, columns: Sequence[str]) -> None:
        body: dict[str, Any] = {
            **leaf.body,
            "at": leaf.at,
            "by": leaf.by_id,
            "type": str(leaf.type),
            "v": VERSION,
        }
        if leaf.worker_id is not None:
            body |= {"nonce": mark("nonce"), "subject": mark("subject")}
            if leaf.texts is not None:
                body["note"] = mark("note")
        text = canonical(body).decode().replace("%", "%%")
        known = {*columns}
        places = [match[1] for match in _MARK.finditer(text)]
        self.names = tuple(name for name in places if name in known)
        self.gaps = tuple(name for name in places if name not in known)
        self.pattern = _MARK.sub(lambda match: "%s" if match[1] in known else OPEN, text)
        self.at = _name(leaf.at)
        self.worker = _name(leaf.worker_id)
        self.texts = {key: _name(text) for key, text in (leaf.texts or {}).items()}
        self._lengths = [(number, gap, _LENGTHS.get(gap, 0)) for number, gap in enumerate(self.gaps, 1)]
        self._written = re.compile(OPEN.join(f"(?:{_OPEN[gap]})" for gap in self.gaps)).fullmatch

    def read(self, parts: Sequence[str], leaf: str) -> list[str] | None:
        """Return what `leaf` holds in the gaps, as JSON writes it; None when it is another leaf.

        parts: the form as filled in, split at its gaps.
        """
        first = parts[0]
        if not leaf.startswith(first):
            return None
        place, found = len(first), []
        for number, gap, length in self._lengths:
            if length:
                end = place + length
            elif gap == "note":
                end = place + (66 if leaf[place : place + 1] == '"' else 4)
            else:
                end = leaf.find(",", place)
            part = parts[number]
            if not leaf.startswith(part, end):
                return None
            found.append(leaf[place:end])
            place = end + len(part)
        return found if place == len(leaf) and self._written(OPEN.join(found)) else None


def is_framed(said: Mapping[str, Any]) -> bool:
    """Tell whether a leaf says when and by whom, and which version it is of, as every leaf does."""
    framed = OPEN.join(canonical(said.get(name, "")).decode() for name in ("at", "by", "v"))
    return _FRAME.fullmatch(framed) is not None


def mark(name: str) -> Any:
    """Return what stands for the column `name`, or for what is taken over under that name."""
    return Mark(f"\x00{name}\x00")


def marks(columns: Sequence[str]) -> dict[str, Any]:
    """Return a row that holds marks."""
    return {name: mark(name) for name in columns}


def _name(value: object) -> str:
    return value.strip("\x00") if isinstance(value, Mark) else ""


class Values(dict[Any, str]):
    """Values as JSON writes them, kept because rows repeat themselves; `forget` when there are many."""

    def __missing__(self, value: Any) -> str:
        text = canonical(value).decode()
        self[value] = text
        return text

    def forget(self) -> None:
        """Drop them once they are too many."""
        if len(self) > KEPT:
            self.clear()


class Moments(dict[Any, str]):
    """Moments as leaves write them, in JSON; from either database's own form."""

    def __missing__(self, value: Any) -> str:
        text = canonical(moment(value)).decode()
        if len(self) > KEPT:
            self.clear()
        self[value] = text
        return text


def moment(value: Any) -> str:
    """Return a moment as leaves write it; what is none comes back as it is, and will not be equal to one."""
    if isinstance(value, str):
        # SQLite keeps moments as text, in UTC; PostgreSQL writes them with their zone.
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return f"{value}"
    if not isinstance(value, datetime):
        return str(value)
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    text: str = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return text


Builder = Callable[[Mapping[str, Any], bool], NewLeaf]
"""Builds the leaf of a row; the second argument says whether it is an adopted one."""
