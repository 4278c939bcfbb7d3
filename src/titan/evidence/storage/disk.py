"""What files on this machine ask for: plain files only, synced, read back from the disk itself."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from titan.core.language import _
from titan.evidence.errors import EvidenceUnavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn what the disk refuses into EvidenceUnavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise EvidenceUnavailable(
                _("The evidence store is full; nothing was kept. Free some space, then repeat the upload."),
                why=_("the disk is full"),
            ) from error
        raise unusable(error.strerror or type(error).__name__) from error


def unusable(why: str) -> EvidenceUnavailable:
    """Return the refusal of a store that does not do its work, with the reason `why`."""
    detail = _("The evidence store cannot be used (%(why)s); nothing was kept. Mend it, then repeat the upload.")
    return EvidenceUnavailable(detail % {"why": why}, why=why)


def write_whole(descriptor: int, chunk: bytes) -> None:
    """Write all of `chunk`; raise OSError ENOSPC when the disk takes nothing more."""
    left = memoryview(chunk)
    while left:
        # A disk that is about to be full takes a part and reports no error.
        written = os.write(descriptor, left)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left = left[written:]


def open_plain(path: Path) -> BinaryIO:
    """Open a plain file; links, folders and pipes in its place raise OSError."""
    # Without waiting: a pipe that somebody put there would hold the server for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


def measure(path: Path) -> tuple[str, int]:
    """Return SHA-256 and size of the plain file at `path`."""
    with open_plain(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        return digest, file.tell()


def forget_cached(path: Path) -> None:
    """Let the next reading of `path` come from the disk: a bad write shows before the database speaks of it."""
    if hasattr(os, "posix_fadvise"):
        with open_plain(path) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def sync_folder(folder: Path) -> None:
    """Bring the entries of `folder` to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
