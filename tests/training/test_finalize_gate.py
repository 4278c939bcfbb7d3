"""The gate: every reason against finalizing, all at once (domain.md §7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.training.acting import (
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    HOUR,
    PASSED,
    act,
    found,
    held,
    refuses,
    scheduled,
    sheet,
    time_of,
)
from tests.training.finalizing import workers
from tests.training.test_prove import fresh_sheet, spoil
from titan.core.actor import Role
from titan.records.models import TrainingRecord
from titan.training.commands import (
    attach_evidence,
    cancel_session,
    finalize_session,
)
from titan.training.models import Attendee
from titan.training.queries.gate import preview_finalize
from titan.training.queries.sessions import session_view


class TestTheGate:
    def test_gives_all_reasons_at_once(self, course: Any) -> None:
        first, second = workers(2)
        session = scheduled(course, workers=[first, second])
        Attendee.objects.filter(worker=first).update(status="ATTENDED")
        for work in (finalize_session, preview_finalize):
            refusal = refuses("NOT_READY", work, session.pk)
            assert (refusal.status, found(refusal.errors)) == (
                409,
                [
                    ("slots", "NOT_ENDED"),
                    ("evidence", "EVIDENCE_MISSING"),
                    (f"attendees.{first.pk}", "RESULT_MISSING"),
                    (f"attendees.{second.pk}", "MARK_MISSING"),
                ],
            )
            assert f"{second.first_name} {second.last_name} has no attendance mark." in refusal.detail

    def test_of_a_draft_and_of_a_cancelled_session(self, course: Any) -> None:
        draft = cast.make_session(course)
        reasons = [error.code for error in refuses("NOT_READY", finalize_session, draft.pk).errors]
        assert reasons == [
            "NOT_SCHEDULED",
            "NOT_ENDED",
            "EVIDENCE_MISSING",
            "TRAINER_NOT_QUALIFIED",
            "NOBODY_ATTENDED",
        ]
        (worker,) = workers(1)
        session = held(course, {worker: PASSED})
        act(cancel_session, session.pk, "Wrong class.")
        assert found(refuses("NOT_READY", finalize_session, session.pk).errors) == [("status", "NOT_SCHEDULED")]

    def test_opens_at_the_end_of_the_last_slot(self, course: Any) -> None:
        (worker,) = workers(1)
        session = held(course, {worker: PASSED}, time_of(0, 1, on=AT), time_of(2, 1, on=AT))
        closed = refuses("NOT_READY", finalize_session, session.pk, at=AT + 3 * HOUR - timedelta(seconds=1))
        assert found(closed.errors) == [("slots", "NOT_ENDED")]
        act(finalize_session, session.pk, at=AT + 3 * HOUR)

    @pytest.mark.parametrize(
        ("files", "part", "content"), [(1, None, b"x"), (1, None, None), (2, 1, b"x"), (2, 0, None)]
    )
    def test_a_sheet_that_is_not_what_it_was(
        self, course: Any, files: int, part: int | None, content: bytes | None
    ) -> None:
        (worker,) = workers(1)
        staged = fresh_sheet(f"spoiled {files} {part} {content!r}", files=files)
        session = held(course, {worker: PASSED}, staged=staged)
        spoil(staged, part=part, content=content)
        for work in (finalize_session, preview_finalize):
            refusal = refuses("TAMPERED", work, session.pk)
            assert (refusal.status, found(refusal.errors)) == (409, [("evidence", "TAMPERED")])
        act(attach_evidence, session.pk, sheet())
        act(finalize_session, session.pk)
        assert TrainingRecord.objects.get().evidence_sha256 == sheet().whole.sha256

    def test_re_checks_no_soft_block(self, course: Any) -> None:
        venue = cast.make_venue(capacity=1)
        people = workers(2)
        scheduled(course, time_of(-3, 2, on=AT), venue=venue, workers=people)
        session = held(course, dict.fromkeys(people, PASSED), venue=venue)
        assert session_view(session.pk, by=ADMIN, at=AT).warnings
        assert act(finalize_session, session.pk).training_records == 2

    @pytest.mark.parametrize("by", [ASSESSOR, AUDITOR], ids=str)
    def test_only_admins_click(self, course: Any, trainer: Any, by: Any) -> None:
        (worker,) = workers(1)
        session = held(course, {worker: PASSED}, trainer=trainer)
        refuses("FORBIDDEN", finalize_session, session.pk, by=by)
        assert preview_finalize(session.pk, by=by, at=AT).training_records == 1
        mine = cast.actor(Role.TRAINER, trainer_id=trainer.pk)
        refuses("FORBIDDEN", finalize_session, session.pk, by=mine)
        refuses("NOT_FOUND", finalize_session, 999_999)
        refuses("NOT_FOUND", preview_finalize, 2**63)
        act(finalize_session, session.pk, by=cast.actor(Role.SUPER_ADMIN))
