"""Forms with files: what is too large is refused before a byte of it is read."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from titan.core.errors import TooLarge
from titan.evidence.commands import StagedEvidence, Upload, stage
from titan.evidence.rules import MAX_TOTAL_BYTES

# What a form has besides its files.
FORM_BYTES = 64 * 1024


def too_large(request: HttpRequest) -> TooLarge | None:
    """Return the refusal of a form that is larger than evidence may be, or None.

    To be asked before anything reads the form: Django reads it whole when it looks for the token.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) <= MAX_TOTAL_BYTES + FORM_BYTES:
        return None
    message = _("Together the files are larger than %(n)d MB. Scan them at a lower resolution.")
    return TooLarge("EVIDENCE_TOO_LARGE", message % {"n": MAX_TOTAL_BYTES // 2**20})


def staged_files(request: HttpRequest) -> StagedEvidence | None:
    """Bring the files of the field `file` to safety; None when there are none. Raises what `stage` raises."""
    files = request.FILES.getlist("file")
    return stage([Upload(file.name or "", file) for file in files]) if files else None
