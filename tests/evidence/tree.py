"""What lies in a store, seen and touched from outside: by somebody with access to the disk, or to the bucket."""

from __future__ import annotations

import hashlib
import io
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from titan.evidence.commands import Upload, stage
from titan.evidence.location import S3Location
from titan.evidence.rules import key_of
from titan.evidence.storage import Store, Verdict

CONTENT = b"a signed sheet" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
KEY = key_of(SHA256)


class Hands(Protocol):
    """Hands on what a store is made of. environ: what another process needs to use the same store."""

    environ: dict[str, str]

    def files(self) -> list[str]:
        """Return the keys of all that is kept or set aside, and the drafts (tmp/…)."""

    def read(self, key: str) -> bytes:
        """Return what lies under `key`."""

    def overwrite(self, key: str, content: bytes) -> None:
        """Change stored bytes."""

    def remove(self, key: str) -> None:
        """Take a file away."""

    def let_time_pass(self) -> datetime:
        """Return a moment before which all was stored that lies there now, and nothing that will be stored."""


class LocalHands:
    """Hands on the folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environ = {"TITAN_HOME": str(root.parent)}

    def files(self) -> list[str]:
        """See Hands."""
        return files_in(self.root)

    def read(self, key: str) -> bytes:
        """See Hands."""
        return (self.root / key).read_bytes()

    def overwrite(self, key: str, content: bytes) -> None:
        """See Hands; the time of change stays hidden."""
        overwrite(self.root / key, content)

    def remove(self, key: str) -> None:
        """See Hands."""
        (self.root / key).unlink()

    def let_time_pass(self) -> datetime:
        """See Hands."""
        for key in self.files():
            make_old(self.root / key)
        return datetime.now(UTC) - timedelta(hours=1)


class BucketHands:
    """Hands on the bucket at `location` of the server of `client`; drafts lie in `root`."""

    def __init__(self, root: Path, location: S3Location, client: Any, environ: dict[str, str]) -> None:
        self.root, self.location, self.client = root, location, client
        self.environ = {"TITAN_HOME": str(root.parent), **environ}

    def files(self) -> list[str]:
        """See Hands."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.location.bucket, Prefix=self.location.name_of("")
        )
        keys = [self.location.key_of(found["Key"]) for page in pages for found in page.get("Contents", ())]
        return sorted([*(key for key in keys if key.startswith(("sha256/", "quarantine/"))), *files_in(self.root)])

    def read(self, key: str) -> bytes:
        """See Hands."""
        return bytes(self.client.get_object(**self.at(key))["Body"].read())

    def overwrite(self, key: str, content: bytes) -> None:
        """See Hands."""
        self.client.put_object(**self.at(key), Body=content)

    def remove(self, key: str) -> None:
        """See Hands."""
        self.client.delete_object(**self.at(key))

    def let_time_pass(self) -> datetime:
        """See Hands. The server's own clock cannot be turned, and tells whole seconds."""
        end = int(time.time()) + 1
        while time.time() < end:
            time.sleep(0.02)
        return datetime.fromtimestamp(end, UTC)

    def at(self, key: str) -> dict[str, str]:
        """Return the place of `key` as the server's calls name it."""
        return {"Bucket": self.location.bucket, "Key": self.location.name_of(key)}


def keep(store: Store, content: bytes = CONTENT) -> str:
    """Receive and keep `content`, and return its key."""
    with store.receive(io.BytesIO(content), limit=10**8) as draft:
        assert draft is not None
        return store.keep(draft)


def verdict(store: Store) -> Verdict:
    """Return what the store finds of CONTENT."""
    return store.verify(KEY, SHA256, len(CONTENT))


def an_hour_ago() -> datetime:
    """Return the moment an hour ago."""
    return datetime.now(UTC) - timedelta(hours=1)


def upload(content: bytes, name: str = "sheet.pdf") -> Upload:
    """Return `content` as somebody uploads it."""
    return Upload(name, io.BytesIO(content))


def files_in(folder: Path) -> list[str]:
    """Return the paths of all files below `folder`."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def store_bytes(*contents: bytes) -> list[str]:
    """Put sheets into the store without a row, as a crash would leave them, and return their keys."""
    return [stage([upload(content)]).whole.key for content in contents]


def overwrite(path: Path, content: bytes) -> None:
    """Change a stored file as somebody with access to the disk would; the time of change stays hidden."""
    before = path.stat()
    path.chmod(0o600)
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    path.chmod(0o440)


def make_old(path: Path, days: int = 3) -> None:
    """Let `path` look as if nobody had touched it for `days`."""
    age = path.lstat().st_mtime - days * 86_400
    os.utime(path, (age, age), follow_symlinks=False)
