"""What can be proposed, taken back and rejected."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.training.acting import ADMIN, AT, act, refuses
from tests.training.consequences.asking import REASON, SECOND, of
from titan.records.models import TrainingRecord
from titan.training.consequences.commands import approve_case, propose_case, reject_case, withdraw_case
from titan.training.consequences.queries.cases import (
    one_case,
)
from titan.training.consequences.queries.listing import Subject
from titan.training.models import CaseStatus, CaseSubject, TrainingSession


def test_a_rejected_case_revokes_nothing(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    refuses("REASON_REQUIRED", reject_case, case, " ", by=SECOND)
    act(reject_case, case, "The sheet is right", by=SECOND)
    assert one_case(case, by=ADMIN).status == CaseStatus.REJECTED
    assert not TrainingRecord.objects.exclude(revoked_at=None).exists()
    for work, given in ((approve_case, ()), (reject_case, ("no",))):
        refuses("CASE_DECIDED", work, case, *given, by=SECOND)
    act(propose_case, of(session), REASON)


def test_the_proposer_takes_a_case_back(session: TrainingSession) -> None:
    case = act(propose_case, of(session), REASON)
    act(withdraw_case, case)
    assert one_case(case, by=ADMIN).status == CaseStatus.WITHDRAWN
    refuses("CASE_DECIDED", approve_case, case, by=SECOND)
    refuses("CASE_DECIDED", withdraw_case, case)


def test_what_cannot_be_proposed(session: TrainingSession, course: Any, trainer: Any) -> None:
    for reason in ("", " \n", "\u200b"):
        refuses("REASON_REQUIRED", propose_case, of(session), reason)
    refuses("CONTROL_CHARACTERS", propose_case, of(session), "a\x00b")
    refuses("TOO_LONG", propose_case, of(session), "x" * 1001)
    refuses("NOTHING_RESTS", propose_case, Subject(CaseSubject.TRAINER, trainer.pk), REASON)
    refuses("NOT_ALLOWED", propose_case, Subject(CaseSubject.SESSION, session.pk, AT.date()), REASON)
    backwards = Subject(CaseSubject.TRAINER, trainer.pk, date(2026, 3, 2), date(2026, 3, 1))
    refuses("OUT_OF_ORDER", propose_case, backwards, REASON)
    ahead = Subject(CaseSubject.TRAINER, trainer.pk, AT.date() + timedelta(days=1))
    refuses("OUT_OF_RANGE", propose_case, ahead, REASON)
    refuses("CHANGED_SINCE", propose_case, of(session), REASON, shown="0" * 64)
    case = act(propose_case, of(session), REASON)
    assert refuses("CASE_OPEN", propose_case, of(session), REASON, by=SECOND).extra == {"case_id": case}


def test_nobody_on_the_list_is_named(session: TrainingSession, people: list[Any]) -> None:
    """What is written into every record outlives whoever is erased: it names nobody, by name or badge."""
    one = people[1]
    for reason in (f"Ask {one.first_name.upper()} {one.last_name}.", f"({one.employee_id}) never came"):
        refuses("NAMES_THE_PERSON", propose_case, of(session), reason)
    case = act(propose_case, of(session), f"{one.first_name} is a word as well")
    refuses("NAMES_THE_PERSON", approve_case, case, f"{one.employee_id} told me", by=SECOND)
    refuses("NAMES_THE_PERSON", reject_case, case, f"{one.employee_id} told me", by=SECOND)
    act(approve_case, case, "I was told", by=SECOND)
