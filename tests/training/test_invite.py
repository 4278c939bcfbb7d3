"""Filling a session: all or none, anyone active, until it is finalized (domain.md §4, §6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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
    of_engine,
    refuses,
    said,
    scheduled,
    settle,
)
from titan.core.actor import Role
from titan.personnel.models import Worker, WorkerStatus
from titan.training.commands import (
    Invited,
    finalize_session,
    invite_workers,
    remove_attendee,
    restore_attendee,
)
from titan.training.models import Attendee
from titan.training.queries.sessions import class_list, session_view

TOO_BIG = 2**63


@pytest.fixture
def people(course: Any) -> list[Any]:
    """Three active workers."""
    made = [cast.make_worker() for _ in range(3)]
    settle()
    return made


@pytest.fixture
def session(course: Any) -> int:
    return int(cast.make_session(course).pk)


def test_all_are_added(session: int, people: list[Any]) -> None:
    ids = [worker.pk for worker in people]
    assert act(invite_workers, session, ids) == Invited(added=3, already=0, warnings=[])
    rows = Attendee.objects.filter(session=session)
    assert set(rows.values_list("worker_id", "status", "result", "score", "verified", "added_at", "added_by_id")) == {
        (pk, "REGISTERED", "", None, False, AT, ADMIN.user_id) for pk in ids
    }
    assert said("session.workers_invited", session)[0].after == {"worker_ids": ids}


def test_who_is_on_the_list_stays_as_they_are(session: int, people: list[Any]) -> None:
    first, second, third = (worker.pk for worker in people)
    act(invite_workers, session, [first])
    Attendee.objects.update(remarks="window seat")
    assert act(invite_workers, session, [second, first, third]) == Invited(added=2, already=1, warnings=[])
    assert Attendee.objects.get(worker=first).remarks == "window seat"
    assert said("session.workers_invited")[1].after == {"worker_ids": [second, third]}
    assert act(invite_workers, session, [first, third]) == Invited(added=0, already=2, warnings=[])
    assert len(said("session.workers_invited")) == 2


@pytest.mark.parametrize("status", [WorkerStatus.INACTIVE, WorkerStatus.BLACKLISTED])
def test_all_or_none_and_names_who(session: int, people: list[Any], status: str) -> None:
    blocked = cast.make_worker(first_name="Rəşad", last_name="Quliyev", status=status)
    other = cast.make_worker(status=status)
    settle()
    ids = [people[0].pk, blocked.pk, other.pk]
    refusal = refuses("WORKER_NOT_ACTIVE", invite_workers, session, ids)
    assert (refusal.status, found(refusal.errors)) == (422, [("worker_ids", "WORKER_NOT_ACTIVE")] * 2)
    assert f"Rəşad Quliyev (worker {blocked.pk}) is {status} and cannot be invited." in refusal.detail


@pytest.mark.parametrize("wrong", [999_999, 0, -1, TOO_BIG, -(2**70)])
def test_an_unknown_worker(session: int, people: list[Any], wrong: int) -> None:
    refusal = refuses("UNKNOWN", invite_workers, session, [people[0].pk, wrong])
    assert (refusal.status, refusal.detail) == (422, f"There is no worker {wrong}.")


def test_a_worker_twice(session: int, people: list[Any]) -> None:
    first, second, third = (worker.pk for worker in people)
    refusal = refuses("TWICE", invite_workers, session, [first, second, first, third, second, first])
    assert [error.message.split()[1] for error in refusal.errors] == [str(first), str(second)]


@pytest.mark.parametrize(("number", "code"), [(0, "OUT_OF_RANGE"), (1_001, "OUT_OF_RANGE"), (10_000, "OUT_OF_RANGE")])
def test_too_few_and_too_many(session: int, people: list[Any], number: int, code: str) -> None:
    refusal = refuses(code, invite_workers, session, range(1, number + 1))
    assert refusal.detail == f"Give 1 to 1,000 workers, not {number:,}."


@pytest.mark.parametrize("by", [ASSESSOR, AUDITOR, cast.actor(Role.TRAINER, trainer_id=1)], ids=str)
def test_only_admins_invite(session: int, people: list[Any], by: Any) -> None:
    refuses("FORBIDDEN", invite_workers, session, [people[0].pk], by=by)
    act(invite_workers, session, [people[0].pk])
    refuses("FORBIDDEN", remove_attendee, session, people[0].pk, by=by)


def test_what_is_worth_knowing_is_told_of_the_new_ones_only(course: Any, people: list[Any]) -> None:
    venue = cast.make_venue(capacity=1)
    session = scheduled(course, venue=venue)
    elsewhere = scheduled(course, workers=people)
    first, second = people[:2]
    warnings = act(invite_workers, session.pk, [first.pk]).warnings
    assert [(block.code, block.subject) for block in warnings] == [
        ("ATTENDEE_DOUBLE_BOOKED", f"worker:{first.pk}/session:{elsewhere.pk}")
    ]
    warnings = act(invite_workers, session.pk, [first.pk, second.pk]).warnings
    assert [(block.code, block.subject) for block in warnings] == [
        ("VENUE_CAPACITY_EXCEEDED", f"venue:{venue.pk}"),
        ("ATTENDEE_DOUBLE_BOOKED", f"worker:{second.pk}/session:{elsewhere.pk}"),
    ]
    assert len(session_view(session.pk, by=ADMIN, at=AT).warnings) == 3


def test_walk_ins_come_in_until_it_is_finalized(course: Any, people: list[Any]) -> None:
    session = held(course, {people[0]: PASSED})
    assert act(invite_workers, session.pk, [people[1].pk]).added == 1
    refuses("NOT_READY", finalize_session, session.pk)
    act(remove_attendee, session.pk, people[1].pk)
    act(finalize_session, session.pk)
    refuses("SESSION_CLOSED", invite_workers, session.pk, [people[2].pk])
    refuses("SESSION_CLOSED", remove_attendee, session.pk, people[0].pk)
    refuses("WORKER_NOT_ACTIVE", invite_workers, session.pk, [cast.make_worker(status="INACTIVE").pk])


def test_taking_somebody_off_the_list(course: Any, people: list[Any]) -> None:
    session = held(course, {people[0]: {**PASSED, "score": 90}, people[1]: PASSED})
    act(remove_attendee, session.pk, people[0].pk)
    assert said("session.attendee_removed", session.pk)[0].before == {
        "worker_id": people[0].pk,
        "status": "ATTENDED",
        "result": "PASSED",
        "score": 90,
        "verified": False,
        "verified_by_id": None,
        "method_id": None,
        "remarks": "",
    }
    refuses("NOT_FOUND", remove_attendee, session.pk, people[0].pk)
    refuses("NOT_FOUND", remove_attendee, session.pk, TOO_BIG)
    assert Attendee.objects.filter(session=session).count() == 1


def test_somebody_taken_off_the_list_returns_as_they_were(course: Any, people: list[Any]) -> None:
    signer = cast.make_user(Role.TRAINER)
    signed = {"verified": True, "verified_by_id": signer.pk, "method": cast.make_method(), "remarks": "Calm."}
    session = held(course, {people[0]: {**PASSED, "score": 90, **signed}, people[1]: PASSED, people[2]: PASSED})
    marks = ("worker_id", "status", "result", "score", "verified", "verified_by_id", "method_id", "remarks")
    before = list(session.attendees.order_by("worker_id").values(*marks))
    for worker in people[:2]:
        act(remove_attendee, session.pk, worker.pk)
        assert act(restore_attendee, session.pk, worker.pk)
        assert not act(restore_attendee, session.pk, worker.pk)
    assert list(session.attendees.order_by("worker_id").values(*marks)) == before


def test_a_return_is_refused_when_things_changed_meanwhile(course: Any, people: list[Any]) -> None:
    session = held(course, dict.fromkeys(people, PASSED))
    for worker in people[:2]:
        act(remove_attendee, session.pk, worker.pk)
    Worker.objects.filter(pk=people[0].pk).update(status=WorkerStatus.BLACKLISTED)
    settle()
    refuses("WORKER_NOT_ACTIVE", restore_attendee, session.pk, people[0].pk)
    refuses("NOT_FOUND", restore_attendee, session.pk, people[2].pk + 1)
    refuses("FORBIDDEN", restore_attendee, session.pk, people[1].pk, by=AUDITOR)
    act(finalize_session, session.pk)
    refuses("SESSION_CLOSED", restore_attendee, session.pk, people[1].pk)
    assert Attendee.objects.filter(session=session).count() == 1


def test_the_class_list_by_name_with_how_each_stands(course: Any) -> None:
    role = cast.make_role()
    cast.require(role, course)
    blocked = cast.make_worker(last_name="Əhmədov", role=role)
    workers = [cast.make_worker(last_name=name, role=role) for name in ("zeynalov", "Aslanov")]
    workers += [cast.make_worker(last_name="Same", first_name="Same", employee_id=badge) for badge in ("s", "S")]
    settle()
    method = cast.make_method()
    marks: dict[Any, dict[str, Any]] = {worker: {} for worker in (*workers, blocked)}
    marks[workers[0]] = {**PASSED, "score": 88, "verified": True, "method": method, "remarks": "iyi"}
    session = held(course, marks)
    type(blocked).objects.filter(pk=blocked.pk).update(status=WorkerStatus.BLACKLISTED)
    settle()
    page = class_list(session.pk, by=ADMIN)
    assert [(row.last_name, row.worker_status, row.item_status) for row in page.items] == [
        ("Aslanov", "ACTIVE", "NON_COMPLIANT"),
        ("Same", "ACTIVE", None),
        ("Same", "ACTIVE", None),
        ("zeynalov", "ACTIVE", "NON_COMPLIANT"),
        ("Əhmədov", "BLACKLISTED", None),
    ]
    marked = page.items[3]
    assert (marked.status, marked.result, marked.score, marked.verified, marked.remarks) == (
        "ATTENDED",
        "PASSED",
        88,
        True,
        "iyi",
    )
    assert page.total == 5
    for limit in range(1, 7):
        rows, cursor = [], None
        while True:
            part = class_list(session.pk, limit=limit, cursor=cursor, by=ADMIN)
            rows += part.items
            cursor = part.next_cursor
            if cursor is None:
                break
        assert rows == page.items


def test_a_trainer_reads_the_lists_of_their_own_sessions(course: Any, trainer: Any, people: list[Any]) -> None:
    session = scheduled(course, trainer=trainer, workers=people)
    mine = cast.actor(Role.TRAINER, trainer_id=trainer.pk)
    assert len(class_list(session.pk, by=mine).items) == 3
    for by in (cast.actor(Role.TRAINER, trainer_id=trainer.pk + 1), cast.actor(Role.TRAINER)):
        refuses("NOT_FOUND", lambda number, by, at: class_list(number, by=by), session.pk, by=by)


def test_the_cost_of_inviting_does_not_grow(course: Any) -> None:
    counts = []
    for size in (3, 300):
        people = [cast.make_worker() for _ in range(size)]
        session = scheduled(course)
        with CaptureQueriesContext(connection) as statements:
            assert invite_workers(session.pk, [w.pk for w in people], by=ADMIN, at=AT + HOUR).added == size
        counts.append(len(statements))
    assert counts == [of_engine(sqlite=15, postgres=17)] * 2
