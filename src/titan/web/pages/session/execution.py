"""What the second half of a session's page adds: attendance, evidence, finalize."""

from __future__ import annotations

from typing import Any

from titan.training.queries.sessions import SessionView
from titan.web.pages.attendance import attendance_values
from titan.web.pages.finalize import finalize_values
from titan.web.pages.session_evidence import evidence_values
from titan.web.visit import Visit


def execution_values(visit: Visit, session: SessionView) -> dict[str, Any]:
    """Return what `session/_attendance.html`, `_evidence.html` and `_finalize.html` show, from the first slot on."""
    return {
        **attendance_values(visit, session),
        **evidence_values(visit, session),
        **finalize_values(visit, session),
    }
