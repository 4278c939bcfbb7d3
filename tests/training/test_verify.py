"""`titan verify` says nothing about a sound site, and names every damage that was done behind Titan's back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction

from tests import cast
from tests.compliance.invariant import verdict_equals_rebuild
from tests.exchange.folders import write
from tests.training.acting import ADMIN, ASSESSOR, AT, DAY, held, pair, scheduled, time_of
from titan.catalogue.models import Course
from titan.core import guards
from titan.core.actor import Via, system_actor
from titan.evidence.models import EvidenceFile
from titan.exchange.site_folder.commands import load_site
from titan.personnel.models import Worker
from titan.records.commands import Decision, decide_competencies, revoke_record
from titan.records.models import AssessmentMethod, CompetencyRecord, CompetencyStatus, TrainingRecord
from titan.resources.commands.trainers import replace_qualifications
from titan.training.commands import finalize_session
from titan.training.models import TrainingSession
from titan.training.verify import CHECKS, Problem, verify_site

PASSED = {"status": "ATTENDED", "result": "PASSED"}


def problems(at: Any = AT) -> list[Problem]:
    return list(verify_site(at=at, progress=lambda done, total, label: None))


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        for statement in filter(None, map(str.strip, sql.split(";"))):
            cursor.execute(statement, None)


@pytest.fixture
def sessions(db: None, tmp_path: Path) -> tuple[TrainingSession, TrainingSession]:
    """The loader's small site with two classes that were finalized: one with a sign-off, one without; one to come."""
    load_site(write(tmp_path / "site"), by=system_actor(Via.CLI), at=AT - 7 * DAY)
    one, two, three = Worker.objects.order_by("employee_id")
    induction, gas = Course.objects.get(code="IND"), Course.objects.get(code="H2S")
    method = AssessmentMethod.objects.first() or cast.make_method()
    fast = PASSED | {"verified": True, "verified_by_id": 7, "method_id": method.pk}
    plain = held(
        induction, {one: PASSED, two: {"status": "ATTENDED", "result": "FAILED"}, three: {"status": "NO_SHOW"}}
    )
    checked = held(gas, {one: PASSED, two: fast}, time_of(-3, 2, on=AT - DAY))
    for session in (plain, checked):
        finalize_session(session.pk, by=ADMIN, at=AT)
    (pending,) = CompetencyRecord.objects.filter(status=CompetencyStatus.PENDING)
    decision = Decision(CompetencyStatus.COMPETENT, method.pk)
    decide_competencies([pending.pk], decision, by=ASSESSOR, at=AT + timedelta(hours=1))
    wrong = TrainingRecord.objects.filter(course=induction, source="MIGRATED").first()
    assert wrong is not None
    revoke_record(wrong.pk, "Typed wrongly", by=ADMIN, at=AT)
    scheduled(induction)
    verdict_equals_rebuild(AT)
    return plain, checked


def test_sound_site_has_no_problems(sessions: Any) -> None:
    seen: list[str] = []
    found = list(verify_site(at=AT, progress=lambda done, total, label: seen.append(label)))
    assert found == []
    assert len(seen) >= len(CHECKS)


# What somebody does to the tables while the guards are away, and what verify calls it.
DAMAGES = [
    ("UPDATE records_trainingrecord SET result = 'PASSED' WHERE result = 'FAILED'", "RECORD_ALTERED"),
    (
        "UPDATE records_trainingrecord SET completed_on = '2026-02-01' WHERE completed_on = '2026-02-19'",
        "RECORD_ALTERED",
    ),
    (
        "UPDATE records_trainingrecord SET expires_on = '2099-01-01', valid_until = '2099-01-01'"
        " WHERE source = 'SESSION' AND expires_on IS NOT NULL",
        "EXPIRY_WRONG",
    ),
    ("UPDATE records_trainingrecord SET valid_until = '2099-01-01' WHERE expires_on IS NOT NULL", "VALIDITY_WRONG"),
    (
        "UPDATE records_trainingrecord SET worker_id = (SELECT id FROM personnel_worker WHERE employee_id = 'N-3')"
        " WHERE source = 'SESSION' AND result = 'FAILED'",
        "PROOF_MISSING",
    ),
    ("UPDATE records_trainingrecord SET evidence_sha256 = 'other'", "RECORD_CITES_OTHER"),
    ("UPDATE records_competencyrecord SET evidence_key = 'other'", "RECORD_CITES_OTHER"),
    ("UPDATE evidence_evidencefile SET key = 'sha256/aa/bb/cc'", "EVIDENCE_KEY_WRONG"),
    (
        "UPDATE records_trainingrecord SET course_version_id = (SELECT v.id FROM catalogue_courseversion v"
        " JOIN catalogue_course c ON c.id = v.course_id WHERE c.code = 'INV') WHERE source = 'SESSION'",
        "VERSION_OF_OTHER_COURSE",
    ),
    (
        "UPDATE records_trainingrecord SET revoked_at = NULL, revoked_by_id = NULL, revoke_reason = ''",
        "REVOCATION_UNDONE",
    ),
    ("DELETE FROM audit_auditevent WHERE action = 'training_record.created'", "RECORD_ALTERED"),
    ("UPDATE records_competencyrecord SET session_id = session_id + 1000", "COMPETENCY_ALTERED"),
    (
        "UPDATE records_competencyrecord SET assessed_on = '2026-12-24' WHERE status = 'COMPETENT'",
        "DECISION_WITHOUT_RECORD",
    ),
    ("UPDATE training_attendee SET status = 'NO_SHOW', result = '' WHERE result = 'FAILED'", "PROOF_OF_NOBODY"),
    ("UPDATE training_attendee SET result = 'PASSED' WHERE result = 'FAILED'", "PROOF_DIFFERS"),
    ("UPDATE training_attendee SET status = 'REGISTERED' WHERE status = 'NO_SHOW'", "MARK_MISSING"),
    ("UPDATE training_finalization SET outcome = '{\"training_records\": 9}'", "RECEIPT_WRONG"),
    ("DELETE FROM training_finalization", "RECEIPT_MISSING"),
    ("UPDATE training_sessionevidence SET superseded_at = attached_at", "SHEET_DIFFERS"),
    ("UPDATE training_slot SET held_by_id = NULL", "HOLD_WRONG"),
    ("UPDATE personnel_worker SET status = 'ACTIVE' WHERE employee_id = 'N-3'", "HISTORY_DIFFERS"),
    ("UPDATE personnel_worker SET role_assigned_on = '2026-01-01' WHERE employee_id = 'N-1'", "HISTORY_DIFFERS"),
    ("UPDATE personnel_area SET parent_id = NULL WHERE code = 'UNIT'", "HISTORY_DIFFERS"),
    (
        "UPDATE personnel_area SET parent_id = (SELECT id FROM personnel_area WHERE code = 'UNIT') WHERE code = 'SITE'",
        "CIRCLE",
    ),
    ("UPDATE personnel_statusperiod SET until = '2001-01-01 00:00:00+00'", "HISTORY_BACKWARDS"),
    ("UPDATE compliance_complianceitem SET severity = 0", "VERDICTS_DRIFTED"),
    ("DELETE FROM compliance_workerverdict", "VERDICTS_DRIFTED"),
    ("UPDATE compliance_workerverdict SET name_key = 'another'", "VERDICTS_DRIFTED"),
    ("UPDATE compliance_tally SET n = n + 1", "VERDICTS_DRIFTED"),
]


