"""The evidence of a pack: each file once, its bytes read again and hashed on the way (docs/ledger-format.md §7)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from titan.core.errors import Refusal
from titan.evidence.models import EvidenceFile
from titan.evidence.queries import EvidenceView, VerifiedFile, by_ids, read_verified
from titan.evidence.restricted import restricted_among
from titan.evidence.rules import MediaType

EXTENSION = {
    MediaType.PDF: "pdf",
    MediaType.JPEG: "jpg",
    MediaType.PNG: "png",
    MediaType.HEIC: "heic",
    MediaType.CSV: "csv",
    MediaType.XLSX: "xlsx",
}
RESTRICTED = "Somebody on this file was erased: super admins and auditors alone may take it along."


@dataclass(frozen=True)
class Piece:
    """A file of evidence as the pack tells of it. withheld: why its bytes are not there, or nothing."""

    evidence: EvidenceView
    withheld: str = ""

    @property
    def name(self) -> str:
        """The file's name in the pack."""
        return f"evidence/{self.evidence.sha256}.{EXTENSION[MediaType(self.evidence.media_type)]}"

    def line(self) -> bytes:
        """Return its line in `evidence.jsonl`."""
        one = self.evidence
        told = {
            "file": None if self.withheld else self.name,
            "media_type": one.media_type,
            "original_name": one.original_name,
            "parts": [part.sha256 for part in one.parts],
            "sha256": one.sha256,
            "size": one.size,
            "withheld": self.withheld or None,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def files_named(hashes: Iterable[str]) -> list[EvidenceView]:
    """Return the files with these hashes and those they were bound from, one for each hash; four statements."""
    wanted = list(hashes)
    rows = EvidenceFile.objects.filter(sha256__in=wanted).order_by("pk").values_list("sha256", "pk")
    newest = dict(rows)
    whole = by_ids(newest.values())
    found = {one.sha256: one for one in whole.values()}
    for one in whole.values():
        for part in one.parts:
            found.setdefault(part.sha256, part)
    return [found[name] for name in dict.fromkeys([*(name for name in wanted if name in found), *found])]


def closed_to_most(files: Iterable[EvidenceView]) -> set[int]:
    """Return the numbers of those files that show somebody who was erased; one statement."""
    return restricted_among(one.id for one in files)


def opened(file: EvidenceView) -> VerifiedFile | str:
    """Return the bytes of a file, hashed just now; or why they cannot be taken along, in words."""
    try:
        return read_verified(file)
    except Refusal as refusal:
        return refusal.detail
