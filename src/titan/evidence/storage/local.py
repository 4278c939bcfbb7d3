"""A folder as the store: synced, read back, hard-linked into place and never overwritten (ledger.md §3).

Below its root:

    sha256/ab/cd/<sha256>    kept for good, read-only
    tmp                      drafts, on the same filesystem
    quarantine               files that no row of the database speaks of
    ledger/checkpoint        a note: the newest checkpoint of the ledger
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from titan.core.language import _
from titan.evidence.errors import tampered
from titan.evidence.rules import key_of, sha256_of
from titan.evidence.storage.disk import disk_errors, forget_cached, measure, open_plain, sync_folder, write_whole
from titan.evidence.storage.drafts import Drafts
from titan.evidence.storage.store import NOTE_LIMIT, Draft, Readable, Verdict

# A key can vanish and return while the sweeper looks at it; each try sees a settled state or the next change.
TRIES = 5


class LocalStore:
    """The store in the folder `root`, which is made when it is missing."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.drafts = Drafts(root / "tmp")

    def receive(self, content: Readable, *, limit: int) -> AbstractContextManager[Draft | None]:
        """See Store.receive."""
        return self.drafts.receive(content, limit=limit)

    def keep(self, draft: Draft) -> str:
        """See Store.keep."""
        key = key_of(draft.sha256)
        target = self.root / key
        with disk_errors():
            forget_cached(draft.path)
            if measure(draft.path) != (draft.sha256, draft.size):
                raise OSError(errno.EIO, "read back other bytes than were written")
            target.parent.mkdir(parents=True, exist_ok=True)
            self._link(draft, target, key)
            self._sync_folders(target.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        """See Store.open. Symbolic links, folders and pipes in the place of a file are not opened."""
        if sha256_of(key) is None:
            raise FileNotFoundError(errno.ENOENT, "no key of this store", key)
        return open_plain(self.root / key)

    def verify(self, key: str, sha256: str, size: int) -> Verdict:
        """See Store.verify."""
        if sha256_of(key) != sha256:
            return Verdict.TAMPERED
        try:
            return Verdict.OK if measure(self.root / key) == (sha256, size) else Verdict.TAMPERED
        except (FileNotFoundError, NotADirectoryError):
            return Verdict.MISSING
        except OSError as error:
            return Verdict.TAMPERED if error.errno in {errno.ELOOP, errno.EINVAL} else Verdict.UNREADABLE

    def aged(self, before: datetime) -> Iterator[str]:
        """See Store.aged."""
        for folder, _folders, names in os.walk(self.root / "sha256"):
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
        with disk_errors():
            aside.parent.mkdir(exist_ok=True)
            source.rename(aside)
            if aside.lstat().st_mtime >= before.timestamp():
                _put_back(aside, source)
                return False
            sync_folder(aside.parent)
            sync_folder(source.parent)
        return True

    def discard_drafts(self, before: datetime) -> int:
        """See Store.discard_drafts."""
        return self.drafts.discard(before)

    def put_note(self, name: str, content: bytes) -> None:
        """See Store.put_note."""
        target = self.root / name
        draft = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
        with disk_errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                with draft.open("xb") as file:
                    write_whole(file.fileno(), content)
                    os.fsync(file.fileno())
                draft.replace(target)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    def note(self, name: str) -> bytes | None:
        """See Store.note."""
        with disk_errors():
            try:
                with open_plain(self.root / name) as file:
                    return file.read(NOTE_LIMIT)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def check(self, *, thoroughly: bool = False) -> None:
        """See Store.check. A folder promises nothing that needs a second look."""
        self.drafts.check()

    def _link(self, draft: Draft, target: Path, key: str) -> None:
        for _try in range(TRIES):
            with suppress(FileExistsError):
                os.link(draft.path, target)
                return
            verdict = self.verify(key, draft.sha256, draft.size)
            if verdict is Verdict.TAMPERED:
                raise tampered(key, _("is already in the store, but with other bytes than its hash says"))
            with suppress(FileNotFoundError):
                # Young again: the sweeper leaves alone what somebody is about to cite.
                os.utime(target, follow_symlinks=False)
                if verdict is Verdict.OK:
                    return
        raise OSError(errno.EAGAIN, "the store changes all the time")

    def _sync_folders(self, folder: Path) -> None:
        # All of them, also those that were there: another process may have made one and not synced it yet.
        while True:
            sync_folder(folder)
            if folder == self.root:
                return
            folder = folder.parent


def _put_back(aside: Path, source: Path) -> None:
    with suppress(FileExistsError):
        os.link(aside, source)
    aside.unlink()
    sync_folder(source.parent)
