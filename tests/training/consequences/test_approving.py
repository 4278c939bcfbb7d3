"""One proposes and another approves: what happens then, all or nothing, and who turned Red."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.training.acting import ADMIN, AT, AUDITOR, HOUR, PASSED, act, held, pending, refuses, said, settle
from tests.training.consequences.asking import REASON, SECOND, leaves, of, records_of, red
from titan.audit.models import AuditEvent
from titan.ledger.models import LeafType
from titan.records.commands import revoke_record
from titan.records.models import TrainingRecord
from titan.training.commands import finalize_session
from titan.training.consequences import commands
from titan.training.consequences.commands import approve_case, propose_case
from titan.training.consequences.queries.cases import (
    case_lines,
    case_reds,
    one_case,
    red_courses,
)
from titan.training.consequences.queries.resting import resting_on
from titan.training.models import CaseStatus, TrainingSession


def test_one_proposes_and_another_approves(session: TrainingSession, people: list[Any]) -> None:
    rows = records_of(session)
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    case = act(propose_case, of(session), f" {REASON} ", shown=foreseen.digest)
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    assert [line.id for line in case_lines(case, by=ADMIN).items] == [row.pk for row in rows]
    before = leaves(LeafType.REVOKED)
    done = act(approve_case, case, "Checked the sheet myself", by=SECOND, at=AT + HOUR)
    assert (done.revoked, done.withdrawn, done.turned_red) == (4, 0, 3)
    assert done.turned_red == foreseen.turned_red
    assert leaves(LeafType.REVOKED) == before + 4
    for row in records_of(session):
        assert (row.revoked_at, row.revoked_by_id, row.revoke_reason) == (AT + HOUR, SECOND.user_id, REASON)
        assert [event.reason for event in said("training_record.revoked", row.pk)] == [REASON]
    session.refresh_from_db()
    assert session.status == "COMPLETED"
    view = one_case(case, by=AUDITOR)
    assert (view.status, view.remark, view.outcome) == ("APPROVED", "Checked the sheet myself", done)
    told = said("consequence_case.approved", case)[0]
    assert (told.after or {})["turned_red"] == 3


def test_who_turned_red_is_what_the_engine_says(session: TrainingSession, course: Any, people: list[Any]) -> None:
    """One is proved by another record still, one is red for another course already, one was not asked for it."""
    proved, already, free = people[0], people[1], people[2]
    cast.make_record(proved, course)
    other = cast.make_course()
    cast.require(already.role, other)
    for worker in (proved, free):
        cast.make_record(worker, other)
    settle()
    red_before = red()
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    case = act(propose_case, of(session), REASON)
    done = act(approve_case, case, by=SECOND)
    assert red() - red_before == {free.pk}
    assert done.turned_red == foreseen.turned_red == 1
    assert foreseen.red_already == 1
    shown = case_reds(case, by=ADMIN).items
    assert [(line.worker.id, line.turned, line.was) for line in shown] == [
        (free.pk, True, "COMPLIANT"),
        (already.pk, False, "COMPLIANT"),
    ]
    (asked,) = red_courses(case)
    assert (asked.course.id, set(asked.worker_ids)) == (course.pk, {free.pk, already.pk})
    cast.make_record(free, course, completed_on=AT.date())
    settle()
    assert red_courses(case)[0].worker_ids == (already.pk,)


@pytest.mark.parametrize("grace", [None, 350])
def test_the_preview_foresees_what_happens(site: Any, grace: int | None) -> None:
    """Grace, a pending sign-off and a shorter proof all soften the fall; the preview knows them."""
    settle()
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course, grace)
    workers = [cast.make_worker(role=role) for _ in range(4)]
    session = held(course, dict.fromkeys(workers, PASSED))
    act(finalize_session, session.pk)
    cast.make_record(workers[0], course, expires_on=AT.date() + timedelta(days=3))
    cast.make_record(workers[1], course, expires_on=AT.date() - timedelta(days=3))
    pending(workers[2], course)
    settle()
    before = red()
    foreseen = resting_on(of(session), by=ADMIN, at=AT)
    done = act(approve_case, act(propose_case, of(session), REASON), by=SECOND)
    assert len(red() - before) == done.turned_red == foreseen.turned_red == (0 if grace else 2)


def test_a_list_that_changed_is_not_approved(session: TrainingSession, course: Any) -> None:
    rows = records_of(session)
    case = act(propose_case, of(session), REASON)
    act(revoke_record, rows[0].pk, "Wrong person")
    late = cast.make_record(cast.make_worker(), course, session_id=session.pk)
    settle()
    refusal = refuses("CHANGED_SINCE", approve_case, case, by=SECOND)
    assert refusal.extra == {
        "more": {"record_ids": [late.pk], "competency_ids": []},
        "less": {"record_ids": [rows[0].pk], "competency_ids": []},
    }
    assert one_case(case, by=ADMIN).status == CaseStatus.PROPOSED


@pytest.mark.parametrize("place", ["withdraw_competencies", "refresh_now", "_write_reds", "_decide"])
def test_all_or_nothing(session: TrainingSession, course: Any, people: list[Any], monkeypatch: Any, place: str) -> None:
    """Whatever fails on the way, nothing is revoked: no record, no leaf, no event, no verdict."""
    pending(people[3], course, session_id=session.pk)
    settle()
    case = act(propose_case, of(session), REASON)
    before = (red(), leaves(LeafType.REVOKED), AuditEvent.objects.count())

    def fails(*_args: Any, **_named: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(commands, place, fails)
        with pytest.raises(RuntimeError):
            approve_case(case, by=SECOND, at=AT)
    assert (red(), leaves(LeafType.REVOKED), AuditEvent.objects.count()) == before
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    assert one_case(case, by=ADMIN).status == CaseStatus.PROPOSED
    assert act(approve_case, case, by=SECOND).withdrawn == 1
