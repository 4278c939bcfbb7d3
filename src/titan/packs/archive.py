"""A ZIP that is sent while it is made: nothing of it is kept but what waits to be sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

CHUNK = 256 * 1024


class Outbox(io.RawIOBase):
    """What a ZIP is written to: bytes wait here until they are taken. It cannot be turned back, as a network cannot."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Let bytes wait."""
        self._waiting += data
        return len(data)

    def __len__(self) -> int:
        return len(self._waiting)

    def taken(self) -> bytes:
        """Return what waits, and let it go."""
        waiting, self._waiting = bytes(self._waiting), bytearray()
        return waiting


class Sending:
    """Makes a ZIP file by file and yields its bytes as they come to be."""

    def __init__(self, made: tuple[int, int, int, int, int, int]) -> None:
        self._made = made
        self._outbox = Outbox()
        self._zip = zipfile.ZipFile(self._outbox, "w")

    def add(self, name: str, content: Iterable[bytes], *, packed: bool = True) -> Iterator[bytes]:
        """Add a file made of these pieces. packed: whether it is worth compressing; pictures and PDFs are not."""
        entry = zipfile.ZipInfo(name, date_time=self._made)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        with self._zip.open(entry, "w", force_zip64=True) as file:
            for piece in content:
                file.write(piece)
                if len(self._outbox) >= CHUNK:
                    yield self._outbox.taken()
        yield self._outbox.taken()

    def end(self) -> Iterator[bytes]:
        """Finish the ZIP."""
        self._zip.close()
        yield self._outbox.taken()
