"""Binds several files, in order, into one PDF that records can cite (domain.md §10)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from titan.evidence.rules import MediaType


def bind(parts: Sequence[tuple[MediaType, Path]], target: Path) -> int:
    """Write one PDF with all pages of `parts`, in their order, to `target` and return how many there are.

    JPEG and PNG go in as they are, HEIC decoded at high quality, PDFs page by page; the same parts give the
    same bytes. Runs in a limited child process. Raises NotAccepted when that cannot be done,
    EvidenceUnavailable when it cannot be done just now.
    """
    from titan.evidence.child import run_child

    named = [text for media_type, path in parts for text in (media_type.value, str(path))]
    return int(run_child("titan.evidence.binding", [str(target), *named])["pages"])
