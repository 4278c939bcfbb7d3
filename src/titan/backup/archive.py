"""The file of a backup: written beside its place and put there whole; read back with every hash checked."""

from __future__ import annotations

import hashlib
import io
import json
import os
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from titan.core.errors import Conflict, Invalid, invalid

FORMAT = "titan-backup-1"
MANIFEST = "manifest.json"
MANIFEST_LIMIT = 512 * 1024 * 1024
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Member:
    """A file inside a backup: its name, its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    made_at: the moment of the database's state, ISO 8601. migrations: those applied then, as `app.name`.
    lost: keys of evidence that could not be read whole when the backup was made.
    """

    made_at: str
    engine: str
    migrations: list[str]
    database: list[Member]
    evidence: list[Member]
    lost: list[str] = field(default_factory=list)
    format: str = FORMAT

    def to_json(self) -> bytes:
        """Return the manifest as it stands in the file."""
        return json.dumps(asdict(self), indent=1).encode()


class Writer:
    """Adds members to the file of a backup, and its manifest last."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.is_whole = False

    def add(self, name: str, size: int, source: IO[bytes]) -> Member:
        """Copy `size` bytes of `source` as the member `name`; raise OSError when there are fewer."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashing = Hashing(source)
        self._tar.addfile(entry, hashing)
        return Member(name, size, hashing.sha256)

    def finish(self, manifest: Manifest) -> None:
        """Say what the backup holds; without it, it is none."""
        body = manifest.to_json()
        self.add(MANIFEST, len(body), io.BytesIO(body))
        self.is_whole = True


@contextmanager
def new_archive(path: Path) -> Iterator[Writer]:
    """Make the backup `path`; it appears whole and synced when the context ends well, otherwise not at all.

    Raises Conflict FILE_EXISTS when something lies there.
    """
    if path.exists():
        raise _exists(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        # A backup shows people and holds what signs them in: it is for its owner only.
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar)
                yield writer
            file.flush()
            os.fsync(file.fileno())
        if not writer.is_whole:
            raise ValueError("A backup needs its manifest.")
        try:
            # Linked, not renamed: what somebody else put there meanwhile is not overwritten either.
            os.link(draft, path)
        except FileExistsError:
            raise _exists(path) from None
        _sync(path.parent)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def _exists(path: Path) -> Conflict:
    return Conflict("FILE_EXISTS", f"{path} exists already and is not overwritten. Give another name.")


class Reader:
    """A backup that is read from front to end, as it lies: the database, then the evidence."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self._tar = tar
        self.manifest = manifest
        self._known = {member.name: member for member in [*manifest.database, *manifest.evidence]}

    def members(self) -> Iterator[tuple[Member, IO[bytes]]]:
        """Yield each member with its bytes; raises Invalid when one is not as the manifest says, or one is absent."""
        seen = set()
        for entry in self._tar.getmembers():
            if entry.name == MANIFEST:
                continue
            member = self._known.get(entry.name)
            content = self._tar.extractfile(entry) if entry.isreg() else None
            if member is None or content is None or member.name in seen:
                raise damaged(f"it holds {entry.name}, which its manifest does not name")
            seen.add(member.name)
            hashing = Hashing(content)
            yield member, hashing  # type: ignore[misc]  # has what a reader of a file needs
            hashing.drain()
            if (hashing.size, hashing.sha256) != (member.size, member.sha256):
                raise damaged(f"{member.name} has other bytes than its manifest says")
        if absent := self._known.keys() - seen:
            raise damaged(f"{min(absent)} is missing")


class Hashing:
    """A file that knows the hash of what was read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """Read on."""
        chunk = self._source.read(size)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk

    def drain(self) -> None:
        """Read what is left, for the sake of the hash."""
        while self.read(CHUNK):
            pass

    @property
    def sha256(self) -> str:
        """The hash of everything read so far."""
        return self._digest.hexdigest()


@contextmanager
def open_archive(path: Path) -> Iterator[Reader]:
    """Open the backup `path`; raise Invalid when it is none, or one of a format that this release does not know."""
    try:
        tar = tarfile.open(path, mode="r:")  # noqa: SIM115 (closed below)
    except FileNotFoundError:
        raise invalid("file", "NO_FILE", f"There is no file {path}.") from None
    except (tarfile.TarError, IsADirectoryError):
        raise damaged("it is no backup of Titan") from None
    with tar:
        try:
            yield Reader(tar, _manifest(tar))
        except tarfile.TarError:
            raise damaged("it ends too early, or bytes in it were changed") from None


def check_archive(path: Path) -> Manifest:
    """Read a whole backup and return its manifest; raise Invalid when anything in it is not as the manifest says."""
    with open_archive(path) as reader:
        for _member, _content in reader.members():
            pass
        return reader.manifest


def damaged(why: str) -> Invalid:
    """Return the refusal of a file that is no whole backup."""
    return invalid("file", "BACKUP_DAMAGED", f"This backup cannot be used: {why}. Nothing was changed; take another.")


def _manifest(tar: tarfile.TarFile) -> Manifest:
    names = [entry.name for entry in tar]
    if not names or names[-1] != MANIFEST:
        raise damaged("it is no whole backup of Titan")
    content = tar.extractfile(MANIFEST)
    if content is None:
        raise damaged("it is no backup of Titan")
    try:
        known: dict[str, Any] = json.loads(content.read(MANIFEST_LIMIT))
        for part in ("database", "evidence"):
            known[part] = [Member(**member) for member in known[part]]
        manifest = Manifest(**known)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise damaged("its manifest cannot be read") from None
    if manifest.format != FORMAT:
        raise damaged(f"it is of the format {str(manifest.format)[:40]!r}, which this release does not know")
    return manifest


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
