"""What is known of evidence, and whether it still is what it was."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.cast import actor
from tests.evidence.tree import Hands, upload
from tests.files import jpeg_bytes, pdf_bytes, png_bytes
from titan.audit.models import AuditEvent
from titan.core.errors import Conflict, NotFound
from titan.evidence.commands import record_evidence, report_tampering, stage
from titan.evidence.errors import EvidenceUnavailable
from titan.evidence.queries import (
    EvidenceView,
    by_ids,
    evidence_view,
    hash_check,
    is_intact,
    read_verified,
    verify_all,
    verify_one,
)
from titan.evidence.storage import Verdict

pytestmark = pytest.mark.django_db


def recorded(at: datetime, *contents: bytes) -> EvidenceView:
    return record_evidence(stage([upload(content) for content in contents]), by=actor(), at=at)


def test_unknown_evidence_is_not_found() -> None:
    for unknown in (0, -1, 10**6, 2**63, 2**70):
        with pytest.raises(NotFound):
            evidence_view(unknown)
        with pytest.raises(NotFound):
            verify_one(unknown)
    assert by_ids([0, 1, 2**70]) == {}


def test_many_are_read_with_their_parts_in_two_statements(at: datetime, django_assert_num_queries: Any) -> None:
    views = [recorded(at, pdf_bytes("single")), recorded(at, jpeg_bytes(), png_bytes())]
    with django_assert_num_queries(2):
        assert by_ids([view.id for view in views] + [10**6]) == {view.id: view for view in views}


def test_one_is_verified_with_its_parts_in_one_statement(
    hands: Hands, at: datetime, django_assert_num_queries: Any
) -> None:
    view = recorded(at, jpeg_bytes(), png_bytes())
    with django_assert_num_queries(1):
        assert is_intact(view.id)
    hands.overwrite(view.parts[0].key, b"another")
    assert verify_one(view.id) is Verdict.TAMPERED
    assert not is_intact(view.id)
    assert is_intact(view.parts[1].id), "its own bytes are untouched"


def test_a_changed_row_is_found_as_well(at: datetime) -> None:
    """The guards keep honest hands off; whoever removes them first is still found out."""
    view = recorded(at, pdf_bytes())
    other = recorded(at, png_bytes())
    for changed in (
        EvidenceView(**{**vars(view), "sha256": other.sha256}),
        EvidenceView(**{**vars(view), "key": "../../../etc/passwd"}),
    ):
        with pytest.raises(Conflict) as refused:
            read_verified(changed)
        assert refused.value.code == "TAMPERED"


def test_verified_bytes_are_a_copy_that_no_later_change_reaches(hands: Hands, at: datetime) -> None:
    view = recorded(at, pdf_bytes())
    found = read_verified(view)
    hands.overwrite(view.key, b"too late")
    assert b"".join(found.chunks()) == pdf_bytes()
    assert found.file.closed


@pytest.mark.parametrize("lost", [False, True])
def test_not_a_byte_of_changed_evidence_is_handed_out(lost: bool, hands: Hands, at: datetime) -> None:
    view = recorded(at, pdf_bytes())
    if lost:
        hands.remove(view.key)
    else:
        hands.overwrite(view.key, pdf_bytes()[:-1] + b" ")
    with pytest.raises(Conflict) as refused:
        read_verified(view)
    assert refused.value.code == "TAMPERED"
    assert view.key in refused.value.detail


def test_everything_is_verified_once_and_every_problem_named(
    hands: Hands, at: datetime, django_assert_num_queries: Any
) -> None:
    good, again = recorded(at, pdf_bytes("good")), recorded(at, pdf_bytes("good"))
    changed, gone = recorded(at, png_bytes()), recorded(at, jpeg_bytes())
    assert good.key == again.key
    assert list(verify_all()) == []
    hands.overwrite(changed.key, b"changed")
    hands.remove(gone.key)
    steps: list[tuple[int, int]] = []
    with django_assert_num_queries(1):
        problems = {
            problem.evidence_id: problem for problem in verify_all(lambda done, total: steps.append((done, total)))
        }
    assert {pk: problem.verdict for pk, problem in problems.items()} == {
        changed.id: Verdict.TAMPERED,
        gone.id: Verdict.MISSING,
    }
    assert changed.key in problems[changed.id].message
    assert "lost its file" in problems[gone.id].message
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_store_that_is_away_is_no_alarm_and_no_answer(hands: Hands, at: datetime, break_store: Any) -> None:
    view = recorded(at, pdf_bytes())
    break_store()
    for ask in (lambda: is_intact(view.id), lambda: read_verified(view), lambda: hash_check(view)):
        with pytest.raises(EvidenceUnavailable, match="cannot be read just now"):
            ask()
    assert verify_one(view.id) is Verdict.UNREADABLE
    assert report_tampering([view.id], by=actor(), at=at) == []
    assert not AuditEvent.objects.filter(action="evidence.tampered").exists()
