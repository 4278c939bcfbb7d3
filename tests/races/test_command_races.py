"""Commands racing by processes: one winner, and the right 409 for everybody else (domain.md §5, §7)."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.files import pdf_bytes
from tests.races.steps import approve, finalize, invite, look_for_jobs, propose, revoke, schedule
from tests.races.track import Racers, refusals, winners
from titan.audit.models import AuditEvent
from titan.compliance.commands import rebuild
from titan.evidence.commands import Upload, stage
from titan.ledger.models import Leaf, LeafType
from titan.records.models import TrainingRecord
from titan.training.commands import MarkChange, attach_evidence, mark_attendance
from titan.training.models import Attendee, Finalization, Slot, TrainingSession

ADMIN = cast.actor()
PEOPLE = 12


def events(action: str) -> int:
    return AuditEvent.objects.filter(action=action).count()


@pytest.mark.parametrize("heat", range(3))
def test_one_of_four_admins_books_the_trainer(racers: Racers, at: datetime, heat: int) -> None:
    cast.make_site()
    course = cast.make_course()
    trainer = cast.make_trainer(course)
    sessions = [
        cast.make_session(
            course,
            trainer=trainer,
            venue=cast.make_venue(),
            slots=[(at + timedelta(hours=24 + place), at + timedelta(hours=28 + place))],
        )
        for place in range(4)
    ]
    outcomes = racers.race(schedule, [{"session_id": session.pk, "at": at} for session in sessions])
    (winner,) = winners(outcomes)
    assert refusals(outcomes) == [(409, "TRAINER_DOUBLE_BOOKED")] * 3
    assert TrainingSession.objects.get(status="SCHEDULED").pk == winner.result
    assert Slot.objects.get(held_by_id=trainer.pk).session_id == winner.result
    assert events("session.scheduled") == 1


def test_a_session_is_scheduled_once(racers: Racers, at: datetime) -> None:
    cast.make_site()
    course = cast.make_course()
    session = cast.make_session(
        course,
        trainer=cast.make_trainer(course),
        venue=cast.make_venue(),
        slots=[(at + timedelta(days=1), at + timedelta(days=1, hours=2))],
    )
    outcomes = racers.race(schedule, [{"session_id": session.pk, "at": at}] * 4)
    assert len(winners(outcomes)) == 1
    assert refusals(outcomes) == [(409, "NOT_DRAFT")] * 3
    assert events("session.scheduled") == 1


@pytest.fixture
def held(racers: Racers, at: datetime) -> dict[str, Any]:
    """A class that was held yesterday: everyone marked, the sheet attached, ready to be finalized."""
    cast.make_site()
    course, role = cast.make_course(), cast.make_role()
    cast.require(role, course)
    workers = [cast.make_worker(role=role) for _ in range(PEOPLE)]
    session = cast.make_session(
        course,
        status="SCHEDULED",
        workers=workers,
        slots=[(at - timedelta(hours=20), at - timedelta(hours=18))],
    )
    rebuild(by=ADMIN, at=at)
    marks = [MarkChange(worker.pk, status="ATTENDED", result="PASSED") for worker in workers[:-1]]
    marks += [MarkChange(workers[-1].pk, status="NO_SHOW")]
    mark_attendance(session.pk, marks, by=ADMIN, at=at)
    attach_evidence(session.pk, stage([Upload("sheet.pdf", io.BytesIO(pdf_bytes()))]), by=ADMIN, at=at)
    return {"session": session.pk, "workers": workers}


@pytest.mark.parametrize("heat", range(3))
def test_one_of_four_finalizes(racers: Racers, held: dict[str, Any], at: datetime, heat: int) -> None:
    outcomes = racers.race(finalize, [{"session_id": held["session"], "at": at}] * 4)
    (winner,) = winners(outcomes)
    assert refusals(outcomes) == [(409, "ALREADY_FINALIZED")] * 3
    assert [outcome.extra["outcome"] for outcome in outcomes if not outcome.won] == [winner.result] * 3
    assert winner.result["training_records"] == winner.result["turned_green"] == PEOPLE - 1
    assert TrainingRecord.objects.filter(session_id=held["session"]).count() == PEOPLE - 1
    assert Finalization.objects.get().outcome == winner.result
    assert events("session.finalized") == 1
    verdict_equals_rebuild(at)


def test_a_walk_in_comes_before_the_end_or_not_at_all(racers: Racers, held: dict[str, Any], at: datetime) -> None:
    """Whoever is first: no session is completed with somebody on its list who was not decided about."""
    late = cast.make_worker()
    session = held["session"]
    (finalized,) = racers.race(finalize, [{"session_id": session, "at": at}])
    assert finalized.won
    outcomes = racers.race(invite, [{"session_id": session, "worker_id": late.pk, "at": at}] * 2)
    assert refusals(outcomes) == [(409, "SESSION_CLOSED")] * 2
    assert not Attendee.objects.filter(session_id=session, worker=late).exists()


@pytest.mark.parametrize("heat", range(2))
def test_finalizing_races_with_a_walk_in(racers: Racers, held: dict[str, Any], at: datetime, heat: int) -> None:
    late, session = cast.make_worker(), held["session"]
    racing = racers.race(
        _either,
        [
            {"finalizes": True, "session_id": session, "worker_id": late.pk, "at": at},
            {"finalizes": False, "session_id": session, "worker_id": late.pk, "at": at},
        ],
    )
    ended, joined = racing
    assert ended.won != joined.won
    assert (ended.code, joined.code) in {("NOT_READY", ""), ("", "SESSION_CLOSED")}
    assert TrainingRecord.objects.filter(session_id=session).count() == (PEOPLE - 1 if ended.won else 0)


@pytest.mark.parametrize("heat", range(2))
def test_a_case_is_proposed_and_approved_once(racers: Racers, held: dict[str, Any], at: datetime, heat: int) -> None:
    """Four propose at once, then four others approve at once: one case, one revocation of each record."""
    session = held["session"]
    finalize(session_id=session, at=at)
    outcomes = racers.race(propose, [{"session_id": session, "user_id": user, "at": at} for user in (1, 2, 3, 4)])
    (proposed,) = winners(outcomes)
    assert refusals(outcomes) == [(409, "CASE_OPEN")] * 3
    racing = [{"case_id": proposed.result, "user_id": user, "at": at} for user in (11, 12, 13, 14)]
    outcomes = racers.race(approve, racing)
    (winner,) = winners(outcomes)
    assert refusals(outcomes) == [(409, "CASE_DECIDED")] * 3
    assert winner.result == {"revoked": PEOPLE - 1, "withdrawn": 0, "turned_red": PEOPLE - 1}
    assert events("training_record.revoked") == PEOPLE - 1
    assert Leaf.objects.filter(type=LeafType.REVOKED).count() == PEOPLE - 1
    assert events("consequence_case.approved") == 1
    verdict_equals_rebuild(at)


@pytest.mark.parametrize("heat", range(2))
def test_approving_races_with_revoking_one_of_its_records(
    racers: Racers, held: dict[str, Any], at: datetime, heat: int
) -> None:
    """Whoever is first: each record is revoked once, and a case never approves another list than was proposed."""
    session = held["session"]
    finalize(session_id=session, at=at)
    case = propose(session_id=session, user_id=1, at=at)
    record = TrainingRecord.objects.filter(session_id=session).order_by("pk")[3].pk
    racing = [
        {"approves": True, "case_id": case, "record_id": record, "at": at},
        {"approves": False, "case_id": case, "record_id": record, "at": at},
    ]
    approved, revoked = racers.race(_ending, racing)
    assert (approved.code, revoked.code) in {
        ("", "ALREADY_REVOKED"),
        ("CHANGED_SINCE", ""),
        ("ALREADY_REVOKED", ""),
    }
    assert events("training_record.revoked") == (PEOPLE - 1 if approved.won else 1)
    verdict_equals_rebuild(at)


def _ending(*, approves: bool, case_id: int, record_id: int, at: datetime) -> Any:
    if approves:
        return approve(case_id=case_id, user_id=2, at=at)
    return revoke(record_id=record_id, user_id=3, at=at)


def _either(*, finalizes: bool, session_id: int, worker_id: int, at: datetime) -> Any:
    if finalizes:
        return finalize(session_id=session_id, at=at)
    return invite(session_id=session_id, worker_id=worker_id, at=at)


@pytest.mark.parametrize("heat", range(3))
def test_a_nightly_job_runs_in_one_of_four_processes(racers: Racers, at: datetime, heat: int) -> None:
    runs = [{"night": at.date(), "at": at, "who": f"process {place}"} for place in range(4)]
    assert sorted(outcome.result for outcome in racers.race(look_for_jobs, runs)) == [0, 0, 0, 1]
