"""What a store of evidence must do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Protocol

NOTE_LIMIT = 64 * 1024
"""How many bytes of a note are read at most."""


class Readable(Protocol):
    """A file to read from its present position: an open file, or an upload."""

    def read(self, size: int, /) -> bytes: ...


class Verdict(StrEnum):
    """What re-hashing the bytes under a key found."""

    OK = "OK"
    MISSING = "MISSING"
    TAMPERED = "TAMPERED"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True)
class Draft:
    """Received bytes, synced to this machine's disk, not kept by the store yet: where they lie, hash and size."""

    path: Path
    sha256: str
    size: int


class Store(Protocol):
    """Keeps bytes under their SHA-256; never alters, overwrites or deletes what it keeps (ledger.md §3)."""

    def receive(self, content: Readable, *, limit: int) -> AbstractContextManager[Draft | None]:
        """Write `content` to a draft that lasts as long as the context; None when it exceeds `limit` bytes.

        Raises EvidenceUnavailable when it cannot be written, whatever the cause; no draft is left then.
        """

    def keep(self, draft: Draft) -> str:
        """Keep a draft for good and return its key; the same bytes are kept once.

        Raises EvidenceUnavailable when the store does not take it, Conflict TAMPERED when other bytes lie
        there.
        """

    def open(self, key: str) -> BinaryIO:
        """Open the bytes under `key`; raise OSError when that cannot be done."""

    def verify(self, key: str, sha256: str, size: int) -> Verdict:
        """Re-hash the bytes under `key` and compare them with `sha256` and `size`."""

    def aged(self, before: datetime) -> Iterator[str]:
        """Yield the keys of all files that nobody has stored (again) since `before`."""

    def quarantine(self, key: str, *, before: datetime) -> bool:
        """Set the file under `key` aside unless somebody stored its bytes since `before`; True if it was."""

    def discard_drafts(self, before: datetime) -> int:
        """Delete drafts that a crash left behind before `before`, and return how many."""

    def put_note(self, name: str, content: bytes) -> None:
        """Keep a short note about all that is kept, in place of the one before. name: `folder/name`, plain letters.

        Raises EvidenceUnavailable when it cannot be written.
        """

    def note(self, name: str) -> bytes | None:
        """Return the note, or None when there is none; raise EvidenceUnavailable when nobody can tell."""

    def check(self, *, thoroughly: bool = False) -> None:
        """Raise EvidenceUnavailable unless the store can be written to.

        thoroughly: ask also whether it keeps every promise above, which takes longer; for starts, not for each minute.
        """
