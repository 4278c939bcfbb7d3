"""It takes two people: commands and the database itself refuse everything else."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from tests import cast
from tests.guards.raw import run
from tests.training.acting import act, refuses
from tests.training.consequences.asking import REASON, SECOND, SUPER, of
from titan.core.actor import Role
from titan.training.consequences.commands import approve_case, propose_case, reject_case, withdraw_case
from titan.training.models import CaseRecord, ConsequenceCase, TrainingSession


def test_the_same_person_does_not_approve(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    assert refuses("SECOND_PERSON_NEEDED", approve_case, case).status == 403
    refuses("SECOND_PERSON_NEEDED", reject_case, case, "no")
    refuses("FORBIDDEN", approve_case, case, by=cast.actor(Role.SUPER_ADMIN))
    refuses("FORBIDDEN", withdraw_case, case, by=SECOND)
    act(approve_case, case, by=SUPER)


@pytest.mark.parametrize("role", [Role.TRAINER, Role.ASSESSOR, Role.AUDITOR])
def test_only_admins_propose_and_decide(session: TrainingSession, role: Role) -> None:
    by = cast.actor(role, user_id=7)
    refuses("FORBIDDEN", propose_case, of(session), REASON, by=by)
    refuses("FORBIDDEN", propose_case, of(session), REASON, by=cast.actor())
    case = act(propose_case, of(session), REASON)
    refuses("FORBIDDEN", approve_case, case, by=by)
    refuses("FORBIDDEN", reject_case, case, "no", by=by)
    refuses("FORBIDDEN", withdraw_case, case, by=by)


APPROVE = "UPDATE training_consequencecase SET status = 'APPROVED', decided_at = '2026-11-23', decided_by_id = {by},"
APPROVE += " revoked = 1, withdrawn = 0, turned_red = 0"


@pytest.mark.parametrize(
    "sql",
    [
        APPROVE.format(by=101),
        APPROVE.format(by="NULL"),
        APPROVE.format(by=202) + ", proposed_by_id = 5",
        APPROVE.format(by=202) + ", digest = 'another'",
        APPROVE.format(by=202) + ", reason = 'another'",
        "UPDATE training_consequencecase SET status = 'REJECTED', decided_at = '2026-11-23', decided_by_id = 101",
        "UPDATE training_consequencecase SET status = 'WITHDRAWN', decided_at = '2026-11-23', decided_by_id = 202",
        "UPDATE training_consequencecase SET reason = 'another'",
        "DELETE FROM training_consequencecase",
        "UPDATE training_caserecord SET standing = 'REVOKED'",
        "DELETE FROM training_caserecord",
    ],
)
def test_the_database_itself_wants_two_people(session: TrainingSession, sql: str) -> None:
    act(propose_case, of(session), REASON)
    before = list(ConsequenceCase.objects.values()), list(CaseRecord.objects.values())
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)
    assert (list(ConsequenceCase.objects.values()), list(CaseRecord.objects.values())) == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE training_consequencecase SET remark = 'another'",
        "UPDATE training_consequencecase SET status = 'PROPOSED', decided_at = NULL, decided_by_id = NULL",
        "INSERT INTO training_caserecord (case_id, position, record_id, standing)"
        " SELECT id, 99, (SELECT MIN(id) FROM records_trainingrecord), 'RESTS' FROM training_consequencecase",
        "INSERT INTO training_casered (case_id, position, worker_id, course_id, was, turned)"
        " SELECT 1, 99, worker_id, course_id, 4, TRUE FROM records_trainingrecord LIMIT 1",
        "UPDATE training_casered SET was = 3",
        "DELETE FROM training_casered",
    ],
)
def test_a_decided_case_never_changes(session: TrainingSession, sql: str) -> None:
    act(approve_case, act(propose_case, of(session), REASON), by=SECOND)
    with pytest.raises(DatabaseError), transaction.atomic():
        run(sql)


def test_the_database_keeps_one_open_case(session: TrainingSession) -> None:
    act(propose_case, of(session), REASON)
    columns = "subject, subject_id, reason, status, digest, records, competencies, proposed_at, proposed_by_id, remark"
    with pytest.raises(DatabaseError), transaction.atomic():
        run(f"INSERT INTO training_consequencecase ({columns}) SELECT {columns} FROM training_consequencecase")
