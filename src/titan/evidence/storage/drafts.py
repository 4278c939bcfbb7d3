"""Received bytes that no store has kept yet: files in a folder of this machine, where they can be inspected."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from titan.evidence.storage.disk import disk_errors, sync_folder, write_whole
from titan.evidence.storage.store import Draft, Readable

CHUNK = 1024 * 1024
READ_ONLY = 0o440


class Drafts:
    """The drafts in `folder`, which is made when it is missing, with the one above it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def receive(self, content: Readable, *, limit: int) -> Iterator[Draft | None]:
        """See Store.receive."""
        with disk_errors():
            path, descriptor = self.new()
        try:
            try:
                written = _copy(content, descriptor, limit)
            finally:
                os.close(descriptor)
            yield written and Draft(path, *written)
        finally:
            path.unlink(missing_ok=True)

    def discard(self, before: datetime) -> int:
        """See Store.discard_drafts."""
        found = 0
        for path in self.folder.glob("*"):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < before.timestamp():
                    path.unlink()
                    found += 1
        return found

    def check(self) -> None:
        """Raise EvidenceUnavailable unless a draft can be written."""
        with disk_errors():
            path, descriptor = self.new()
            try:
                write_whole(descriptor, b"ready")
            finally:
                os.close(descriptor)
                path.unlink()

    def new(self) -> tuple[Path, int]:
        """Make an empty draft and return its path and an open descriptor; raise OSError."""
        home = self.folder.parent
        if not self.folder.is_dir():
            # Sheets show people: they are not for everybody with an account on this machine.
            home.mkdir(mode=0o750, parents=True, exist_ok=True)
            self.folder.mkdir(exist_ok=True)
            sync_folder(home.parent)
        path = self.folder / secrets.token_hex(16)
        return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)


def _copy(content: Readable, descriptor: int, limit: int) -> tuple[str, int] | None:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > limit:
            return None
        digest.update(chunk)
        with disk_errors():
            write_whole(descriptor, chunk)
    with disk_errors():
        os.fchmod(descriptor, READ_ONLY)
        os.fsync(descriptor)
    return digest.hexdigest(), size
