"""The signed sheet of a session: upload, look at, download for proof."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import FileResponse, HttpRequest
from ninja import File, Router
from ninja.files import UploadedFile

from titan.api.caller import caller
from titan.api.fields import Id
from titan.api.idempotency import prepared_once
from titan.api.order import refuses_first
from titan.api.session_checks import by_teacher, seen
from titan.api.session_shapes import EvidenceShape, evidence_shape
from titan.api.uploads import staged_upload
from titan.core.errors import NotFound
from titan.evidence.commands import StagedEvidence, open_proof
from titan.evidence.queries import evidence_view, is_intact
from titan.evidence.rules import MediaType
from titan.training import commands
from titan.training.queries.proof import session_evidence_id

router = Router(tags=["sessions"])

SHEETS = (MediaType.PDF, MediaType.JPEG, MediaType.PNG, MediaType.HEIC)


@router.post("/sessions/{session_id}/evidence", response={201: EvidenceShape})
@refuses_first(seen, by_teacher)
def attach_evidence(request: HttpRequest, session_id: Id, file: File[list[UploadedFile]]) -> Any:
    """Upload the signed sheet (PDF, JPEG, PNG or HEIC; several files become one PDF). An earlier one is kept."""
    me = caller(request)

    def bring_in() -> StagedEvidence:
        commands.need_evidence_taken(session_id, by=me.actor)
        commands.watch_evidence(session_id, by=me.actor, at=me.at)
        return staged_upload(file)

    def work(staged: StagedEvidence) -> dict[str, Any]:
        evidence_id = commands.attach_evidence(session_id, staged, by=me.actor, at=me.at)
        return evidence_shape(evidence_view(evidence_id), verified=True)

    return prepared_once(request, 201, bring_in, work)


@router.get("/sessions/{session_id}/evidence", response=EvidenceShape)
@refuses_first(seen)
def get_evidence(request: HttpRequest, session_id: Id) -> Any:
    """The sheet in force; `verified` is the result of re-hashing its bytes now."""
    me = caller(request)
    evidence_id = _evidence_id(request, session_id)
    commands.watch_evidence(session_id, by=me.actor, at=me.at)
    return evidence_shape(evidence_view(evidence_id), verified=is_intact(evidence_id))


@router.get(
    "/sessions/{session_id}/evidence/file",
    openapi_extra={
        "responses": {
            200: {
                "description": "The bytes, exactly as they were uploaded.",
                "content": {kind.value: {"schema": {"type": "string", "format": "binary"}} for kind in SHEETS},
            },
            409: {"description": "The stored bytes do not match their hash: TAMPERED, and not a byte is sent."},
        }
    },
)
@refuses_first(seen)
def download_evidence(request: HttpRequest, session_id: Id) -> Any:
    """The bytes of the sheet, re-hashed first; 409 TAMPERED and not a byte when they differ."""
    me = caller(request)
    proof = open_proof(_evidence_id(request, session_id), by=me.actor, at=me.at)
    response = FileResponse(proof.file, content_type=proof.evidence.media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(proof.evidence.original_name, safe='')}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-SHA256"] = proof.evidence.sha256
    return response


def _evidence_id(request: HttpRequest, session_id: int) -> int:
    evidence_id = session_evidence_id(session_id, by=caller(request).actor)
    if evidence_id is None:
        raise NotFound("signed sheet of session", session_id)
    return evidence_id
