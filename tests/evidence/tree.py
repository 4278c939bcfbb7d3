"""What lies in a store, seen from outside."""

from __future__ import annotations

import io
import os
from pathlib import Path

from titan.evidence.commands import Upload, stage
from titan.evidence.storage import LocalStore


def upload(content: bytes, name: str = "sheet.pdf") -> Upload:
    """Return `content` as somebody uploads it."""
    return Upload(name, io.BytesIO(content))


def files_in(folder: Path) -> list[str]:
    """Return the paths of all files below `folder`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def store_bytes(*contents: bytes) -> list[str]:
    """Put sheets into the store without a row, as a crash would leave them, and return their keys."""
    return [stage([upload(content)]).whole.key for content in contents]


def overwrite(store: LocalStore, key: str, content: bytes) -> None:
    """Change stored bytes as somebody with access to the disk would; the time of change stays hidden."""
    path = store.root / key
    before = path.stat()
    path.chmod(0o600)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.chmod(0o440)


def make_old(path: Path, days: int = 3) -> None:
    """Let `path` look as if nobody had touched it for `days`."""
    age = path.lstat().st_mtime - days * 86_400
    os.utime(path, (age, age), follow_symlinks=False)
