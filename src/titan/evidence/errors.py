"""Refusals of the evidence floor."""

from __future__ import annotations

from titan.core.errors import Conflict, FieldError, Invalid, Refusal, TooLarge, UnsupportedType, invalid
from titan.core.language import N_, _
from titan.core.meters import EVIDENCE_ALARMS
from titan.evidence.rules import MAX_BYTES, Kind

MEGABYTE = 1024 * 1024
ACCEPTED = {Kind.SHEET: N_("PDF, JPEG, PNG or HEIC"), Kind.REGISTER: N_("PDF, JPEG, PNG, HEIC, CSV or XLSX")}


class EvidenceUnavailable(Refusal):
    """Store or inspection cannot work just now: nothing was kept, a repetition may succeed (503).

    why: the reason alone, for who looks whether the store works and has nothing to keep.
    """

    status = 503
    title = N_("Evidence store not available")

    def __init__(self, detail: str, *, why: str = "") -> None:
        super().__init__("EVIDENCE_UNAVAILABLE", detail)
        self.why = why or detail


def missing() -> Invalid:
    """Return the refusal of an upload without a file (422)."""
    return invalid("file", "REQUIRED", _("Attach at least one file."))


def empty(label: str) -> Invalid:
    """Return the refusal of a file of 0 bytes (422)."""
    return invalid("file", "EVIDENCE_EMPTY", _("“%(label)s” is empty. Choose the file again.") % {"label": label})


def too_large(message: str) -> TooLarge:
    """Return the refusal of too many bytes or files (413)."""
    error = FieldError("file", "EVIDENCE_TOO_LARGE", message)
    return TooLarge("EVIDENCE_TOO_LARGE", message, errors=[error])


def file_too_large(label: str) -> TooLarge:
    """Return the refusal of one file above the limit (413)."""
    return too_large(
        _("“%(label)s” is larger than %(limit)s MB. Scan it at a lower resolution.")
        % {"label": label, "limit": MAX_BYTES // MEGABYTE}
    )


def not_accepted(label: str, why: str, kind: Kind) -> UnsupportedType:
    """Return the refusal of a file that is no acceptable evidence, with the reason `why` (415)."""
    message = _("“%(label)s” cannot be taken: %(why)s Accepted are %(types)s.") % {
        "label": label,
        "why": why,
        "types": _(ACCEPTED[kind]),
    }
    return UnsupportedType("EVIDENCE_TYPE", message, errors=[FieldError("file", "EVIDENCE_TYPE", message)])


def unreadable(which: str | int) -> EvidenceUnavailable:
    """Return the refusal to say anything about stored bytes that cannot be read now (503)."""
    return EvidenceUnavailable(_("The evidence %(key)s cannot be read just now. Try again.") % {"key": which})


def tampered(key: str, why: str) -> Conflict:
    """Count and return the alarm about stored bytes that do not match what the database says of them (409)."""
    EVIDENCE_ALARMS.inc()
    return Conflict(
        "TAMPERED",
        _("The evidence %(key)s %(why)s. It is not shown; tell whoever keeps the server.") % {"key": key, "why": why},
    )
