"""A folder as the store: synced, read back, hard-linked into place and never overwritten (ledger.md §3).

<root>/sha256/ab/cd/<sha256>    kept for good, read-only
<root>/tmp/                     drafts, on the same filesystem
<root>/quarantine/              files that no row of the database speaks of
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from titan.evidence.errors import EvidenceUnavailable, tampered
from titan.evidence.rules import key_of, sha256_of
from titan.evidence.storage.store import Draft, Readable, Verdict

CHUNK = 1024 * 1024
READ_ONLY = 0o440
# A key can vanish and return while the sweeper looks at it; each try sees a settled state or the next change.
TRIES = 5


class LocalStore:
    """The store in the folder `root`, which is made when it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def receive(self, content: Readable, *, limit: int) -> Iterator[Draft | None]:
        """See Store.receive."""
        with _storage_errors():
            path, descriptor = self._new_draft()
        try:
            try:
                written = _copy(content, descriptor, limit)
            finally:
                os.close(descriptor)
            yield written and Draft(path, *written)
        finally:
            path.unlink(missing_ok=True)

    def keep(self, draft: Draft) -> str:
        """See Store.keep."""
        key = key_of(draft.sha256)
        target = self.root / key
        with _storage_errors():
            _forget_cached(draft.path)
            if _measure(draft.path) != (draft.sha256, draft.size):
                raise OSError(errno.EIO, "read back other bytes than were written")
            target.parent.mkdir(parents=True, exist_ok=True)
            self._link(draft, target, key)
            self._sync_folders(target.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        """See Store.open. Symbolic links, folders and pipes in the place of a file are not opened."""
        if sha256_of(key) is None:
            raise FileNotFoundError(errno.ENOENT, "no key of this store", key)
        return _open_plain(self.root / key)

    def verify(self, key: str, sha256: str, size: int) -> Verdict:
        """See Store.verify."""
        if sha256_of(key) != sha256:
            return Verdict.TAMPERED
        try:
            return Verdict.OK if _measure(self.root / key) == (sha256, size) else Verdict.TAMPERED
        except (FileNotFoundError, NotADirectoryError):
            return Verdict.MISSING
        except OSError as error:
            return Verdict.TAMPERED if error.errno in {errno.ELOOP, errno.EINVAL} else Verdict.UNREADABLE

    def aged(self, before: datetime) -> Iterator[str]:
        """See Store.aged."""
        for folder, _, names in os.walk(self.root / "sha256"):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):
                    if path.lstat().st_mtime < before.timestamp():
                        yield path.relative_to(self.root).as_posix()

    def quarantine(self, key: str, *, before: datetime) -> bool:
        """See Store.quarantine."""
        source = self.root / key
        try:
            age = source.lstat().st_mtime
        except FileNotFoundError:
            return False
        if age >= before.timestamp():
            return False
        aside = self.root / "quarantine" / f"{source.name}.{secrets.token_hex(4)}"
        with _storage_errors():
            aside.parent.mkdir(exist_ok=True)
            source.rename(aside)
            if aside.lstat().st_mtime >= before.timestamp():
                _put_back(aside, source)
                return False
            _sync(aside.parent)
            _sync(source.parent)
        return True

    def discard_drafts(self, before: datetime) -> int:
        """See Store.discard_drafts."""
        found = 0
        for path in (self.root / "tmp").glob("*"):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < before.timestamp():
                    path.unlink()
                    found += 1
        return found

    def check(self) -> None:
        """See Store.check."""
        with _storage_errors():
            path, descriptor = self._new_draft()
            os.close(descriptor)
            path.unlink()

    def _new_draft(self) -> tuple[Path, int]:
        folder = self.root / "tmp"
        if not folder.is_dir():
            # Sheets show people: they are not for everybody with an account on this machine.
            self.root.mkdir(mode=0o750, parents=True, exist_ok=True)
            folder.mkdir(exist_ok=True)
            _sync(self.root.parent)
        path = folder / secrets.token_hex(16)
        return path, os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def _link(self, draft: Draft, target: Path, key: str) -> None:
        for _ in range(TRIES):
            with suppress(FileExistsError):
                os.link(draft.path, target)
                return
            verdict = self.verify(key, draft.sha256, draft.size)
            if verdict is Verdict.TAMPERED:
                raise tampered(key, "is already in the store, but with other bytes than its hash says")
            with suppress(FileNotFoundError):
                # Young again: the sweeper leaves alone what somebody is about to cite.
                os.utime(target, follow_symlinks=False)
                if verdict is Verdict.OK:
                    return
        raise OSError(errno.EAGAIN, "the store changes all the time")

    def _sync_folders(self, folder: Path) -> None:
        # All of them, also those that were there: another process may have made one and not synced it yet.
        while True:
            _sync(folder)
            if folder == self.root:
                return
            folder = folder.parent


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise EvidenceUnavailable(
                "The evidence store is full; nothing was kept. Free some space, then repeat the upload."
            ) from error
        raise EvidenceUnavailable(
            f"The evidence store cannot be used ({error.strerror}); nothing was kept. Mend it, then repeat the upload."
        ) from error


def _copy(content: Readable, descriptor: int, limit: int) -> tuple[str, int] | None:
    digest, size = hashlib.sha256(), 0
    while chunk := content.read(CHUNK):
        size += len(chunk)
        if size > limit:
            return None
        digest.update(chunk)
        with _storage_errors():
            _write(descriptor, chunk)
    with _storage_errors():
        os.fchmod(descriptor, READ_ONLY)
        os.fsync(descriptor)
    return digest.hexdigest(), size


def _write(descriptor: int, chunk: bytes) -> None:
    left = memoryview(chunk)
    while left:
        # A disk that is about to be full takes a part and reports no error.
        written = os.write(descriptor, left)
        if written == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        left = left[written:]


def _open_plain(path: Path) -> BinaryIO:
    # Without waiting: a pipe that somebody put there would hold the server for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    return os.fdopen(descriptor, "rb")


def _forget_cached(path: Path) -> None:
    # So that what is read back comes from the disk, and a bad write shows before the database speaks of it.
    if hasattr(os, "posix_fadvise"):
        with _open_plain(path) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _measure(path: Path) -> tuple[str, int]:
    with _open_plain(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        return digest, file.tell()


def _put_back(aside: Path, source: Path) -> None:
    with suppress(FileExistsError):
        os.link(aside, source)
    aside.unlink()
    _sync(source.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
