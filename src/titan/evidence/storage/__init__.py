"""Where the bytes of evidence lie. The database is not asked here and knows nothing of folders."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from titan.evidence.storage.drafts import Drafts
from titan.evidence.storage.local import LocalStore
from titan.evidence.storage.store import Draft, Readable, Store, Verdict

__all__ = ["Draft", "LocalStore", "Readable", "Store", "Verdict", "evidence_store", "local_store"]


def evidence_store() -> Store:
    """Return the store of this installation: the bucket of TITAN_STORAGE_URL, or the folder in TITAN_HOME."""
    if settings.TITAN_STORAGE is None:
        return local_store()
    # Here and not above: who keeps evidence in a folder need not have the library for S3.
    from titan.evidence.storage.s3 import S3Store

    return S3Store(settings.TITAN_STORAGE, Drafts(Path(settings.TITAN_EVIDENCE_DIR) / "tmp"))


def local_store() -> LocalStore:
    """Return the store in the folder of TITAN_HOME, whether or not it is the one in use."""
    return LocalStore(Path(settings.TITAN_EVIDENCE_DIR))