@contextmanager
def behind_its_back() -> Iterator[None]:
    """Take the guards away, in a transaction that is thrown away afterwards."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # It alters no table while checks of references are pending.
            run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        guards.remove()
        yield
        transaction.set_rollback(True)


def test_every_damage_is_found(sessions: Any) -> None:
    missed = []
    with behind_its_back():
        before = codes_of(problems())
        assert before == {"GUARD_MISSING"}
        for damage, code in DAMAGES:
            with transaction.atomic():
                run(damage)
                found = codes_of(problems())
                transaction.set_rollback(True)
            if code not in found:
                missed.append((damage, code, found))
    assert missed == []
    assert problems() == []


def codes_of(found: list[Problem]) -> set[str]:
    return {problem.code for problem in found if not problem.is_warning}


def test_lost_guards_are_found(sessions: Any) -> None:
    with behind_its_back():
        lost = {problem.where for problem in problems() if problem.code == "GUARD_MISSING"}
    assert lost == {guard.name for guard in guards.registered()}


def test_altered_and_lost_files_are_found(sessions: Any) -> None:
    keys = dict(EvidenceFile.objects.values_list("media_type", "key"))
    register, sheet = (Path(settings.TITAN_EVIDENCE_DIR) / keys[kind] for kind in ("text/csv", "application/pdf"))
    kept = {file: (file.read_bytes(), file.stat().st_mode) for file in (register, sheet)}
    try:
        register.chmod(0o644)
        register.write_bytes(kept[register][0].replace(b"2027", b"2037"))
        sheet.unlink()
        assert {problem.code for problem in problems()} == {"TAMPERED", "MISSING"}
    finally:
        for file, (content, mode) in kept.items():
            file.write_bytes(content)
            file.chmod(mode)
    assert problems() == []


def test_double_booking_is_found(sessions: tuple[TrainingSession, TrainingSession]) -> None:
    plain, checked = sessions
    starts_at, ends_at = pair(time_of(-3, 2, on=AT))
    with behind_its_back():
        checked.slots.update(starts_at=starts_at, ends_at=ends_at)
        run(f"UPDATE training_trainingsession SET trainer_id = {plain.trainer_id}")
        run(f"UPDATE training_slot SET held_by_id = {plain.trainer_id}")
        assert "DOUBLE_BOOKED" in {problem.code for problem in problems()}


def test_broken_and_lost_constraints_are_found(sessions: Any) -> None:
    change = "UPDATE training_attendee SET score = 101 WHERE result = 'FAILED'"
    with behind_its_back():
        if connection.vendor == "sqlite":
            run(f"PRAGMA ignore_check_constraints = ON; {change}; PRAGMA ignore_check_constraints = OFF")
            expected = {"CONSTRAINT_BROKEN"}
        else:
            run(f"ALTER TABLE training_attendee DROP CONSTRAINT score_up_to_100; {change}")
            expected = {"CONSTRAINT_BROKEN", "CONSTRAINT_MISSING"}
        assert expected <= {problem.code for problem in problems()}


def test_session_that_cannot_run_is_a_warning(sessions: Any) -> None:
    session = TrainingSession.objects.get(status="SCHEDULED")
    replace_qualifications(session.trainer_id, [], by=ADMIN, at=AT)
    (problem,) = problems()
    assert (problem.code, problem.is_warning) == ("CANNOT_RUN", True)
    assert str(problem).startswith("warning CANNOT_RUN TS-")


def test_reading_changes_nothing(sessions: Any) -> None:
    from tests.training.acting import everything

    before = everything()
    problems()
    assert everything() == before
