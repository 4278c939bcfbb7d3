"""The signed sheet: one in force, earlier ones kept, while the session is scheduled (domain.md §10)."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.files import jpeg_bytes, pdf_bytes
from tests.training.acting import (
    ADMIN,
    ASSESSOR,
    AT,
    AUDITOR,
    HOUR,
    PASSED,
    act,
    held,
    of_engine,
    refuses,
    said,
    scheduled,
    settle,
    sheet,
)
from titan.core.actor import Role
from titan.evidence.commands import StagedEvidence, Upload, stage
from titan.evidence.models import EvidenceFile
from titan.training.commands import (
    attach_evidence,
    cancel_session,
    finalize_session,
    need_evidence_taken,
    watch_evidence,
)
from titan.training.models import SessionEvidence, TrainingSession
from titan.training.queries.proof import session_evidence_id
from titan.training.queries.sessions import session_view


def spoil(staged: StagedEvidence, *, part: int | None = None, content: bytes | None = b"%PDF-1.4 other") -> None:
    """Change the stored bytes of a sheet behind Titan's back; content None: lose them."""
    file = staged.whole if part is None else staged.parts[part]
    path = Path(settings.TITAN_EVIDENCE_DIR) / file.key
    path.chmod(0o640)
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


def fresh_sheet(text: str, *, files: int = 1) -> StagedEvidence:
    """Stage a sheet of its own, to be spoiled."""
    uploads = [Upload(f"{number}.jpg", io.BytesIO(jpeg_bytes(f"{text} {number}"))) for number in range(files)]
    return stage(uploads if files > 1 else [Upload("one.pdf", io.BytesIO(pdf_bytes(text)))])


@pytest.fixture
def session(course: Any, trainer: Any) -> TrainingSession:
    return scheduled(course, trainer=trainer)


def test_the_sheet_is_attached(session: TrainingSession) -> None:
    evidence = act(attach_evidence, session.pk, sheet())
    view = session_view(session.pk, by=ADMIN, at=AT)
    assert view.evidence is not None
    assert (view.evidence.pk, view.evidence.sha256) == (evidence, sheet().whole.sha256)
    assert view.version == session.version + 1
    assert session_evidence_id(session.pk, by=ADMIN) == evidence
    event = said("session.evidence_attached", session.pk)[0]
    assert (event.before, event.after) == (None, {"evidence_id": evidence, "sha256": sheet().whole.sha256})


def test_it_may_be_replaced_and_both_are_kept(session: TrainingSession) -> None:
    first = act(attach_evidence, session.pk, sheet())
    second = act(attach_evidence, session.pk, sheet("better scan"), at=AT + HOUR)
    rows = SessionEvidence.objects.filter(session=session).order_by("pk")
    assert list(rows.values_list("evidence_id", "attached_at", "attached_by_id", "superseded_at")) == [
        (first, AT, ADMIN.user_id, AT + HOUR),
        (second, AT + HOUR, ADMIN.user_id, None),
    ]
    assert EvidenceFile.objects.count() == 2
    event = said("session.evidence_replaced", session.pk)[0]
    assert (event.before, (event.after or {})["evidence_id"]) == ({"evidence_id": first}, second)


def test_several_photos_are_kept_and_bound_into_one(session: TrainingSession) -> None:
    staged = fresh_sheet("photo", files=2)
    evidence = act(attach_evidence, session.pk, staged)
    assert EvidenceFile.objects.count() == 3
    assert EvidenceFile.objects.get(pk=evidence).sha256 == staged.whole.sha256


def test_who_may_attach(session: TrainingSession, trainer: Any, course: Any) -> None:
    mine = cast.actor(Role.TRAINER, trainer_id=trainer.pk)
    act(attach_evidence, session.pk, sheet(), by=mine)
    stranger = cast.actor(Role.TRAINER, trainer_id=cast.make_trainer(course).pk)
    for work, args in ((attach_evidence, (sheet(),)), (need_evidence_taken, ())):
        refuses("NOT_FOUND", unclocked(work), session.pk, *args, by=stranger)
        refuses("NOT_FOUND", unclocked(work), 999_999, *args)
        for by in (ASSESSOR, AUDITOR):
            refuses("FORBIDDEN", unclocked(work), session.pk, *args, by=by)


