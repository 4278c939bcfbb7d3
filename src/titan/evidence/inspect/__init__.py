"""Decides by content, in a limited child process, what a file is and whether it may be evidence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from titan.evidence.rules import Kind, MediaType


@dataclass(frozen=True)
class Inspected:
    """What a file was found to be; `pages` of a PDF, 1 of a picture, None of a table."""

    media_type: MediaType
    pages: int | None


def inspect(path: Path, kind: Kind) -> Inspected:
    """Return what the file at `path` is; its name and declared type play no part.

    Raises NotAccepted with the reason when it is no sheet (or register), damaged, readable in two ways, or
    too costly to open; EvidenceUnavailable when it cannot be inspected just now.
    """
    # Here and not above: the child imports this package too, and has no use for the parent's side.
    from titan.evidence.child import run_child

    answer = run_child("titan.evidence.inspect", [kind.value, str(path)])
    return Inspected(MediaType(answer["media_type"]), answer["pages"])
