"""An evidence file on screen: its bytes are read and hashed again whenever it is shown (domain.md §10)."""

from __future__ import annotations

from dataclasses import dataclass

from titan.accounts.queries import user_names
from titan.evidence.commands import report_tampering
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.queries import EvidenceView, HashCheck, evidence_view, hash_check
from titan.web.visit import Visit

PAGES_SHOWN = 30
DRAWN = frozenset({"application/pdf", "image/jpeg", "image/png", "image/heic"})


@dataclass(frozen=True)
class File:
    """An evidence file and its bytes as they are now. cited: the hash that the record itself holds.

    unreadable: why nobody can tell just now, in words; then there is no check.
    """

    evidence: EvidenceView
    check: HashCheck | None
    cited: str
    uploaded_by: str
    unreadable: str = ""

    @property
    def is_intact(self) -> bool:
        return self.check is not None and self.check.is_intact and self.check.found == self.cited

    @property
    def pages(self) -> list[int]:
        """The pages that can be drawn, as many as are shown at once."""
        drawn = self.evidence.media_type in DRAWN and self.is_intact
        return list(range(1, min(self.evidence.pages or 0, PAGES_SHOWN) + 1)) if drawn else []


def file_of(visit: Visit, evidence_id: int, cited: str) -> File:
    """Return an evidence file re-hashed just now; a mismatch goes to the audit log as well (domain.md §10)."""
    evidence = evidence_view(evidence_id)
    check, unreadable = None, ""
    try:
        check = hash_check(evidence)
        if not check.is_intact:
            report_tampering([evidence_id], by=visit.actor, at=visit.at)
    except EvidenceUnavailable as refusal:
        unreadable = refusal.detail
    uploader = evidence.uploaded_by_id
    return File(evidence, check, cited, user_names([uploader]).get(uploader, "") if uploader else "", unreadable)
