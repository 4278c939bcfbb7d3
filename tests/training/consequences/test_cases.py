"""The list of cases, a case that is not there, and what all of it costs."""

from __future__ import annotations

from typing import Any

import pytest

from tests import cast
from tests.training.acting import ADMIN, AT, AUDITOR, act, refuses, settle
from tests.training.consequences.asking import REASON, SECOND, SUPER, costs, of
from titan.core.actor import Role
from titan.core.errors import Refusal
from titan.training.consequences.commands import approve_case, propose_case, reject_case, withdraw_case
from titan.training.consequences.queries.cases import (
    case_reds,
    list_cases,
    one_case,
    waiting_cases,
)
from titan.training.consequences.queries.listing import Subject
from titan.training.consequences.queries.resting import resting_on
from titan.training.models import CaseStatus, CaseSubject, TrainingSession


def test_the_list_of_cases(session: TrainingSession, course: Any, trainer: Any) -> None:
    cast.make_record(cast.make_worker(), course, trainer=trainer)
    settle()
    first = act(propose_case, of(session), REASON)
    second = act(propose_case, Subject(CaseSubject.TRAINER, trainer.pk), REASON, by=SECOND)
    assert [view.id for view in list_cases(by=AUDITOR).items] == [second, first]
    page = list_cases(by=AUDITOR, limit=1)
    assert [view.id for view in list_cases(by=AUDITOR, cursor=page.next_cursor).items] == [first]
    assert [view.id for view in list_cases(by=ADMIN, subject=(CaseSubject.SESSION, session.pk)).items] == [first]
    assert (waiting_cases(by=ADMIN), waiting_cases(by=SUPER), waiting_cases(by=AUDITOR)) == (1, 2, 0)
    assert [view.may_decide for view in list_cases(by=ADMIN).items] == [True, False]
    act(withdraw_case, first)
    assert [view.id for view in list_cases(by=ADMIN, status=CaseStatus.PROPOSED).items] == [second]
    with pytest.raises(Refusal):
        list_cases(by=cast.actor(Role.TRAINER, trainer_id=1))


def test_a_case_that_is_not_there(site: Any) -> None:
    settle()
    for number in (999_999, 0, 2**63):
        for work, given in ((approve_case, ()), (reject_case, ("no",)), (withdraw_case, ())):
            refuses("NOT_FOUND", work, number, *given)
        with pytest.raises(Refusal, match="There is no case"):
            one_case(number, by=ADMIN)


def test_two_hundred_records_cost_what_five_do(course: Any) -> None:
    found = []
    role = cast.make_role()
    cast.require(role, course)
    for number in (5, 5, 200):
        workers = [cast.make_worker(role=role) for _ in range(number)]
        trainer = cast.make_trainer(course)
        for worker in workers:
            cast.make_record(worker, course, trainer=trainer)
        settle()
        subject, cases = Subject(CaseSubject.TRAINER, trainer.pk), []
        seen = costs(lambda subject=subject: resting_on(subject, by=ADMIN, at=AT))
        proposed = costs(
            lambda subject=subject, cases=cases: cases.append(propose_case(subject, REASON, by=ADMIN, at=AT))
        )
        approved = costs(lambda cases=cases: approve_case(cases[0], by=SECOND, at=AT))
        shown = costs(lambda cases=cases: case_reds(cases[0], by=ADMIN))
        found.append((seen, proposed, approved, shown))
    assert found[1] == found[2]
    assert found[2][0] <= 9
    assert found[2][1] <= 11
    assert found[2][2] <= 34
