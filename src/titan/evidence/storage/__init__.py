"""Where the bytes of evidence lie. The database is not asked here and knows nothing of folders."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from titan.evidence.storage.local import LocalStore
from titan.evidence.storage.store import Draft, Readable, Store, Verdict

__all__ = ["Draft", "LocalStore", "Readable", "Store", "Verdict", "evidence_store"]


def evidence_store() -> Store:
    """Return the store of this installation (TITAN_EVIDENCE_DIR)."""
    return LocalStore(Path(settings.TITAN_EVIDENCE_DIR))
