"""The key that signs the ledger: 32 bytes outside the database and its backups (docs/operations.md).

From TITAN_LEDGER_KEY, else from the file TITAN_LEDGER_KEY_FILE, which is made once, when the ledger begins.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from titan.ledger.rules.notes import VerifierKey

SEED_BYTES = 32
KEY_UNKNOWN = "LEDGER_KEY_UNKNOWN"
"""The alarm that the key at hand is not the one that the ledger announced last."""


class KeyUnusableError(Exception):
    """The signing key cannot be read or made; the message says what to do."""


class KeyMissingError(KeyUnusableError):
    """The file of the key is not there: lost, or not brought along to this machine."""


def signing_key(*, make: bool = False) -> Ed25519PrivateKey:
    """Return the key that signs. Raises KeyUnusableError; KeyMissingError when its file is not there.

    make: make the file when there is none; for a ledger that begins, never for one that has announced its key.
    """
    if settings.TITAN_LEDGER_KEY is not None:
        return Ed25519PrivateKey.from_private_bytes(settings.TITAN_LEDGER_KEY)
    return Ed25519PrivateKey.from_private_bytes(_seed(Path(settings.TITAN_LEDGER_KEY_FILE), make=make))


def vkey_of(key: Ed25519PrivateKey, origin: str) -> VerifierKey:
    """Return the public half of `key` under the name of `origin`."""
    return VerifierKey(origin, key.public_key().public_bytes_raw())


def replace_seed() -> Path | None:
    """Put a new key into the key's file; return where the old one lies now, None when it was lost.

    Raises KeyUnusableError.
    """
    if settings.TITAN_LEDGER_KEY is not None:
        raise KeyUnusableError(
            "The key comes from TITAN_LEDGER_KEY: put a new one there, then: titan ledger rotate-key --in-place"
        )
    path = Path(settings.TITAN_LEDGER_KEY_FILE)
    try:
        old = signing_key().public_key().public_bytes_raw().hex()[:8]
    except KeyMissingError:
        signing_key(make=True)
        return None
    aside = path.with_name(f"{path.name}.old-{old}")
    with _told(path):
        os.replace(_draft(path), _kept(path, aside))
        _sync(path.parent)
    return aside


def put_back(aside: Path | None) -> None:
    """Take back `replace_seed`, after what should have followed it failed."""
    path = Path(settings.TITAN_LEDGER_KEY_FILE)
    with _told(path):
        if aside is None:
            path.unlink(missing_ok=True)
        else:
            os.replace(aside, path)
        _sync(path.parent)


def is_readable_by_others() -> bool:
    """Tell whether anybody but the owner may read the key's file."""
    path = Path(settings.TITAN_LEDGER_KEY_FILE)
    return settings.TITAN_LEDGER_KEY is None and path.exists() and bool(path.stat().st_mode & 0o077)


def _seed(path: Path, *, make: bool) -> bytes:
    with _told(path):
        if not path.exists():
            if not make:
                raise KeyMissingError(
                    f"The ledger's key {path} is not there. Bring it back from where you keep it; if it is lost, let a "
                    "new one sign from now on: titan ledger rotate-key"
                )
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = _draft(path)
            # Linked, not renamed: of two first starts at once one key wins, and neither overwrites it.
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
            _sync(path.parent)
        seed = path.read_bytes()
    if len(seed) != SEED_BYTES:
        raise KeyUnusableError(f"The ledger's key {path} does not hold {SEED_BYTES} bytes. Put the right file back.")
    return seed


def _draft(path: Path) -> Path:
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(SEED_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _kept(path: Path, aside: Path) -> Path:
    with suppress(FileExistsError):
        os.link(path, aside)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into KeyUnusableError."""
    try:
        yield
    except OSError as error:
        raise KeyUnusableError(
            f"The ledger's key {path} cannot be used ({error.strerror}). Mend its folder or its mode, or name another "
            "file in TITAN_LEDGER_KEY_FILE."
        ) from error
