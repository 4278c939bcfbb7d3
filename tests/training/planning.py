"""What tests of planning share: a session as it stands, and the soft blocks that are expected."""

from __future__ import annotations

from typing import Any

from tests.training.acting import (
    ADMIN,
    AT,
    refuses,
)
from titan.core.errors import SoftBlock, SoftBlocked
from titan.training.queries.sessions import SessionView, session_view
from titan.training.rules import SOFT_BLOCK_CODES

EVERY_CODE = frozenset(SOFT_BLOCK_CODES)


def view_of(session_id: int) -> SessionView:
    return session_view(session_id, by=ADMIN, at=AT)


def blocks(soft: list[SoftBlock]) -> list[tuple[str, str]]:
    return [(block.code, block.subject) for block in soft]


def soft_blocked(work: Any, *args: Any, **given: Any) -> list[tuple[str, str]]:
    """Expect soft blocks and return them; nothing was written."""
    refusal = refuses("SOFT_BLOCKED", work, *args, **given)
    assert isinstance(refusal, SoftBlocked)
    codes = dict.fromkeys(block.code for block in refusal.warnings)
    assert refusal.detail == f"Repeat the request with an override for each of: {', '.join(codes)}."
    assert blocks(refusal.warnings) == [(item["code"], item["subject"]) for item in refusal.extra["warnings"]]
    return blocks(refusal.warnings)
