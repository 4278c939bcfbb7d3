"""Pages of evidence as pictures to look at: drawn in a limited child process, kept for the next look."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from titan.evidence.queries import VerifiedFile


class Size(StrEnum):
    """How large a page is drawn: to be recognised, or to be read."""

    SMALL = "small"
    LARGE = "large"


def page_picture(proof: VerifiedFile, page: int, size: Size) -> bytes:
    """Return page `page` (from 1) of `proof` as a JPEG, and close its file.

    `proof` was re-hashed, so that no picture is ever shown of bytes that changed; a picture kept from an earlier look
    is sealed, so that nobody can put another one in its place. Raises NotFound, Conflict NOT_SHOWN.
    """
    # Here and not above: the child imports this package too, and has no use for the parent's side.
    from titan.core.errors import NotFound

    with proof.file:
        evidence = proof.evidence
        if not 1 <= page <= (evidence.pages or 0):
            raise NotFound("page", page)
        kept = _kept(evidence.sha256, page, size)
        if kept is not None:
            return kept
        pictures = _drawn(proof, page)
    for drawn, content in pictures.items():
        _keep(evidence.sha256, page, drawn, content)
    return pictures[size]


def forget_pictures(before: datetime) -> int:
    """Delete the pictures that nobody looked at since `before`, and return how many; they can be drawn again."""
    found = 0
    for path in _folder().glob("*"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            found += 1
    return found


def _drawn(proof: VerifiedFile, page: int) -> dict[Size, bytes]:
    from titan.core.errors import Conflict
    from titan.core.language import _
    from titan.evidence.child import run_child
    from titan.evidence.limits import NotAccepted

    with tempfile.TemporaryDirectory(prefix="titan-draw-") as name:
        folder = Path(name)
        source = folder / "source"
        with source.open("wb") as target:
            for chunk in proof.chunks():
                target.write(chunk)
        try:
            run_child("titan.evidence.rendering", [proof.evidence.media_type, str(source), str(page), str(folder)])
        except NotAccepted as error:
            raise Conflict(
                "NOT_SHOWN", _("This page cannot be drawn here. Download the file to look at it.")
            ) from error
        return {size: (folder / size.value).read_bytes() for size in Size}


def _folder() -> Path:
    from django.conf import settings

    return Path(settings.TITAN_HOME) / "cache" / "pages"


def _path(sha256: str, page: int, size: Size) -> Path:
    return _folder() / f"{sha256}-{page}-{size.value}"


def _seal(sha256: str, page: int, size: Size, content: bytes) -> bytes:
    from django.utils.crypto import salted_hmac

    about = f"{sha256} {page} {size.value} ".encode()
    return salted_hmac("titan.evidence.rendering", about + content, algorithm="sha256").digest()


def _kept(sha256: str, page: int, size: Size) -> bytes | None:
    path = _path(sha256, page, size)
    try:
        kept = path.read_bytes()
    except OSError:
        return None
    seal, content = kept[:32], kept[32:]
    if seal != _seal(sha256, page, size, content):
        return None
    try:
        os.utime(path)
    except OSError:
        # Swept away meanwhile; what was read is good all the same.
        return content
    return content


def _keep(sha256: str, page: int, size: Size, content: bytes) -> None:
    target = _path(sha256, page, size)
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as draft:
            draft.write(_seal(sha256, page, size, content) + content)
        Path(draft.name).replace(target)
    except OSError:
        # A full disk costs the next look some time, nothing else.
        return
