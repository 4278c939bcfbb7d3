"""Files that come with a request, brought to safety before any transaction begins."""

from __future__ import annotations

from collections.abc import Sequence

from ninja.files import UploadedFile

from titan.evidence.commands import StagedEvidence, Upload, stage


def staged_upload(files: Sequence[UploadedFile]) -> StagedEvidence:
    """Store the bytes of `files` as evidence; several become one PDF. Refuses what is no evidence (413, 415, 422)."""
    return stage([Upload(getattr(file, "label", file.name or ""), file) for file in files])
