"""Refusals of the evidence floor."""

from __future__ import annotations

from titan.core.errors import Conflict, FieldError, Invalid, Refusal, TooLarge, UnsupportedType, invalid
from titan.evidence.rules import MAX_BYTES, Kind, accepted

MEGABYTE = 1024 * 1024


class EvidenceUnavailable(Refusal):
    """Store or inspection cannot work just now: nothing was kept, a repetition may succeed (503)."""

    status = 503
    title = "Evidence store not available"

    def __init__(self, detail: str) -> None:
        super().__init__("EVIDENCE_UNAVAILABLE", detail)


def missing() -> Invalid:
    """Return the refusal of an upload without a file (422)."""
    return invalid("file", "REQUIRED", "Attach at least one file.")


def empty(label: str) -> Invalid:
    """Return the refusal of a file of 0 bytes (422)."""
    return invalid("file", "EVIDENCE_EMPTY", f"“{label}” is empty. Choose the file again.")


def too_large(message: str) -> TooLarge:
    """Return the refusal of too many bytes or files (413)."""
    error = FieldError("file", "EVIDENCE_TOO_LARGE", message)
    return TooLarge("EVIDENCE_TOO_LARGE", message, errors=[error])


def file_too_large(label: str) -> TooLarge:
    """Return the refusal of one file above the limit (413)."""
    return too_large(f"“{label}” is larger than {MAX_BYTES // MEGABYTE} MB. Scan it at a lower resolution.")


def not_accepted(label: str, why: str, kind: Kind) -> UnsupportedType:
    """Return the refusal of a file that is no acceptable evidence, with the reason `why` (415)."""
    message = f"“{label}” cannot be taken: {why} Accepted are {accepted(kind)}."
    return UnsupportedType("EVIDENCE_TYPE", message, errors=[FieldError("file", "EVIDENCE_TYPE", message)])


def tampered(key: str, why: str) -> Conflict:
    """Return the alarm about stored bytes that do not match what the database says of them (409)."""
    return Conflict("TAMPERED", f"The evidence {key} {why}. It is not shown; tell whoever keeps the server.")
