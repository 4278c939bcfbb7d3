"""From Draft to Proof: twenty Red workers, one class, eighteen of them Green, and one receipt for ever."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.files import pdf_bytes
from titan.compliance.commands import rebuild
from titan.compliance.queries.summary import site_counts
from titan.core.errors import Conflict, SoftBlocked
from titan.evidence.commands import Upload, stage
from titan.ledger.models import Leaf, LeafType
from titan.records.models import TrainingRecord
from titan.training.commands import (
    MarkChange,
    Plan,
    attach_evidence,
    create_session,
    finalize_session,
    invite_workers,
    mark_attendance,
    schedule_session,
)
from titan.training.queries.gate import preview_finalize
from titan.training.queries.picker import PickerFilter, suggestions
from titan.training.queries.sessions import session_view
from titan.training.rules import SlotTime

ADMIN = cast.actor()


@pytest.fixture
def world(site: Any, at: datetime) -> dict[str, Any]:
    course, other = cast.make_course(code="HSE-002", validity_months=24), cast.make_course(code="HSE-001")
    rigger, welder = cast.make_role(), cast.make_role()
    for role in (rigger, welder):
        cast.require(role, course)
    cast.require(welder, other)
    workers = [cast.make_worker(role=rigger if number < 11 else welder) for number in range(20)]
    rebuild(by=ADMIN, at=at)
    return {
        "course": course,
        "trainer": cast.make_trainer(course),
        "stranger": cast.make_trainer(other),
        "venue": cast.make_venue(capacity=20),
        "workers": workers,
    }


def test_from_draft_to_proof(world: dict[str, Any], at: datetime) -> None:
    assert site_counts()["NON_COMPLIANT"] == 20
    starts = at + timedelta(days=1)
    slots = [SlotTime(starts, starts + timedelta(hours=4))]
    session = create_session(Plan(course_id=world["course"].pk), by=ADMIN, at=at)

    with pytest.raises(Conflict, match="may not teach") as refused:
        schedule_session(
            session,
            Plan(trainer_id=world["stranger"].pk, venue_id=world["venue"].pk, slots=slots),
            by=ADMIN,
            at=at,
        )
    assert refused.value.code == "TRAINER_NOT_QUALIFIED"
    schedule_session(
        session, Plan(trainer_id=world["trainer"].pk, venue_id=world["venue"].pk, slots=slots), by=ADMIN, at=at
    )

    picked = suggestions(session, PickerFilter(), limit=20, cursor=None, by=ADMIN, at=at)
    assert {item.group for item in picked.items} == {"RED"}
    assert {item.reason for item in picked.items} == {"Never trained"}
    invited = invite_workers(session, [item.worker_id for item in picked.items], by=ADMIN, at=at)
    assert (invited.added, invited.already) == (20, 0)

    evening = slots[0].ends_at + timedelta(minutes=5)
    with pytest.raises(Conflict) as closed:
        finalize_session(session, by=ADMIN, at=at)
    codes = [error.code for error in closed.value.errors]
    assert closed.value.code == "NOT_READY"
    assert codes == ["NOT_ENDED", "EVIDENCE_MISSING", "NOBODY_ATTENDED", *["MARK_MISSING"] * 20]

    people = [item.worker_id for item in picked.items]
    marks = [MarkChange(worker, status="ATTENDED", result="PASSED") for worker in people[:18]]
    marks += [MarkChange(worker, status="NO_SHOW") for worker in people[18:]]
    assert mark_attendance(session, marks, by=ADMIN, at=evening) == 20

    staged = stage([Upload("signed sheet.pdf", io.BytesIO(pdf_bytes()))])
    attach_evidence(session, staged, by=ADMIN, at=evening)

    expected = preview_finalize(session, by=ADMIN, at=evening)
    outcome = finalize_session(session, by=ADMIN, at=evening)
    assert outcome.training_records == outcome.turned_green == 18
    assert outcome.no_show == 2
    assert outcome.fully_green == sum(
        1 for worker in world["workers"] if worker.pk in people[:18] and worker.role_id == world["workers"][0].role_id
    )
    assert outcome == replace(expected, finalized_at=evening, ledger_entry=outcome.ledger_entry)
    assert outcome.ledger_entry == Leaf.objects.get(type=LeafType.FINALIZED).pk

    records = TrainingRecord.objects.filter(session_id=session)
    assert {record.evidence_sha256 for record in records} == {staged.whole.sha256}
    assert {record.expires_on for record in records} == {(starts.date().replace(year=2028))}
    verdict_equals_rebuild(evening)

    with pytest.raises(Conflict) as again:
        finalize_session(session, by=ADMIN, at=evening)
    assert again.value.code == "ALREADY_FINALIZED"
    assert again.value.extra["outcome"] == outcome.plain()
    assert TrainingRecord.objects.filter(session_id=session).count() == 18
    assert session_view(session, by=ADMIN, at=evening).status == "COMPLETED"


def test_a_shared_venue_is_acknowledged_by_name_and_once(world: dict[str, Any], at: datetime) -> None:
    starts = at + timedelta(days=1)
    slots = [SlotTime(starts, starts + timedelta(hours=4))]
    other = cast.make_session(
        world["course"],
        venue=world["venue"],
        slots=[(slots[0].starts_at, slots[0].ends_at)],
        status="SCHEDULED",
    )
    session = create_session(Plan(course_id=world["course"].pk), by=ADMIN, at=at)
    plan = Plan(trainer_id=world["trainer"].pk, venue_id=world["venue"].pk, slots=slots)
    with pytest.raises(SoftBlocked) as refused:
        schedule_session(session, plan, by=ADMIN, at=at)
    assert [(block.code, block.subject) for block in refused.value.warnings] == [
        ("VENUE_OVERLAP", f"session:{other.pk}")
    ]
    assert session_view(session, by=ADMIN, at=at).status == "DRAFT"
    schedule_session(session, plan, override=frozenset({"VENUE_OVERLAP"}), by=ADMIN, at=at)
    view = session_view(session, by=ADMIN, at=at)
    assert view.status == "SCHEDULED"
    assert [(item.code, item.subject) for item in view.overrides] == [("VENUE_OVERLAP", f"session:{other.pk}")]