def unclocked(work: Any) -> Any:
    """Return `work` as something that takes the time, whether it asks for it or not."""
    if work is need_evidence_taken:
        return lambda session, *, by, at: work(session, by=by)
    return work


def test_only_while_scheduled(course: Any, session: TrainingSession) -> None:
    draft = cast.make_session(course)
    worker = cast.make_worker()
    settle()
    done = held(course, {worker: PASSED})
    act(finalize_session, done.pk)
    cancelled = scheduled(course)
    act(cancel_session, cancelled.pk, "Rain.")
    for other, code in ((draft, "NOT_SCHEDULED"), (done, "SESSION_CLOSED"), (cancelled, "SESSION_CLOSED")):
        refuses(code, attach_evidence, other.pk, sheet())
        refuses(code, unclocked(need_evidence_taken), other.pk)
    need_evidence_taken(session.pk, by=ADMIN)


def test_bytes_that_changed_before_they_were_recorded(session: TrainingSession) -> None:
    staged = fresh_sheet("soon spoiled")
    spoil(staged)
    refuses("TAMPERED", attach_evidence, session.pk, staged)


def test_changed_bytes_raise_an_alarm_in_the_audit_log(session: TrainingSession) -> None:
    staged = fresh_sheet("watched")
    act(watch_evidence, session.pk)
    evidence = act(attach_evidence, session.pk, staged)
    act(watch_evidence, session.pk)
    assert said("evidence.tampered") == []
    spoil(staged)
    act(watch_evidence, session.pk)
    assert [event.entity_id for event in said("evidence.tampered")] == [evidence]


def test_the_evidence_of_somebody_elses_session(session: TrainingSession) -> None:
    stranger = cast.actor(Role.TRAINER, trainer_id=999)
    refuses("NOT_FOUND", lambda number, by, at: session_evidence_id(number, by=by), session.pk, by=stranger)
    assert session_evidence_id(session.pk, by=AUDITOR) is None


def test_the_cost_of_attaching(session: TrainingSession) -> None:
    costs = []
    for text in ("one", "two", "three"):
        with CaptureQueriesContext(connection) as statements:
            attach_evidence(session.pk, sheet(text), by=ADMIN, at=AT)
        costs.append(len(statements))
    # Before the first one there are no sheets whose bytes might be the same.
    first = of_engine(sqlite=9, postgres=10)
    # The second one takes the place of the first, which the ledger is told.
    assert costs == [first, first + 6, first + 6]


def test_the_same_bytes_are_taken_once(session: TrainingSession) -> None:
    first = act(attach_evidence, session.pk, sheet())
    assert act(attach_evidence, session.pk, sheet(), at=AT + HOUR) == first
    assert SessionEvidence.objects.filter(session=session).count() == 1
    assert EvidenceFile.objects.count() == 1
    photos = act(attach_evidence, session.pk, fresh_sheet("photo", files=2))
    assert act(attach_evidence, session.pk, fresh_sheet("photo", files=2)) == photos
    assert len(said("session.evidence_replaced", session.pk)) == 1


def test_what_is_sent_again_never_goes_over_a_newer_sheet(session: TrainingSession) -> None:
    first = act(attach_evidence, session.pk, sheet())
    newer = act(attach_evidence, session.pk, sheet("newer"), by=cast.actor(user_id=77))
    again = partial(attach_evidence, again=True)
    assert act(again, session.pk, sheet()) == first
    assert session_evidence_id(session.pk, by=ADMIN) == newer
    # Somebody else's bytes, or bytes chosen anew, are a replacement like any other.
    assert act(again, session.pk, sheet(), by=cast.actor(user_id=78)) != first
    assert act(attach_evidence, session.pk, sheet("newer")) != newer
